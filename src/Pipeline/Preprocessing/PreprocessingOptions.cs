namespace Pipeline.Preprocessing;

/// <summary>How incidents are preprocessed.</summary>
public sealed record PreprocessingOptions
{
    /// <summary>Incidents read, embedded and stored at once, 1 to 100,000: it bounds the memory, and what a crash has to do again.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate() => SettingRange.Require(BatchSize, 1, 100_000, "Preprocessing:BatchSize");
}
