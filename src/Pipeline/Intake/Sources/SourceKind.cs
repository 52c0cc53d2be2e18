namespace Pipeline.Intake;

/// <summary>Opens a file as what its first bytes say that it is.</summary>
internal static class SourceKind
{
    /// <summary>A reader of the file's rows.</summary>
    /// <exception cref="IntakeException">The file is of no kind that can be read, or holds no table.</exception>
    public static ISourceReader Open(SourceFile file, IntakeOptions options, List<string> remarks, CancellationToken cancellationToken)
    {
        if (file.FirstBytes is [(byte)'P', (byte)'K', 3, 4, ..])
        {
            throw new IntakeException("The file is a workbook or an archive, not a CSV file. Save the sheet as CSV (UTF-8) and name that file.");
        }

        TextEncoding encoding;
        using (Stream raw = file.Read())
        {
            encoding = EncodingDetector.Detect(raw, options.Encoding, options.MaxRejectShare);
        }

        if (encoding.IsAssumed)
        {
            remarks.Add($"The text was read as {encoding.Encoding.WebName}, which its bytes are clearly in; --encoding names another.");
        }

        return CsvSource.Open(() => encoding.Transcode(file.Read()), remarks, cancellationToken);
    }
}
