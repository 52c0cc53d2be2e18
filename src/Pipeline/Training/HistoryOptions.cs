namespace Pipeline.Training;

/// <summary>How long the histories of orchestrations that have ended can be looked at.</summary>
public sealed record HistoryOptions
{
    /// <summary>Days after its start from which an orchestration that has ended is forgotten, 1 to 3650.</summary>
    public int RetentionDays { get; init; } = 90;

    /// <summary>Checks the range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of its range; the message names it and the range.</exception>
    public void Validate() => SettingRange.Require(RetentionDays, 1, 3650, "History:RetentionDays");
}
