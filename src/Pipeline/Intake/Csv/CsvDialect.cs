namespace Pipeline.Intake;

/// <summary>How a CSV file separates and quotes its fields.</summary>
/// <param name="Delimiter">What stands between fields.</param>
/// <param name="EscapesByBackslash">Whether a backslash makes a quote inside a quoted field text, in place of a second quote.</param>
/// <param name="Repairs">Whether quotes are broken in the file, so that a text of several lines may be rows behind a lost quote.</param>
/// <param name="KeyShape">The shape that the first field of every row has, in a file that is repaired; null where they have none in common. See <see cref="CsvKeyShape"/>.</param>
internal sealed record CsvDialect(char Delimiter, bool EscapesByBackslash = false, bool Repairs = false, string? KeyShape = null)
{
    /// <summary>The delimiters that are looked for, the likeliest first.</summary>
    public const string Delimiters = ",;\t|";
}
