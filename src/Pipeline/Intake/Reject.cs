namespace Pipeline.Intake;

/// <summary>Why a row was not accepted.</summary>
/// <param name="Kind">The kind of fault, for counting.</param>
/// <param name="Reason">What is wrong and how to mend it; holds no text of the incident.</param>
/// <param name="Field">The column that is to blame; null where it is the whole row.</param>
public sealed record Reject(RejectKind Kind, string Reason, string? Field = null);
