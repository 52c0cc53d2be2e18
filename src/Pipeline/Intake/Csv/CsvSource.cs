using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// A CSV file. Its dialect is settled before its rows are read: the delimiter is the one that a first line <c>sep=</c> names, otherwise the one by which most of the first records have as many
/// fields as the header; quotes are read strictly by RFC 4180 wherever that is sound in the whole file, otherwise with backslashes as escapes where that breaks fewer records, and repaired only then.
/// </summary>
internal sealed class CsvSource : ISourceReader
{
    private const int RecordsToLearnFrom = 100;

    private readonly Func<Stream> _open;
    private readonly CsvDialect _dialect;
    private readonly bool _namesDelimiter;

    private readonly CsvWidth _width;

    private CsvSource(Func<Stream> open, CsvDialect dialect, bool namesDelimiter, IReadOnlyList<string> header)
    {
        (_open, _dialect, _namesDelimiter) = (open, dialect, namesDelimiter);
        _width = CsvWidth.Of(header);
        Header = header;
    }

    public IReadOnlyList<string> Header { get; }

    /// <summary>Settles the dialect of a file.</summary>
    /// <param name="open">Opens the file as UTF-8 without a mark, from its beginning.</param>
    /// <param name="remarks">Takes what the user should know about how the file was read.</param>
    /// <param name="cancellationToken">Stops between records.</param>
    /// <exception cref="IntakeException">The file is empty, or its header cannot be read.</exception>
    public static CsvSource Open(Func<Stream> open, List<string> remarks, CancellationToken cancellationToken)
    {
        char? named = NamedDelimiter(open);
        CsvDialect dialect = new(named ?? FindDelimiter(open));
        IReadOnlyList<string> header = ReadHeader(open, dialect, named is not null);
        CsvWidth width = CsvWidth.Of(header);
        int broken = CountBroken(open, dialect, named is not null, width, out bool hasBackslashes, out string? keyShape, cancellationToken);
        if (broken > 0 && hasBackslashes)
        {
            CsvDialect escaping = dialect with { EscapesByBackslash = true };
            int brokenThen = CountBroken(open, escaping, named is not null, width, out _, out string? shapeThen, cancellationToken);
            if (brokenThen < broken)
            {
                (dialect, broken, keyShape) = (escaping, brokenThen, shapeThen);
                remarks.Add("The file escapes quotes with a backslash; it was read so.");
            }
        }

        if (broken > 0)
        {
            dialect = dialect with { Repairs = true, KeyShape = keyShape };
            remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Quotes are broken in {broken} rows, so that where a row ends was found out by its shape. The rows are among the rejects."));
        }

        return new CsvSource(open, dialect, named is not null, header);
    }

    public IEnumerable<SourceRecord> Read()
    {
        using Stream stream = _open();
        CsvRecordReader records = Begin(stream, _dialect, _namesDelimiter);
        records.Read();
        records.Width = _width;
        while (records.Read() is { } record)
        {
            yield return _width.Fitted(record, mayMiss: !_dialect.Repairs);
        }
    }

    private static CsvRecordReader Begin(Stream stream, CsvDialect dialect, bool namesDelimiter)
    {
        var lines = new CsvLineReader(stream);
        while (namesDelimiter && lines.Read() is { } line && string.IsNullOrWhiteSpace(line.Text))
        {
        }

        return new CsvRecordReader(lines, dialect);
    }

    private static char? NamedDelimiter(Func<Stream> open)
    {
        using Stream stream = open();
        var lines = new CsvLineReader(stream);
        CsvLine? first = lines.Read();
        while (first is { Problem: null } blank && string.IsNullOrWhiteSpace(blank.Text))
        {
            first = lines.Read();
        }

        return first?.Text is { Length: 5 } text && text.StartsWith("sep=", StringComparison.OrdinalIgnoreCase) ? text[4] : null;
    }

    private static char FindDelimiter(Func<Stream> open)
    {
        (char Delimiter, double Share, int Fields) best = (CsvDialect.Delimiters[0], 0, 1);
        foreach (char delimiter in CsvDialect.Delimiters)
        {
            using Stream stream = open();
            CsvRecordReader records = Begin(stream, new CsvDialect(delimiter), namesDelimiter: false);
            if (records.Read() is not { Problem: null, Fields: { Count: > 1 } header })
            {
                continue;
            }

            (int fitting, int all) = (1, 1);
            for (; all < RecordsToLearnFrom && records.Read() is { } record; all++)
            {
                fitting += record.Fields.Count == header.Count ? 1 : 0;
            }

            double share = (double)fitting / all;
            if (share > best.Share + 0.1 || (share > best.Share - 0.1 && header.Count > best.Fields))
            {
                best = (delimiter, share, header.Count);
            }
        }

        return best.Delimiter;
    }

    private static IReadOnlyList<string> ReadHeader(Func<Stream> open, CsvDialect dialect, bool namesDelimiter)
    {
        using Stream stream = open();
        SourceRecord header = Begin(stream, dialect, namesDelimiter).Read() ?? throw new IntakeException("The file is empty. It needs a header line and at least one row.");
        if (header.Problem is { } problem)
        {
            throw new IntakeException($"The header line cannot be read. {problem.Reason.Replace("row", "header", StringComparison.Ordinal)}");
        }

        return [.. header.Fields.Select(CellText.ColumnName)];
    }

    private static int CountBroken(Func<Stream> open, CsvDialect dialect, bool namesDelimiter, CsvWidth width, out bool hasBackslashes, out string? keyShape, CancellationToken cancellationToken)
    {
        using Stream stream = open();
        CsvRecordReader records = Begin(stream, dialect, namesDelimiter);
        records.Read();
        records.Width = width;
        var shape = new CsvKeyShape();
        while (records.Read() is { } record)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (record.Problem is null && record.Fields.Count == width.Fields)
            {
                shape.Add(record.Fields[0]);
            }
        }

        (hasBackslashes, keyShape) = (records.HasEscapedQuotes, shape.Common());
        return records.BrokenQuotes;
    }
}
