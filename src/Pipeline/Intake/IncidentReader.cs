using System.Globalization;
using Pipeline.Incidents;

namespace Pipeline.Intake;

/// <summary>
/// Reads incidents from a CSV file of any usual dialect, row by row: delimiter comma, semicolon, tab or bar (found in the header, or named by a first line <c>sep=;</c>),
/// UTF-8 with or without byte order mark or UTF-16 with one, quoted fields of several lines. A row that cannot be used is returned with the reason, and reading goes on.
/// </summary>
/// <remarks>Texts longer than <see cref="IntakeOptions.MaxTextLength"/> are cut; control characters other than tabs and line ends are dropped.</remarks>
public sealed class IncidentReader
{
    private const int MinTextLength = 100;
    private const int MaxNameLength = 256;
    private const int RowsToLearnFrom = 1000;

    private readonly IntakeOptions _options;

    /// <summary>Creates a reader.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public IncidentReader(IntakeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxTextLength < MinTextLength)
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.MaxTextLength, $"MaxTextLength must be at least {MinTextLength}.");
        }

        _options = options;
    }

    /// <summary>Reads a file; see <see cref="Read(Stream, CancellationToken)"/>.</summary>
    /// <exception cref="IntakeException">The file cannot be opened or holds no rows, or the options do not fit its columns; thrown when the first row is asked for.</exception>
    public IEnumerable<IntakeRow> Read(string path, CancellationToken cancellationToken = default)
    {
        using FileStream file = SourceFile.Open(path);
        foreach (IntakeRow row in Read(file, cancellationToken))
        {
            yield return row;
        }
    }

    /// <summary>Reads a stream from where it stands to its end, in time linear in its length and in memory bounded by its longest record, the first thousand records and a count of rows without a number.</summary>
    /// <exception cref="IntakeException">The stream holds no rows, or the options do not fit its columns; thrown when the first row is asked for.</exception>
    public IEnumerable<IntakeRow> Read(Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return ReadRows(stream, cancellationToken);
    }

    private IEnumerable<IntakeRow> ReadRows(Stream stream, CancellationToken cancellationToken)
    {
        CsvRecordReader records = CsvDialect.Open(new CsvLineReader(stream));
        IReadOnlyList<string> header = ReadHeader(records);
        ColumnMap columns = ColumnMap.Find(header, _options);
        List<SourceRecord> first = ReadFirst(records);
        bool dayFirst = _options.DayFirst ?? DateColumn.HaveDayFirst(first.Where(record => record.Fields.Count == header.Count).SelectMany(record => DatesOf(record, columns)));
        var dates = new DateColumn(dayFirst);
        var numbers = new RowNumbers();
        int row = 0;
        foreach (SourceRecord record in first.Concat(ReadRest(records)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Interpret(++row, record, header, columns, dates, numbers);
        }
    }

    private static IReadOnlyList<string> ReadHeader(CsvRecordReader records)
    {
        SourceRecord header = records.Read() ?? throw new IntakeException("The file is empty. It needs a header line and at least one row.");
        if (header.Problem is { } problem)
        {
            throw new IntakeException($"The header line cannot be read. {problem.Reason.Replace("row", "header", StringComparison.Ordinal)}");
        }

        records.FieldCount = header.Fields.Count;
        return [.. header.Fields.Select(name => CellText.Clean(name).Trim())];
    }

    private static List<SourceRecord> ReadFirst(CsvRecordReader records)
    {
        List<SourceRecord> first = [.. ReadRest(records).Take(RowsToLearnFrom)];
        return first.Count > 0 ? first : throw new IntakeException("The file has a header but no rows. Export it again with its rows.");
    }

    private static IEnumerable<SourceRecord> ReadRest(CsvRecordReader records)
    {
        while (records.Read() is { } record)
        {
            yield return record;
        }
    }

    private static IEnumerable<string> DatesOf(SourceRecord record, ColumnMap columns)
    {
        foreach (int column in ((int?[])[columns.Created, columns.Updated]).OfType<int>())
        {
            yield return record.Fields[column];
        }
    }

    private IntakeRow Interpret(int row, SourceRecord record, IReadOnlyList<string> header, ColumnMap columns, DateColumn dates, RowNumbers numbers)
    {
        string? number = null;
        IntakeRow Reject(RejectKind kind, string reason) => new(row, record.Line, number, null, new Reject(kind, reason));

        if (record.Problem is { } problem)
        {
            return Reject(problem.Kind, problem.Reason);
        }

        IReadOnlyList<string> fields = record.Fields;
        if (fields.Count != header.Count)
        {
            return Reject(RejectKind.FieldCount, string.Create(
                CultureInfo.InvariantCulture,
                $"The row has {fields.Count} fields, the header has {header.Count}. Quote a field that holds the delimiter, or fill in the missing ones."));
        }

        string written = NameAt(fields, columns.Number);
        string techCenter = NameAt(fields, columns.TechCenter) is { Length: > 0 } named ? named : IntakeOptions.DefaultTechCenter;
        if (written.Length > MaxNameLength || techCenter.Length > MaxNameLength)
        {
            return Reject(RejectKind.TooLong, string.Create(CultureInfo.InvariantCulture, $"The number or the tech center is longer than {MaxNameLength} characters. Check that the right columns are named."));
        }

        number = written.Length > 0 ? written : numbers.Derive(fields);
        if (!TryReadDate(fields, columns.Created, dates, out DateTimeOffset? created) || (columns.Created is not null && created is null))
        {
            return Reject(RejectKind.InvalidDate, DateReason(header[columns.Created!.Value], created is null && string.IsNullOrWhiteSpace(fields[columns.Created.Value])));
        }

        if (!TryReadDate(fields, columns.Updated, dates, out DateTimeOffset? updated))
        {
            return Reject(RejectKind.InvalidDate, DateReason(header[columns.Updated!.Value], isMissing: false));
        }

        string[] texts = ReadTexts(fields, columns.Texts, out bool isCut);
        if (texts.All(text => text.Length == 0))
        {
            return Reject(RejectKind.EmptyText, $"The row has no text: {string.Join(", ", columns.Texts.Select(column => header[column]))} is blank. Fill it in, or name other columns with --text-columns.");
        }

        var incident = new Incident { Number = number, CreatedOn = created, UpdatedOn = updated, Texts = texts, TechCenter = techCenter };
        return new IntakeRow(row, record.Line, number, incident, null, isCut);
    }

    private string[] ReadTexts(IReadOnlyList<string> fields, IReadOnlyList<int> columns, out bool isCut)
    {
        isCut = false;
        string[] texts = new string[columns.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            string text = CellText.Clean(fields[columns[i]]).Trim();
            texts[i] = CellText.Cut(text, _options.MaxTextLength);
            isCut |= texts[i].Length < text.Length;
        }

        return texts;
    }

    /// <summary>False where there is text that is not a date; a missing column and an empty cell are null.</summary>
    private static bool TryReadDate(IReadOnlyList<string> fields, int? column, DateColumn dates, out DateTimeOffset? date)
    {
        date = null;
        if (column is not { } place || string.IsNullOrWhiteSpace(fields[place]))
        {
            return true;
        }

        date = dates.Parse(CellText.Clean(fields[place]));
        return date is not null;
    }

    private static string NameAt(IReadOnlyList<string> fields, int? column) => column is { } place ? CellText.Clean(fields[place]).Trim() : "";

    private static string DateReason(string column, bool isMissing) => isMissing
        ? $"The date in column {column} is missing. Fill it in, or say --created-column none if the file has no dates."
        : $"The date in column {column} cannot be read. Write it as 2026-01-31 23:59:59, ISO 8601, 31.01.2026 or 01/31/2026, with or without a time.";
}
