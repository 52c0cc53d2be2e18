using Pipeline.Incidents;

namespace Pipeline.Intake;

/// <summary>One data row of a file: an incident, or the reason why it is none.</summary>
/// <param name="Row">The row's number among the data rows, from 1.</param>
/// <param name="Line">The line of the file on which it begins, from 1.</param>
/// <param name="Number">The incident's number; null where the row could not be read so far.</param>
/// <param name="Incident">The incident; null where the row is rejected.</param>
/// <param name="Reject">Why the row is rejected; null where it is accepted.</param>
/// <param name="IsCut">Whether a text was longer than allowed and was cut.</param>
public sealed record IntakeRow(int Row, int Line, string? Number, Incident? Incident, Reject? Reject, bool IsCut = false)
{
    /// <summary>The row as it came, in the order of the header; empty where it could not be read.</summary>
    public IReadOnlyList<string> Fields { get; init; } = [];
}
