using Pipeline.Requests;

namespace Pipeline.Models;

/// <summary>The tech centers that have a model, by name or by folder, looked up again only now and then. Safe for use by many threads.</summary>
/// <param name="models">Where the versions are.</param>
/// <param name="clock">The time.</param>
public sealed class ModelDirectory(ModelStore models, TimeProvider clock)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(30);

    private volatile Listing? _listing;

    /// <summary>All names, in ordinal order. However many ask at once, one looks them up, and the others go on with those known before.</summary>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        if (_listing is not Listing known)
        {
            return Names(await ReadAsync(cancellationToken));
        }

        bool mustRead = clock.GetElapsedTime(known.ReadAt) >= Fresh
            && ReferenceEquals(Interlocked.CompareExchange(ref _listing, known with { ReadAt = clock.GetTimestamp() }, known), known);
        return Names(mustRead ? await ReadAsync(cancellationToken) : known.Folders);
    }

    /// <summary>The full name of the tech center of this name or folder; null where none has a model.</summary>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    public async Task<string?> FindAsync(string asked, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(asked);
        await ListAsync(cancellationToken);
        return Find(asked, _listing!.Folders) ?? Find(asked, await ReadAsync(cancellationToken));
    }

    /// <summary>The full name of a tech center that a request names.</summary>
    /// <param name="asked">Its name or its folder's; null or empty where a single one goes without saying.</param>
    /// <param name="problem">What it is where there is none: not found in an address, invalid in a field.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center, or none was named and there is not just one.</exception>
    /// <exception cref="ModelException">A manifest cannot be read.</exception>
    public async Task<string> ResolveAsync(string? asked, RequestProblem problem = RequestProblem.Invalid, CancellationToken cancellationToken = default)
    {
        await ListAsync(cancellationToken);
        if (Find(asked, _listing!.Folders) is string known)
        {
            return known;
        }

        IReadOnlyDictionary<string, string> folders = await ReadAsync(cancellationToken);
        IReadOnlyList<string> names = Names(folders);
        string list = names.Count == 0 ? "No tech center has a model yet: train first." : $"With a model: {string.Join(", ", names.Select(n => $"'{n}'"))}.";
        string message = string.IsNullOrEmpty(asked)
            ? $"Name the tech center. {list}"
            : $"There is no model of the tech center '{asked}'. {list}";
        return Find(asked, folders) ?? throw new RequestException(problem, message, new Dictionary<string, string[]>(StringComparer.Ordinal) { ["techCenter"] = [message] });
    }

    private static string? Find(string? asked, IReadOnlyDictionary<string, string> folders) =>
        string.IsNullOrEmpty(asked) ? (folders.Count == 1 ? folders.Keys.First() : null)
        : folders.ContainsKey(asked) ? asked
        : folders.FirstOrDefault(entry => string.Equals(entry.Value, asked, StringComparison.Ordinal)).Key;

    private static IReadOnlyList<string> Names(IReadOnlyDictionary<string, string> folders) => [.. folders.Keys];

    private async Task<IReadOnlyDictionary<string, string>> ReadAsync(CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, string> folders = await models.ListFoldersAsync(cancellationToken);
        _listing = new Listing(folders, clock.GetTimestamp());
        return folders;
    }

    private sealed record Listing(IReadOnlyDictionary<string, string> Folders, long ReadAt);
}
