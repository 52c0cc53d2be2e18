using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Runs;

/// <summary>The use case of whoever compares what was tried: runs with their measures, one of them beside the others of its tech center, several side by side.</summary>
public sealed class BrowseRuns(RunLog runs)
{
    /// <summary>The most runs of one list.</summary>
    public const int Most = 1_000;

    /// <summary>The most runs side by side.</summary>
    public const int MostCompared = 10;

    private const int Usual = 50;

    /// <summary>Lists runs, the newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The kind is unknown, or the limit is out of its range.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<IReadOnlyList<ListedRun>> ListAsync(RunQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        int limit = query.Limit switch
        {
            null => Usual,
            int asked and >= 1 and <= Most => asked,
            _ => throw RequestException.Invalid("limit", $"The limit is {query.Limit}; it must be from 1 to {Most}."),
        };
        return [.. (await runs.ListAsync(query.TechCenter, Kind(query.Kind), cancellationToken)).Take(limit).Select(ListedRun.Of)];
    }

    /// <summary>Shows a run, and the measures of its tech center's runs of the same kind over their versions.</summary>
    /// <param name="id">The run's id, or how it begins.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">No run, or more than one, has an id that begins so.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<RunDetails> ShowAsync(string id, CancellationToken cancellationToken = default)
    {
        RunRecord run = await FindAsync(id, cancellationToken);
        IReadOnlyList<RunRecord> alike = await runs.ListAsync(run.TechCenter, run.Kind, cancellationToken);
        return new RunDetails(run, [.. alike.Reverse().Select(ListedRun.Of)]);
    }

    /// <summary>Puts runs side by side: every parameter and every measure that one of them has, and whether they differ in it.</summary>
    /// <param name="ids">Two to ten ids, or how they begin.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There are too few ids or too many, or no run, or more than one, has an id that begins so.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<RunComparison> CompareAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        if (ids.Count is < 2 or > MostCompared)
        {
            throw RequestException.Invalid("ids", $"Name 2 to {MostCompared} runs by their ids; there are {ids.Count}.");
        }

        List<RunRecord> compared = [];
        foreach (string id in ids)
        {
            compared.Add(await FindAsync(id, cancellationToken));
        }

        IReadOnlyDictionary<string, double>[] measures = [.. compared.Select(r => r.LastMetrics())];
        return new RunComparison(
            [.. compared.Select(ListedRun.Of)],
            [.. compared.SelectMany(r => r.Parameters.Keys).Distinct(StringComparer.Ordinal).Select(key => ComparedParameter.Of(key, compared))],
            [.. measures.SelectMany(m => m.Keys).Distinct(StringComparer.Ordinal).Select(key => new ComparedMeasure(key, [.. measures.Select(m => m.TryGetValue(key, out double value) ? value : (double?)null)]))]);
    }

    private async Task<RunRecord> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(id, cancellationToken) is RunRecord exact)
        {
            return exact;
        }

        RunRecord[] found = id.Length == 0 ? [] : [.. (await runs.ListAsync(cancellationToken: cancellationToken)).Where(r => r.Id.StartsWith(id, StringComparison.Ordinal)).Take(2)];
        return found.Length switch
        {
            1 => found[0],
            0 => throw RequestException.NotFound("id", $"No run has an id that begins with '{id}'. List the runs."),
            _ => throw RequestException.Invalid("id", $"Several runs have an id that begins with '{id}'. Write more of it."),
        };
    }

    private static RunKind? Kind(string? named) => named is null ? null
        : Enum.GetNames<RunKind>().Contains(named, StringComparer.OrdinalIgnoreCase) ? Enum.Parse<RunKind>(named, ignoreCase: true)
        : throw RequestException.Invalid("kind", $"There is no kind '{named}'. Kinds: {string.Join(", ", Enum.GetNames<RunKind>().Select(n => n.ToLowerInvariant()))}.");
}

/// <summary>Which runs to list.</summary>
/// <param name="TechCenter">Of one tech center; null for all.</param>
/// <param name="Kind">Of one kind, such as <c>training</c>; null for all.</param>
/// <param name="Limit">The newest so many, 1 to 1,000; null for 50.</param>
public sealed record RunQuery(string? TechCenter = null, string? Kind = null, int? Limit = null);

/// <summary>A run in a list.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What was run.</param>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="State">How far it is.</param>
/// <param name="Outcome">How it ended: what the gate said of a training, what became of a rollout; its state for others.</param>
/// <param name="Version">The model version; null where it is about none.</param>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="EndedAt">When it ended, in UTC; null while it is under way.</param>
/// <param name="Measures">The last value of each measure.</param>
public sealed record ListedRun(string Id, RunKind Kind, string TechCenter, string Name, RunState State, string Outcome, string? Version, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, double> Measures)
{
    internal static ListedRun Of(RunRecord run) => new(
        run.Id,
        run.Kind,
        run.TechCenter,
        run.Name,
        run.State,
        run.Tags.TryGetValue("gate", out string? gate) ? gate : run.Tags.TryGetValue("outcome", out string? outcome) ? outcome : run.State.ToString().ToLowerInvariant(),
        run.Tags.TryGetValue("version", out string? tagged) ? tagged : run.Parameters.GetValueOrDefault("version"),
        run.StartedAt,
        run.EndedAt,
        run.LastMetrics());
}

/// <summary>One run with those that it can be compared with.</summary>
/// <param name="Run">The run.</param>
/// <param name="Over">All runs of its tech center and kind, the oldest first: how the measures went over the versions.</param>
public sealed record RunDetails(RunRecord Run, IReadOnlyList<ListedRun> Over);

/// <summary>Runs side by side.</summary>
/// <param name="Runs">The runs, in the order in which they were named.</param>
/// <param name="Parameters">Every parameter.</param>
/// <param name="Measures">Every measure.</param>
public sealed record RunComparison(IReadOnlyList<ListedRun> Runs, IReadOnlyList<ComparedParameter> Parameters, IReadOnlyList<ComparedMeasure> Measures);

/// <summary>A parameter of several runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its value in each run; null where a run has none.</param>
/// <param name="Differs">Whether the runs differ in it.</param>
public sealed record ComparedParameter(string Name, IReadOnlyList<string?> Values, bool Differs)
{
    internal static ComparedParameter Of(string name, IReadOnlyList<RunRecord> runs)
    {
        string?[] values = [.. runs.Select(r => r.Parameters.GetValueOrDefault(name))];
        return new ComparedParameter(name, values, values.Distinct(StringComparer.Ordinal).Skip(1).Any());
    }
}

/// <summary>A measure of several runs.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Its last value in each run; null where a run has none.</param>
public sealed record ComparedMeasure(string Name, IReadOnlyList<double?> Values);
