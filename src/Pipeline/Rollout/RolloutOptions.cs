namespace Pipeline.Rollout;

/// <summary>How a version is brought into production step by step, and what makes it go back.</summary>
public sealed record RolloutOptions
{
    /// <summary>Seconds that a canary is on trial, 1 to 2,592,000.</summary>
    public int CanarySeconds { get; init; } = 3_600;

    /// <summary>Seconds between two looks at it, 1 to 86,400.</summary>
    public int CheckSeconds { get; init; } = 300;

    /// <summary>Answers that a verdict needs at least, 1 to 100,000.</summary>
    public int MinAnswers { get; init; } = 200;

    /// <summary>Seconds after which a canary that has too few answers goes back, 1 to 2,592,000.</summary>
    public int MaxSeconds { get; init; } = 86_400;

    /// <summary>Steps of a blue-green rollout, each of which gives the version an equal share more, 1 to 100.</summary>
    public int BlueGreenSteps { get; init; } = 5;

    /// <summary>Seconds of a step, 1 to 86,400.</summary>
    public int StepSeconds { get; init; } = 60;

    /// <summary>How many times as many answers may fail as in production, 1 to 100.</summary>
    public double ErrorFactor { get; init; } = 1.05;

    /// <summary>How many more of 100 answers may fail in any case, 0 to 100.</summary>
    public double ErrorPoints { get; init; } = 0.5;

    /// <summary>How many times as long an answer may take as in production, 1 to 100.</summary>
    public double LatencyFactor { get; init; } = 1.2;

    /// <summary>Milliseconds that it may take longer in any case, 0 to 10,000: below, a machine's moods weigh more than a model.</summary>
    public double LatencySlack { get; init; } = 1;

    /// <summary>The part of production's silhouette that the version's must reach, 0 to 1.</summary>
    public double SilhouetteFactor { get; init; } = 0.95;

    /// <summary>Days after which versions that were retired, and files that belong to no version, are put away, 1 to 3650.</summary>
    public int ArchiveDays { get; init; } = 90;

    /// <summary>Whether they are deleted, and not put into an archive beside.</summary>
    public bool DeleteOld { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(CanarySeconds, 1, 2_592_000, "Rollout:CanarySeconds");
        SettingRange.Require(CheckSeconds, 1, 86_400, "Rollout:CheckSeconds");
        SettingRange.Require(MinAnswers, 1, 100_000, "Rollout:MinAnswers");
        SettingRange.Require(MaxSeconds, 1, 2_592_000, "Rollout:MaxSeconds");
        SettingRange.Require(BlueGreenSteps, 1, 100, "Rollout:BlueGreenSteps");
        SettingRange.Require(StepSeconds, 1, 86_400, "Rollout:StepSeconds");
        SettingRange.Require(ErrorFactor, 1, 100, "Rollout:ErrorFactor");
        SettingRange.Require(ErrorPoints, 0, 100, "Rollout:ErrorPoints");
        SettingRange.Require(LatencyFactor, 1, 100, "Rollout:LatencyFactor");
        SettingRange.Require(LatencySlack, 0, 10_000, "Rollout:LatencySlack");
        SettingRange.Require(SilhouetteFactor, 0, 1, "Rollout:SilhouetteFactor");
        SettingRange.Require(ArchiveDays, 1, 3_650, "Rollout:ArchiveDays");
    }
}
