namespace Pipeline.Intake;

/// <summary>The fields of one record of a CSV file, of one line or, with line ends inside quotes, of several.</summary>
/// <param name="Line">The line on which it begins, from 1.</param>
/// <param name="Fields">The fields, unquoted; empty where the record is broken.</param>
/// <param name="Problem">Why the record is not to be used; null where it is sound.</param>
internal sealed record SourceRecord(int Line, IReadOnlyList<string> Fields, Reject? Problem);
