namespace Pipeline.Prediction;

/// <summary>How incidents are predicted.</summary>
public sealed record PredictionOptions
{
    /// <summary>Incidents predicted and stored at once, 1 to 100,000: it bounds the memory.</summary>
    public int BatchSize { get; init; } = 2_000;

    /// <summary>The threads one prediction may use, at least 1; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        if (BatchSize is < 1 or > 100_000)
        {
            throw new ArgumentOutOfRangeException(nameof(BatchSize), BatchSize, "Prediction:BatchSize must be from 1 to 100000.");
        }

        if (MaxDegreeOfParallelism is < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(MaxDegreeOfParallelism), MaxDegreeOfParallelism, "Prediction:MaxDegreeOfParallelism must be at least 1.");
        }
    }
}
