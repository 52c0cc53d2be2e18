namespace Pipeline.Intake;

/// <summary>One line of a file.</summary>
/// <param name="Number">The line's number, from 1.</param>
/// <param name="Text">Its text without the line end.</param>
/// <param name="Problem">Why the text is not to be relied on; null where it is.</param>
internal readonly record struct CsvLine(int Number, string Text, Reject? Problem);
