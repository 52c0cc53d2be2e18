using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Runs;

/// <summary>Keeps runs in the object store, a file each: <c>pipeline-runs/{id}.json</c>. A list reads them all, of which a few thousand are no burden.</summary>
public sealed class RunLog(IObjectStore objects)
{
    private const string Root = "pipeline-runs";
    private const int AtOnce = 8;

    /// <summary>An id that is the same for the same names: a step that is repeated writes the same run.</summary>
    public static string IdOf(params string[] names) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', names))))[..32];

    /// <summary>Writes a run, in place of the one of its id.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be written.</exception>
    public Task WriteAsync(RunRecord run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        return objects.WriteAsync(NameOf(run.Id), (stream, token) => JsonSerializer.SerializeAsync(stream, run, PipelineJson.Indented, token), cancellationToken: cancellationToken);
    }

    /// <summary>A run; null where there is none of this id, or it cannot be read.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<RunRecord?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        IsId(id) && await objects.ReadTaggedAsync(NameOf(id), cancellationToken) is TaggedObject stored ? Parse(stored) : null;

    /// <summary>Changes a run; however many change it at once, no change is lost.</summary>
    /// <returns>The changed run; null where there is none of this id.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<RunRecord?> ChangeAsync(string id, Func<RunRecord, RunRecord> change, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(change);
        return !IsId(id) ? null : await objects.ChangeAsync(
            NameOf(id),
            stored => ValueTask.FromResult((stored is null ? null : Parse(stored)) is RunRecord run ? ((RunRecord?)change(run), true) : (null, false)),
            cancellationToken);
    }

    /// <summary>All runs, the newest first; files that cannot be read are passed over.</summary>
    /// <param name="techCenter">Of one tech center; null for all.</param>
    /// <param name="kind">Of one kind; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<RunRecord>> ListAsync(string? techCenter = null, RunKind? kind = null, CancellationToken cancellationToken = default)
    {
        List<string> names = [];
        await foreach (StoredObject item in objects.ListAsync(Root + "/", cancellationToken))
        {
            names.Add(item.Name);
        }

        List<RunRecord> runs = [];
        foreach (string[] some in names.Chunk(AtOnce))
        {
            TaggedObject?[] read = await Task.WhenAll(some.Select(name => objects.ReadTaggedAsync(name, cancellationToken)));
            runs.AddRange(read.OfType<TaggedObject>().Select(Parse).OfType<RunRecord>().Where(r => (techCenter is null || string.Equals(r.TechCenter, techCenter, StringComparison.Ordinal)) && (kind is null || r.Kind == kind)));
        }

        return [.. runs.OrderByDescending(r => r.StartedAt).ThenBy(r => r.Id, StringComparer.Ordinal)];
    }

    private static string NameOf(string id) => $"{Root}/{id}.json";

    private static bool IsId(string id) => id is { Length: 32 } && id.All(char.IsAsciiHexDigitLower);

    private static RunRecord? Parse(TaggedObject stored)
    {
        try
        {
            RunRecord? run = JsonSerializer.Deserialize<RunRecord>(stored.Content.Span, PipelineJson.Indented);
            return run is not null && IsId(run.Id) && !run.Metrics.Contains(null!) && run.Parameters.Values.Concat(run.Tags.Values).All(text => text is not null) ? run : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
