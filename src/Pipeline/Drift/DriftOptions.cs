namespace Pipeline.Drift;

/// <summary>When new incidents count as different from those of the training.</summary>
public sealed record DriftOptions
{
    /// <summary>The drift above which somebody is told, 0 to 1.</summary>
    public double Raised { get; init; } = 0.3;

    /// <summary>The drift above which a training is recommended, 0 to 1.</summary>
    public double High { get; init; } = 0.8;

    /// <summary>Different texts of the training and of the new incidents that are compared, 100 to 10,000 of each.</summary>
    public int Sample { get; init; } = 500;

    /// <summary>The fewest different new texts that say anything, 20 to 10,000.</summary>
    public int Fewest { get; init; } = 50;

    /// <summary>Days back to which incidents count as new, 1 to 730.</summary>
    public int WindowDays { get; init; } = 90;

    /// <summary>Whether a drift above <see cref="High"/> starts a training of the tech center.</summary>
    public bool Retrain { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(Raised, 0, 1, "Drift:Raised");
        SettingRange.Require(High, Raised, 1, "Drift:High");
        SettingRange.Require(Sample, 100, 10_000, "Drift:Sample");
        SettingRange.Require(Fewest, 20, 10_000, "Drift:Fewest");
        SettingRange.Require(WindowDays, 1, 730, "Drift:WindowDays");
    }
}
