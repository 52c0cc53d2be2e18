using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Datasets;

namespace Pipeline.Intake;

/// <summary>The rows of a file as its data set sees them: cells become values of the schema's types, and a row is checked against the schema.</summary>
internal sealed class DatasetRows
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly DatasetSchema? _schema;
    private readonly SchemaProperty?[] _properties;
    private readonly string[] _names;
    private readonly bool _isRecords;

    /// <summary>Finds the schema's columns in a header.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="header">The names of the file's columns.</param>
    /// <exception cref="IntakeException">A column of the schema is there more than once.</exception>
    public DatasetRows(Dataset dataset, IReadOnlyList<string> header)
    {
        _schema = dataset.Schema is { } schema ? new DatasetSchema(schema) : null;
        _isRecords = dataset.Kind == DatasetKind.Records;
        _properties = new SchemaProperty?[header.Count];
        _names = [.. header];
        ColumnNames names = new(header);
        foreach (SchemaProperty property in _schema?.Properties ?? [])
        {
            if (names.One(property.Name, "the schema") is { } place)
            {
                _properties[place] = property;
                _names[place] = property.Name;
            }
        }
    }

    /// <summary>Whether rows are checked.</summary>
    public bool HasSchema => _schema is not null;

    /// <summary>The places of the schema's columns of dates.</summary>
    public IEnumerable<int> Dates => Enumerable.Range(0, _properties.Length).Where(place => _properties[place]?.DateFormat is not null);

    /// <summary>Checks a row.</summary>
    /// <param name="fields">Its cells.</param>
    /// <param name="dates">Reads its dates.</param>
    /// <param name="record">Of records the row as a JSON object of the schema's columns; null otherwise.</param>
    /// <returns>Why the row is not to be used; null where it is sound.</returns>
    public Reject? Check(IReadOnlyList<string> fields, DateReader dates, out string? record)
    {
        record = null;
        if (_schema is null)
        {
            return null;
        }

        byte[] row = Write(fields, dates, known: false);
        using JsonDocument document = JsonDocument.Parse(row);
        if (_schema.Check(document.RootElement) is { } fault)
        {
            return new Reject(KindOf(fault), fault.Reason, fault.Field);
        }

        record = _isRecords ? Encoding.UTF8.GetString(Write(fields, dates, known: true)) : null;
        return null;
    }

    private byte[] Write(IReadOnlyList<string> fields, DateReader dates, bool known)
    {
        using MemoryStream bytes = new();
        using (Utf8JsonWriter json = new(bytes, Plain))
        {
            HashSet<string> written = new(StringComparer.Ordinal);
            json.WriteStartObject();
            for (int place = 0; place < fields.Count; place++)
            {
                bool isListed = _properties[place]?.Listed.Contains(fields[place].Trim(), StringComparer.Ordinal) == true;
                if ((known && _properties[place] is null) || (!isListed && CellText.IsEmpty(fields[place])) || !written.Add(_names[place]))
                {
                    continue;
                }

                json.WritePropertyName(_names[place]);
                WriteValue(json, _properties[place], fields[place], dates);
            }

            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    // What cannot be a value of the column's type is written as the text that it is, and the schema says what is wrong with it.
    private static void WriteValue(Utf8JsonWriter json, SchemaProperty? property, string cell, DateReader dates)
    {
        string text = cell.Trim();
        if (property is null || property.Listed.Contains(text, StringComparer.Ordinal))
        {
            json.WriteStringValue(property is null ? CellText.Text(cell) : text);
        }
        else if (property.DateFormat is { } format && dates.Any(text) is { } date)
        {
            json.WriteStringValue(format is "date" ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : date.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        }
        else if (property.MayBeNumber && (!property.MayBeText || property.Listed.Count > 0) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else if (property.MayBeTruth && !property.MayBeText && Truth(text) is { } truth)
        {
            json.WriteBooleanValue(truth);
        }
        else
        {
            json.WriteStringValue(CellText.Text(cell));
        }
    }

    private static bool? Truth(string text) => text.ToUpperInvariant() switch
    {
        "TRUE" or "YES" or "1" => true,
        "FALSE" or "NO" or "0" => false,
        _ => null,
    };

    private static RejectKind KindOf(SchemaFault fault) => fault.Keyword switch
    {
        "required" or "dependentRequired" or "minProperties" => RejectKind.MissingValue,
        "type" => RejectKind.WrongType,
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => RejectKind.OutOfRange,
        "enum" or "const" => RejectKind.NotAllowed,
        "pattern" or "minLength" or "maxLength" => RejectKind.WrongForm,
        "format" => RejectKind.WrongForm,
        "" when fault.IsUnknown => RejectKind.UnknownColumn,
        _ => RejectKind.AgainstSchema,
    };
}
