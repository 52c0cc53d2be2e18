namespace Pipeline.Intake;

/// <summary>Opens a file as what its first bytes say that it is.</summary>
internal static class SourceKind
{
    /// <summary>A reader of the file's rows.</summary>
    /// <param name="file">The file.</param>
    /// <param name="options">How it is to be read.</param>
    /// <param name="remarks">Takes what the user should know about how the file was read.</param>
    /// <param name="cancellationToken">Stops between records.</param>
    /// <exception cref="IntakeException">The file is of no kind that can be read, or holds no table.</exception>
    public static ISourceReader Open(SourceFile file, IntakeOptions options, List<string> remarks, CancellationToken cancellationToken)
    {
        switch (file.FirstBytes)
        {
            case [(byte)'P', (byte)'K', 3, 4, ..] or [0xD0, 0xCF, 0x11, 0xE0, ..]:
                return WorkbookSource.Open(file.Read);
            case [(byte)'P', (byte)'A', (byte)'R', (byte)'1', ..]:
                return ParquetSource.Open(file.Read);
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

        return IsJson(OpenText) ? JsonSource.Open(OpenText, cancellationToken) : CsvSource.Open(OpenText, remarks, cancellationToken);

        Stream OpenText() => encoding.Transcode(file.Read());
    }

    /// <summary>Whether a text begins as a list of objects, or as an object, does.</summary>
    private static bool IsJson(Func<Stream> open)
    {
        using Stream stream = open();
        Span<char> signs = stackalloc char[2];
        int count = 0;
        while (count < 2 && stream.ReadByte() is var next and >= 0)
        {
            if (next is not (' ' or '\t' or '\r' or '\n'))
            {
                signs[count++] = (char)next;
            }
        }

        return signs is ['[', '{' or ']'] or ['{', '"' or '}'];
    }
}
