namespace Pipeline.Monitoring;

/// <summary>How long measures are kept.</summary>
public sealed record WatchOptions
{
    /// <summary>Days after which a measure is forgotten, 1 to 3650.</summary>
    public int RetentionDays { get; init; } = 90;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range; the message names it and the range.</exception>
    public void Validate() => SettingRange.Require(RetentionDays, 1, 3650, "Watch:RetentionDays");
}
