using System.Globalization;

namespace Pipeline.EmergencyStop;

/// <summary>What was asked for may not be done now, since a person halted the pipeline or made it read-only. The message says who, when and why. What was stored before is kept.</summary>
public sealed class HaltedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="mode">The mode that stands in the way.</param>
    /// <param name="innerException">The cancellation of the work that had to stand; null where none was begun.</param>
    public HaltedException(OperatingMode mode, Exception? innerException = null)
        : base(Describe(mode), innerException) => Mode = mode;

    /// <summary>The mode that stands in the way.</summary>
    public OperatingMode Mode { get; }

    private static string Describe(OperatingMode mode) => string.Create(
        CultureInfo.InvariantCulture,
        $"The pipeline {(mode.State == OperatingState.Halted ? "is halted" : "is read-only")} since {mode.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, by {mode.Who}: {(mode.Reason ?? "no reason was given").TrimEnd('.')}. It goes on after 'resume'.");
}
