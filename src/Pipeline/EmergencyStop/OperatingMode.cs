namespace Pipeline.EmergencyStop;

/// <summary>How far the pipeline may work, as a person decided.</summary>
/// <param name="State">What may go on.</param>
/// <param name="Since">Since when, in UTC.</param>
/// <param name="Who">Who decided it.</param>
/// <param name="Reason">Why; null where nobody gave a reason, which only <see cref="OperatingState.Running"/> may lack.</param>
public sealed record OperatingMode(OperatingState State, DateTimeOffset Since, string Who, string? Reason)
{
    /// <summary>The mode of a pipeline that nobody has ever stopped.</summary>
    public static OperatingMode Untouched { get; } = new(OperatingState.Running, DateTimeOffset.UnixEpoch, "nobody", null);
}

/// <summary>What may go on.</summary>
public enum OperatingState
{
    /// <summary>Everything.</summary>
    Running,

    /// <summary>Answers alone: nothing is taken in, trained, predicted, moved or removed.</summary>
    ReadOnly,

    /// <summary>Nothing but the status, the watch with its alerts, backups, and the way back.</summary>
    Halted,
}
