namespace Pipeline.Intake;

/// <summary>The fields of one record of a file.</summary>
/// <param name="Line">Where it begins, from 1: the line of a text file, the row of a sheet.</param>
/// <param name="Fields">The fields in the order of the header; empty where the record is broken.</param>
/// <param name="Problem">Why the record is not to be used; null where it is sound.</param>
internal sealed record SourceRecord(int Line, IReadOnlyList<string> Fields, Reject? Problem);
