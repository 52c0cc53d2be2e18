using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Runs;

/// <summary>
/// What runs are kept together by, for programs that speak MLflow: an experiment for each tech center that has runs, one named Default, and those that such programs made, which are kept as
/// <c>pipeline-experiments/{id}.json</c>.
/// </summary>
public sealed class RunExperiments(RunLog runs, IObjectStore objects)
{
    private const string Root = "pipeline-experiments";
    private const string Default = "Default";
    private const string DefaultId = "0";

    /// <summary>The id of a name: the same at any time.</summary>
    public static string IdOf(string name) => string.Equals(name, Default, StringComparison.Ordinal)
        ? DefaultId
        : (BinaryPrimitives.ReadUInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes(name))) >> 4).ToString(CultureInfo.InvariantCulture);

    /// <summary>All experiments, in the order of their names.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<MlflowExperiment>> ListAsync(CancellationToken cancellationToken = default)
    {
        List<string> made = [];
        await foreach (StoredObject item in objects.ListAsync(Root + "/", cancellationToken))
        {
            if (await objects.ReadTaggedAsync(item.Name, cancellationToken) is TaggedObject stored && NameIn(stored) is string name)
            {
                made.Add(name);
            }
        }

        ILookup<string, RunRecord> kept = (await runs.ListAsync(cancellationToken: cancellationToken)).ToLookup(r => r.TechCenter, StringComparer.Ordinal);
        return [.. made.Append(Default).Concat(kept.Select(k => k.Key)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => Describe(name, kept[name]))];
    }

    /// <summary>An experiment by its id; null where there is none.</summary>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<MlflowExperiment?> FindAsync(string id, CancellationToken cancellationToken = default) =>
        (await ListAsync(cancellationToken)).FirstOrDefault(e => string.Equals(e.ExperimentId, id, StringComparison.Ordinal));

    /// <summary>Makes an experiment.</summary>
    /// <returns>Its id; null where there is one of this name.</returns>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<string?> CreateAsync(string name, CancellationToken cancellationToken = default)
    {
        string id = IdOf(name);
        return await FindAsync(id, cancellationToken) is null
            && await objects.WriteAsync($"{Root}/{id}.json", (stream, token) => JsonSerializer.SerializeAsync(stream, new NamedExperiment(name), PipelineJson.Indented, token), onlyIfAbsent: true, cancellationToken: cancellationToken)
            ? id
            : null;
    }

    private static MlflowExperiment Describe(string name, IEnumerable<RunRecord> runs)
    {
        long[] begun = [.. runs.Select(r => r.StartedAt.ToUnixTimeMilliseconds())];
        return new MlflowExperiment(IdOf(name), name, "", "active", begun.Length == 0 ? null : begun.Min(), begun.Length == 0 ? null : begun.Max());
    }

    private static string? NameIn(TaggedObject stored)
    {
        try
        {
            return JsonSerializer.Deserialize<NamedExperiment>(stored.Content.Span, PipelineJson.Indented)?.Name;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record NamedExperiment(string Name);
}
