using System.Globalization;
using Pipeline.Storage;

namespace Pipeline.Audit;

/// <summary>
/// Where the lines of the audit lie in the object store. A new line is an object of its own, <c>audit/CHAIN/NUMBER</c>, which only one writer can make. Those of days that are over are merged to
/// <c>audit/CHAIN/FIRST-LAST</c>, a line each. A restore may bring a second chain beside the first; the oldest goes on.
/// </summary>
internal sealed class AuditFiles(IObjectStore objects)
{
    /// <summary>What the names of all objects of the audit begin with.</summary>
    public const string Root = "audit/";

    // More entries are never missing at once, nor merged to one object: what claims to stand further behind was put in, and the chain does not go on behind it.
    private const long MostMissing = 1_000_000;

    private const byte LineFeed = (byte)'\n';

    /// <summary>The name of a line that is an object of its own.</summary>
    public static string NameOf(string chain, long number) => string.Create(CultureInfo.InvariantCulture, $"{Root}{chain}/{number:D12}");

    /// <summary>The name of merged lines.</summary>
    public static string NameOf(string chain, long first, long last) => string.Create(CultureInfo.InvariantCulture, $"{Root}{chain}/{first:D12}-{last:D12}");

    /// <summary>The chains, the oldest first.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<AuditChain>> ListAsync(CancellationToken cancellationToken)
    {
        List<AuditFile> files = [];
        await foreach (StoredObject stored in objects.ListAsync(Root, cancellationToken))
        {
            if (Parse(stored.Name) is AuditFile file)
            {
                files.Add(file);
            }
        }

        return [.. files.GroupBy(file => file.Chain, StringComparer.Ordinal).OrderBy(chain => chain.Key, StringComparer.Ordinal).Select(chain => Chain(chain.Key, chain)).Where(chain => chain.Files.Count > 0)];
    }

    private static AuditChain Chain(string name, IEnumerable<AuditFile> files)
    {
        List<AuditFile> own = [], strays = [];
        long reached = 0;
        foreach (AuditFile file in files.OrderBy(file => file.First).ThenByDescending(file => file.Last))
        {
            bool isNear = file.First - reached <= MostMissing && file.Last - file.First < MostMissing;
            (isNear ? own : strays).Add(file);
            reached = isNear ? Math.Max(reached, file.Last) : reached;
        }

        return new AuditChain(name, own) { Strays = strays };
    }

    /// <summary>The lines of an object, in order; null where it is gone.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<StoredLine>?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        await using Stream? stored = await objects.OpenReadAsync(name, cancellationToken);
        if (stored is null)
        {
            return null;
        }

        using MemoryStream all = new();
        await stored.CopyToAsync(all, cancellationToken);
        List<StoredLine> lines = [];
        ReadOnlyMemory<byte> rest = all.ToArray();
        while (rest.Length > 0)
        {
            int end = rest.Span.IndexOf(LineFeed);
            ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            if (line.Length > 0)
            {
                lines.Add(AuditLine.Read(line.ToArray()));
            }
        }

        return lines;
    }

    /// <summary>Writes lines as an object of its own, unless there is one of that name.</summary>
    /// <returns>False where there is one.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task<bool> WriteAsync(string name, IEnumerable<StoredLine> lines, CancellationToken cancellationToken)
    {
        byte[] content = [.. lines.SelectMany(line => line.Bytes.Append(LineFeed))];
        return objects.WriteAsync(name, async (target, token) => await target.WriteAsync(content, token), onlyIfAbsent: true, cancellationToken);
    }

    private static AuditFile? Parse(string name)
    {
        string[] parts = name[Root.Length..].Split('/');
        string[] numbers = parts.Length == 2 ? parts[1].Split('-') : [];
        return numbers.Length is 1 or 2 && Number(numbers[0]) is long first && Number(numbers[^1]) is long last && first <= last
            ? new AuditFile(name, parts[0], first, last, numbers.Length == 2)
            : null;

        static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 ? number : null;
    }
}

/// <summary>Lines that follow from one another.</summary>
/// <param name="Name">The chain's name, which begins with the moment of its first line.</param>
/// <param name="Files">Its objects, by their first line; of several with the same one the longest first.</param>
internal sealed record AuditChain(string Name, IReadOnlyList<AuditFile> Files)
{
    /// <summary>Objects that claim to stand so far behind that they were put in.</summary>
    public IReadOnlyList<AuditFile> Strays { get; init; } = [];

    /// <summary>Its last object.</summary>
    public AuditFile Last => Files.MaxBy(file => (file.Last, file.IsMerged))!;
}

/// <summary>An object of the audit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Chain">Its chain.</param>
/// <param name="First">The number of its first line.</param>
/// <param name="Last">That of its last one.</param>
/// <param name="IsMerged">Whether it was merged of several.</param>
internal sealed record AuditFile(string Name, string Chain, long First, long Last, bool IsMerged);
