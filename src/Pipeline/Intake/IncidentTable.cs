using System.Globalization;
using Pipeline.Datasets;
using Pipeline.Incidents;

namespace Pipeline.Intake;

/// <summary>A file of which it is settled how it is to be read; its rows can be read more than once.</summary>
internal sealed class IncidentTable(ISourceReader source, ColumnMap columns, DateReader dates, IntakeOptions options, Dataset dataset, DatasetRows rows, IReadOnlyList<string> remarks)
{
    private const int MaxNameLength = 256;

    private readonly IReadOnlyList<string> _header = source.Header;

    /// <summary>The system whose export the file was recognised as; null where none was.</summary>
    public string? Source => columns.Source;

    /// <summary>The columns' names, in order.</summary>
    public IReadOnlyList<string> Header => _header;

    /// <summary>What the user should know about how the file was read, in sentences.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    /// <summary>The rows from the first on. Numbers that are derived are the same each time.</summary>
    public IEnumerable<IntakeRow> Rows(CancellationToken cancellationToken)
    {
        var numbers = new RowNumbers();
        int row = 0;
        foreach (SourceRecord record in source.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Interpret(++row, record, numbers) with { Fields = record.Fields };
        }
    }

    private IntakeRow Interpret(int row, SourceRecord record, RowNumbers numbers)
    {
        string? number = null;
        IntakeRow Reject(RejectKind kind, string reason, int? column = null) => new(row, record.Line, number, null, new Reject(kind, reason, column is { } at ? _header[at] : null));

        if (record.Problem is { } problem)
        {
            return new IntakeRow(row, record.Line, number, null, problem);
        }

        IReadOnlyList<string> fields = record.Fields;
        string written = NameAt(fields, columns.Number);
        string techCenter = dataset.TechCenterOf(NameAt(fields, columns.TechCenter), IntakeOptions.DefaultTechCenter);
        if (written.Length > MaxNameLength || techCenter.Length > MaxNameLength)
        {
            return Reject(RejectKind.TooLong, string.Create(CultureInfo.InvariantCulture, $"The number or the tech center is longer than {MaxNameLength} characters. Check that the right columns are named."), written.Length > MaxNameLength ? columns.Number : columns.TechCenter);
        }

        number = dataset.NumberOf(written.Length > 0 ? written : numbers.Derive(fields));
        DateTimeOffset? created = DateAt(fields, columns.Created, out string? reason);
        if (columns.Created is { } place && created is null)
        {
            return Reject(RejectKind.InvalidDate, reason ?? $"The date in column {_header[place]} is missing. Fill it in, or say --created-column none if the file has no dates.", place);
        }

        DateTimeOffset? updated = DateAt(fields, columns.Updated, out reason);
        if (reason is not null)
        {
            return Reject(RejectKind.InvalidDate, reason, columns.Updated);
        }

        string[] texts = ReadTexts(fields, out bool isCut);
        if (columns.Texts.Count > 0 && texts.All(text => text.Length == 0))
        {
            return Reject(RejectKind.EmptyText, $"The row has no text: {string.Join(", ", columns.Texts.Select(places => _header[places[0]]))} is blank. Fill it in, or name other columns with --text-columns.", columns.Texts[0][0]);
        }

        if (rows.Check(fields, dates, out string? values) is { } fault)
        {
            return new IntakeRow(row, record.Line, number, null, fault);
        }

        texts = values is null ? texts : [values];
        return new IntakeRow(row, record.Line, number, WithDetails(new Incident { Number = number, CreatedOn = created, UpdatedOn = updated, Texts = texts, TechCenter = techCenter }, fields), null, isCut);
    }

    /// <summary>What is kept beside. A date that cannot be one, and a count that is none, are left out: they are no reason to lose the incident.</summary>
    private Incident WithDetails(Incident incident, IReadOnlyList<string> fields) => incident with
    {
        Priority = DetailAt(fields, columns.Priority),
        State = DetailAt(fields, columns.State),
        ResolvedOn = DateAt(fields, columns.Resolved, out _),
        CloseNotes = columns.CloseNotes is { } notes && CellText.Text(fields[notes]) is { Length: > 0 } text ? CellText.Cut(text, options.MaxTextLength) : null,
        ReopenCount = int.TryParse(NameAt(fields, columns.ReopenCount), NumberStyles.None, CultureInfo.InvariantCulture, out int count) ? count : null,
        Location = DetailAt(fields, columns.Location),
        ConfigurationItem = DetailAt(fields, columns.ConfigurationItem),
    };

    private static string? DetailAt(IReadOnlyList<string> fields, int? column) => NameAt(fields, column) is { Length: > 0 } name ? CellText.Cut(name, MaxNameLength) : null;

    /// <summary>The texts; of columns with one name, what stands in them is one text of several lines.</summary>
    private string[] ReadTexts(IReadOnlyList<string> fields, out bool isCut)
    {
        isCut = false;
        string[] texts = new string[columns.Texts.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            IReadOnlyList<int> places = columns.Texts[i];
            string text = places.Count == 1
                ? CellText.Text(fields[places[0]])
                : string.Join('\n', places.Select(place => CellText.Text(fields[place])).Where(part => part.Length > 0));
            texts[i] = CellText.Cut(text, options.MaxTextLength);
            isCut |= texts[i].Length < text.Length;
        }

        return texts;
    }

    /// <summary>The date of a cell; null without a reason where there is no such column or the cell is empty.</summary>
    private DateTimeOffset? DateAt(IReadOnlyList<string> fields, int? column, out string? reason)
    {
        reason = null;
        return column is { } place && !CellText.IsEmpty(fields[place]) ? dates.Read(_header[place], fields[place], out reason) : null;
    }

    private static string NameAt(IReadOnlyList<string> fields, int? column) => column is { } place ? CellText.Name(fields[place]) : "";
}
