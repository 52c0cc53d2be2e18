using System.Globalization;
using System.Text.Json;
using Pipeline.Recovery;

namespace Pipeline.Adapters.BigQuery;

/// <summary>Rows of a table between a backup and BigQuery, cell by cell. All of it round-trips exactly.</summary>
internal static class KeptRows
{
    private const string ArrayOf = "ARRAY<";

    /// <summary>The cells of a row as a backup has them.</summary>
    public static object?[] Read(ResultRow row, IReadOnlyList<StagedColumn> columns) => [.. columns.Select(column => column.Mode is StagedColumn.Repeated
        ? row.Cells(column.Name) is { Length: > 0 } elements ? JsonSerializer.Serialize(elements, PipelineJson.Compact) : null
        : row.Cell(column.Name) is { } text ? Cell(text, column.Type) : null)];

    /// <summary>The day of a row by its cell of a time, in days since 0001-01-01; null for none.</summary>
    public static long? Day(object? microseconds) => microseconds is long time ? DateOnly.FromDateTime(Time(time).UtcDateTime).DayNumber : null;

    /// <summary>
    /// Rows as they are staged. An embedding's array is made of its bytes where a backup has those alone, and so is what a search reads of the row.
    /// </summary>
    /// <param name="rows">The rows.</param>
    /// <param name="table">Their table.</param>
    /// <param name="cancellationToken">Stops the staging.</param>
    public static StagedRows Stage(TableRows rows, KeptTable table, CancellationToken cancellationToken)
    {
        StagedColumn[] columns = [.. rows.Columns.Select(column => table.Columns.First(c => string.Equals(c.Name, column.Name, StringComparison.Ordinal)))];
        bool areSummaries = string.Equals(table.Name, BigQueryTables.Embeddings, StringComparison.Ordinal);
        return new StagedRows([.. columns.Select(Staged), .. areSummaries ? StagedRows.WordColumns : []], rows.Rows.Count, rows.Rows.Select(cells => (Action<Utf8JsonWriter>)(json =>
        {
            for (int i = 0; i < columns.Length; i++)
            {
                Write(json, columns[i], cells[i]);
            }

            if (areSummaries)
            {
                WriteMade(json, columns, cells);
            }
        })), cancellationToken);
    }

    private static void WriteMade(Utf8JsonWriter json, StagedColumn[] columns, object?[] cells)
    {
        if (Of(BigQueryTables.EmbeddingBytes) is not byte[] bytes)
        {
            return;
        }

        float[] embedding = BigQueryFormat.Numbers(bytes);
        if (Of(BigQueryTables.Embedding) is null)
        {
            StagedRows.WriteEmbedding(json, embedding);
        }

        // A search finds what the program has made, and nothing that was written by hand.
        if (Of("content_hash") is string && Of("embedder") is string && Of("combined_incidents_summary") is string summary)
        {
            StagedRows.WriteWords(json, summary, embedding);
        }

        object? Of(string column) => Array.FindIndex(columns, c => string.Equals(c.Name, column, StringComparison.Ordinal)) is >= 0 and var place ? cells[place] : null;
    }

    private static object Cell(string text, string type) => type switch
    {
        "INT64" or "TIMESTAMP" => long.Parse(text, CultureInfo.InvariantCulture),
        "FLOAT64" => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
        "BYTES" => Convert.FromBase64String(text),
        _ => text,
    };

    private static void Write(Utf8JsonWriter json, StagedColumn column, object? cell)
    {
        switch (cell)
        {
            case null:
                break;
            case byte[] bytes:
                json.WriteBase64String(column.Name, bytes);
                break;
            case long time when column.Type is "TIMESTAMP":
                json.WriteString(column.Name, BigQueryFormat.Timestamp(Time(time)));
                break;
            case long number:
                json.WriteNumber(column.Name, number);
                break;
            case double number:
                json.WritePropertyName(column.Name);
                WriteNumber(json, number);
                break;
            case string text when column.Mode is StagedColumn.Repeated:
                json.WriteStartArray(column.Name);
                WriteElements(json, column.Type, text);
                json.WriteEndArray();
                break;
            case string text when column.Type is "BOOL":
                json.WriteBoolean(column.Name, bool.Parse(text));
                break;
            default:
                json.WriteString(column.Name, (string)cell);
                break;
        }
    }

    private static void WriteElements(Utf8JsonWriter json, string type, string elements)
    {
        foreach (string element in JsonSerializer.Deserialize<string[]>(elements, PipelineJson.Compact)!)
        {
            if (type is "ARRAY<FLOAT64>")
            {
                WriteNumber(json, double.Parse(element, NumberStyles.Float, CultureInfo.InvariantCulture));
            }
            else
            {
                json.WriteStringValue(element);
            }
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, double number)
    {
        if (double.IsFinite(number))
        {
            json.WriteNumberValue(number);
        }
        else
        {
            json.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static DateTimeOffset Time(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);

    // Of the statements' types those of schemas.
    private static StagedColumn Staged(StagedColumn column)
    {
        string type = column.Type.StartsWith(ArrayOf, StringComparison.Ordinal) ? column.Type[ArrayOf.Length..^1] : column.Type;
        return column with { Type = type switch { "INT64" => "INTEGER", "FLOAT64" => "FLOAT", "BOOL" => "BOOLEAN", _ => type }, Mode = column.Mode is StagedColumn.Repeated ? column.Mode : StagedColumn.Nullable };
    }
}
