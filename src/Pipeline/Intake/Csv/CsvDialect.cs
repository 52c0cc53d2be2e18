namespace Pipeline.Intake;

/// <summary>Finds the delimiter of a CSV file.</summary>
internal static class CsvDialect
{
    private const string Delimiters = ",;\t|";

    /// <summary>
    /// A reader of the file's records, from the header on. The delimiter is the character that a first line <c>sep=</c> names, otherwise the one of
    /// comma, semicolon, tab and bar that the header holds most often outside quotes; comma where it holds none.
    /// </summary>
    public static CsvRecordReader Open(CsvLineReader lines)
    {
        CsvLine? first = lines.Read();
        while (first is { Problem: null } blank && string.IsNullOrWhiteSpace(blank.Text))
        {
            first = lines.Read();
        }

        if (first?.Text is { Length: 5 } text && text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase))
        {
            return new CsvRecordReader(lines, text[4]);
        }

        return new CsvRecordReader(lines, Detect(first?.Text ?? ""), first);
    }

    private static char Detect(string header)
    {
        int[] counts = new int[Delimiters.Length];
        bool quoted = false;
        foreach (char c in header)
        {
            quoted ^= c == '"';
            int place = quoted ? -1 : Delimiters.IndexOf(c, StringComparison.Ordinal);
            if (place >= 0)
            {
                counts[place]++;
            }
        }

        return Delimiters[Array.IndexOf(counts, counts.Max())];
    }
}
