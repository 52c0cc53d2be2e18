using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Intake;

namespace Pipeline.Adapters.ServiceNow;

/// <summary>A page of a table.</summary>
/// <param name="Rows">The rows that the user may see, in order.</param>
/// <param name="HasNext">Whether rows follow it. A page may be shorter than asked for, or empty, and others follow: rows that the user may not see are taken out after they were counted.</param>
internal sealed record TablePage(IReadOnlyList<TableRow> Rows, bool HasNext)
{
    private const string Updated = "sys_updated_on";
    private const string Id = "sys_id";
    private const string DateFormat = "yyyy-MM-dd HH:mm:ss";

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the answer of the Table API with <c>sysparm_display_value=all</c>.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="fields">The fields that were asked for.</param>
    /// <param name="hasNext">What its headers say of further rows; null where they say nothing.</param>
    /// <param name="asked">How many rows were asked for.</param>
    /// <exception cref="JsonException">The answer is broken off, or no answer of the Table API.</exception>
    /// <exception cref="HalfPageException">ServiceNow gave up in the middle of it.</exception>
    /// <exception cref="FeedException">Rows do not tell when they were changed.</exception>
    public static TablePage Read(ReadOnlyMemory<byte> body, IReadOnlyList<string> fields, bool? hasNext, int asked)
    {
        using JsonDocument answer = JsonDocument.Parse(body);
        if (answer.RootElement.ValueKind != JsonValueKind.Object || !answer.RootElement.TryGetProperty("result", out JsonElement result) || result.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("The answer has no list of rows.");
        }

        if (answer.RootElement.TryGetProperty("error", out JsonElement error) && error.ValueKind != JsonValueKind.Null)
        {
            throw new HalfPageException();
        }

        TableRow[] rows = [.. result.EnumerateArray().Select(row => Row(row, fields))];
        return new TablePage(rows, hasNext ?? rows.Length >= asked);
    }

    /// <summary>The rows as a JSON array of flat objects, one a line, which the intake reads: times in UTC, everything else as people see it.</summary>
    public byte[] ToJson(IReadOnlyList<string> fields)
    {
        ArrayBufferWriter<byte> bytes = new();
        using Utf8JsonWriter json = new(bytes, WriterOptions);
        foreach (TableRow row in Rows)
        {
            bytes.Write(bytes.WrittenCount == 0 ? "["u8 : ",\n"u8);
            json.Reset();
            json.WriteStartObject();
            for (int i = 0; i < fields.Count; i++)
            {
                json.WriteString(fields[i], row.Values[i]);
            }

            json.WriteEndObject();
            json.Flush();
        }

        bytes.Write("]"u8);
        return bytes.WrittenSpan.ToArray();
    }

    private static TableRow Row(JsonElement row, IReadOnlyList<string> fields)
    {
        string[] values = [.. fields.Select(field => row.TryGetProperty(field, out JsonElement value) ? Text(value, field) : "")];
        string id = row.TryGetProperty(Id, out JsonElement key) ? Part(key, "value") : "";
        string changed = row.TryGetProperty(Updated, out JsonElement time) ? Part(time, "value") : "";
        return id.Length > 0 && Time(changed) is { } updated
            ? new TableRow(id, updated, values)
            : throw new FeedException($"ServiceNow gives rows without {Id} or {Updated}, so that nobody can tell what is new. Let the user of the feed read both fields.");
    }

    private static string Text(JsonElement value, string field)
    {
        string kept = Part(value, "value");
        string shown = Part(value, "display_value");
        if (Time(kept) is not { } utc)
        {
            return shown.Length > 0 ? shown : kept;
        }

        return Time(shown) is { } seen && seen != utc
            ? throw new FeedException($"The user of the feed sees the time {kept} UTC in the field {field} as {shown}: its time zone is not GMT, by which ServiceNow may understand the times of a question. Set the time zone of that user to GMT in ServiceNow.")
            : kept;
    }

    private static string Part(JsonElement value, string part) => value.ValueKind switch
    {
        JsonValueKind.Object => value.TryGetProperty(part, out JsonElement inner) && inner.ValueKind != JsonValueKind.Null ? inner.ToString() : "",
        JsonValueKind.Null => "",
        _ => value.ToString(),
    };

    private static DateTimeOffset? Time(string text) =>
        DateTimeOffset.TryParseExact(text, DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) ? time : null;
}

/// <summary>A row of a table.</summary>
/// <param name="Id">Its <c>sys_id</c>.</param>
/// <param name="UpdatedOn">When it was changed last, in UTC, to the second.</param>
/// <param name="Values">Its fields, in the order in which they were asked for.</param>
internal sealed record TableRow(string Id, DateTimeOffset UpdatedOn, IReadOnlyList<string> Values);

/// <summary>ServiceNow ended an answer before its time: it holds some of the rows, and the word that the rest took too long.</summary>
internal sealed class HalfPageException() : Exception("ServiceNow broke off in the middle of a page.");
