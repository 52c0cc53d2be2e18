namespace Pipeline.Runs;

/// <summary>A training, a tuning, a rollout or a training of forecasts: what went in, what came out, and where it lies.</summary>
public sealed record RunRecord
{
    /// <summary>32 lower-case hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>What was run.</summary>
    public required RunKind Kind { get; init; }

    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>A name for people, such as <c>training 2026_q2</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How far it is.</summary>
    public required RunState State { get; init; }

    /// <summary>When it began, in UTC.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, in UTC; null while it is under way.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What was settled before: parameters, thresholds, versions of code and data.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What was measured, in the order of measuring; the same key may come more than once, as the steps of a curve.</summary>
    public IReadOnlyList<RunMetric> Metrics { get; init; } = [];

    /// <summary>What else is known of it.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Where its files lie in the object store; null where it made none.</summary>
    public string? Artifacts { get; init; }

    /// <summary>The last value of each metric.</summary>
    public IReadOnlyDictionary<string, double> LastMetrics() => Metrics.GroupBy(m => m.Key, StringComparer.Ordinal).ToDictionary(m => m.Key, m => m.Last().Value, StringComparer.Ordinal);
}

/// <summary>A measured value.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">The value.</param>
/// <param name="At">When it was measured, in UTC.</param>
/// <param name="Step">Its place on a curve, from 0.</param>
public sealed record RunMetric(string Key, double Value, DateTimeOffset At, long Step = 0);

/// <summary>What was run.</summary>
public enum RunKind
{
    /// <summary>The training of a version.</summary>
    Training,

    /// <summary>A search over parameters and algorithms.</summary>
    Tuning,

    /// <summary>One try of such a search.</summary>
    Trial,

    /// <summary>A canary or a blue-green rollout.</summary>
    Rollout,

    /// <summary>The training of forecasts.</summary>
    Forecast,

    /// <summary>What another program wrote.</summary>
    Other,
}

/// <summary>How far a run is.</summary>
public enum RunState
{
    /// <summary>It is under way.</summary>
    Running,

    /// <summary>It has ended.</summary>
    Finished,

    /// <summary>It has failed.</summary>
    Failed,
}
