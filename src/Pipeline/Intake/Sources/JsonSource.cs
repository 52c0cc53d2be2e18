using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// A JSON file: an array of objects, an object that holds one under a usual name, or objects one after the other (NDJSON). The columns are all fields that any record has, nested ones by their path.
/// Memory: one record, and the names of the columns.
/// </summary>
internal sealed class JsonSource : ISourceReader
{
    private const int MostColumns = 2_000;

    private static readonly HashSet<string> Lists = new(StringComparer.OrdinalIgnoreCase)
    {
        "result", "results", "records", "issues", "tickets", "incidents", "items", "data", "value", "values", "rows",
    };

    private readonly Func<Stream> _open;
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);

    private JsonSource(Func<Stream> open) => _open = open;

    public IReadOnlyList<string> Header { get; private set; } = [];

    /// <summary>Finds the columns of a file.</summary>
    /// <param name="open">Opens the file as UTF-8 without a mark, from its beginning.</param>
    /// <param name="cancellationToken">Stops between records.</param>
    /// <exception cref="IntakeException">The file holds no records, or is broken.</exception>
    public static JsonSource Open(Func<Stream> open, CancellationToken cancellationToken)
    {
        var source = new JsonSource(open);
        foreach ((_, JsonRecord record) in source.Records())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string name in record.Fields.Keys)
            {
                if (source._places.TryAdd(name, source._places.Count) && source._places.Count > MostColumns)
                {
                    throw new IntakeException(string.Create(CultureInfo.InvariantCulture, $"The records have more than {MostColumns} different fields. Export only those that are needed."));
                }
            }
        }

        source.Header = [.. source._places.Keys];
        return source.Header.Count > 0 ? source : throw new IntakeException("The file holds no records: it needs a JSON array of objects, or one object a line.");
    }

    public IEnumerable<SourceRecord> Read()
    {
        foreach ((int line, JsonRecord record) in Records())
        {
            if (record is { IsObject: false, Problem: { } problem })
            {
                yield return new SourceRecord(line, [], new Reject(RejectKind.Malformed, problem));
                continue;
            }

            string[] fields = new string[Header.Count];
            Array.Fill(fields, "");
            foreach ((string name, string text) in record.Fields)
            {
                fields[_places[name]] = text;
            }

            yield return new SourceRecord(line, fields, record.Problem is { } fault ? new Reject(RejectKind.Malformed, fault, record.Field) : null);
        }
    }

    private IEnumerable<(int Line, JsonRecord Record)> Records()
    {
        using Stream stream = _open();
        var values = new JsonValues(stream);
        if (values.Peek() == (byte)'[')
        {
            foreach ((int Line, JsonRecord Record) item in List(values))
            {
                yield return item;
            }

            yield break;
        }

        // An object: its fields are read until one is a list of records. Where none is, it is the first of the records itself.
        int first = values.Line;
        var own = new JsonRecord();
        values.Skip();
        while (values.Peek() is { } next && next != (byte)'}')
        {
            string name = JsonRecord.Text(values.Read());
            if (values.Peek() == (byte)'[' && Lists.Contains(name))
            {
                foreach ((int Line, JsonRecord Record) item in List(values))
                {
                    yield return item;
                }

                yield break;
            }

            own.Add(name, values.Read());
        }

        values.Skip();
        yield return (first, own);
        foreach ((int Line, JsonRecord Record) item in Lines(values))
        {
            yield return item;
        }
    }

    private static IEnumerable<(int Line, JsonRecord Record)> List(JsonValues values)
    {
        values.Skip();
        while (values.Peek() is { } next)
        {
            if (next == (byte)']')
            {
                yield break;
            }

            int line = values.Line;
            JsonRecord record = JsonRecord.Read(values.Read());
            yield return record.IsObject ? (line, record) : throw new IntakeException(string.Create(CultureInfo.InvariantCulture, $"The list has something else than a record in line {line}. {record.Problem}"));
        }

        throw new IntakeException("The file ends inside its list of records. Export it again, whole.");
    }

    /// <summary>The records behind the first, one a line: a line that is none costs itself only.</summary>
    private static IEnumerable<(int Line, JsonRecord Record)> Lines(JsonValues values)
    {
        while (values.Peek() is not null)
        {
            int line = values.Line;
            yield return (line, JsonRecord.Read(values.ReadLine()));
        }
    }
}
