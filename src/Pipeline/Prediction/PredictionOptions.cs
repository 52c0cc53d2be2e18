namespace Pipeline.Prediction;

/// <summary>How incidents are predicted.</summary>
public sealed record PredictionOptions
{
    /// <summary>Incidents predicted and stored at once, 1 to 100,000: it bounds the memory.</summary>
    public int BatchSize { get; init; } = 2_000;

    /// <summary>The threads one prediction may use, 1 to 1024; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(BatchSize, 1, 100_000, "Prediction:BatchSize");
        SettingRange.Require(MaxDegreeOfParallelism, 1, 1024, "Prediction:MaxDegreeOfParallelism");
    }
}
