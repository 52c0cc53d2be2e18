namespace Pipeline.Training;

/// <summary>How the orchestrated training of many tech centers is spread and repeated.</summary>
public sealed record TrainingFanOutOptions
{
    /// <summary>Tech centers trained at the same time, 1 to 64: each needs the memory of its window.</summary>
    public int TechCentersAtOnce { get; init; } = 2;

    /// <summary>How often a tech center is tried before it counts as failed, 1 to 10.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>Seconds before the second attempt, 1 to 3600; doubled before each further one.</summary>
    public int FirstRetrySeconds { get; init; } = 30;

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(TechCentersAtOnce, 1, 64, "TrainingFanOut:TechCentersAtOnce");
        SettingRange.Require(Attempts, 1, 10, "TrainingFanOut:Attempts");
        SettingRange.Require(FirstRetrySeconds, 1, 3600, "TrainingFanOut:FirstRetrySeconds");
    }
}

/// <summary>How long the histories of orchestrations that have ended can be looked at.</summary>
public sealed record HistoryOptions
{
    /// <summary>Days after its start from which an orchestration that has ended is forgotten, 1 to 3650.</summary>
    public int RetentionDays { get; init; } = 90;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range; the message names it and the range.</exception>
    public void Validate() => SettingRange.Require(RetentionDays, 1, 3650, "History:RetentionDays");
}
