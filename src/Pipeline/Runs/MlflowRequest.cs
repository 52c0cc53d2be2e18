using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Pipeline.Requests;

namespace Pipeline.Runs;

/// <summary>
/// The fields of a call, from the query or from a JSON body. MLflow's client makes both of the same message, and writes whole numbers as numbers or as texts, by its version; a field that is
/// not known here is passed over, as MLflow's server does.
/// </summary>
public sealed class MlflowRequest
{
    private readonly Dictionary<string, JsonElement> _fields;

    private MlflowRequest(Dictionary<string, JsonElement> fields) => _fields = fields;

    /// <summary>Takes the fields of a query.</summary>
    public static MlflowRequest Of(IEnumerable<KeyValuePair<string, string?>> query) =>
        new(query.Where(q => q.Value is not null).ToDictionary(q => q.Key, q => JsonSerializer.SerializeToElement(q.Value), StringComparer.Ordinal));

    /// <summary>Reads the fields of a body; an empty one has none.</summary>
    /// <exception cref="RequestException">The body is too long, or no JSON object.</exception>
    public static async Task<MlflowRequest> ReadAsync(Stream body, CancellationToken cancellationToken = default)
    {
        byte[] bytes = await JsonRequest.ReadBytesAsync(body, cancellationToken);
        if (!Utf8.IsValid(bytes))
        {
            throw new RequestException("The body is not valid UTF-8.");
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes.Length == 0 ? "{}"u8.ToArray() : bytes);
            return document.RootElement.ValueKind == JsonValueKind.Object ? Of(document.RootElement.Clone()) : throw new RequestException("The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new RequestException($"The body is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>A text; null where there is none.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public string? Text(string field) => Find(field) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => Read(text, field),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => throw RequestException.Invalid(field, $"{field} must be a text."),
    };

    /// <summary>A text that has to be there.</summary>
    /// <exception cref="RequestException">It is not there, or empty.</exception>
    public string Required(string field) => Text(field) is { Length: > 0 } text ? text : throw RequestException.Invalid(field, $"{field} is missing.");

    /// <summary>A whole number; null where there is none.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public long? Whole(string field) => Text(field) is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? number
        : throw RequestException.Invalid(field, $"{field} must be a whole number.");

    /// <summary>A number that has to be there: also <c>NaN</c>, <c>Infinity</c> and <c>-Infinity</c>.</summary>
    /// <exception cref="RequestException">It is not there, or something else.</exception>
    public double Number(string field) => Required(field) is string text && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number
        : throw RequestException.Invalid(field, $"{field} must be a number.");

    /// <summary>A time, in milliseconds since 1970; <paramref name="otherwise"/> where there is none.</summary>
    /// <exception cref="RequestException">It is no such number, or no time of these ten thousand years.</exception>
    public DateTimeOffset Time(string field, DateTimeOffset otherwise)
    {
        try
        {
            return Whole(field) is long and > 0 and long milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : otherwise;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw RequestException.Invalid(field, $"{field} must be milliseconds since 1970.");
        }
    }

    /// <summary>Texts; none where the field is not there.</summary>
    /// <exception cref="RequestException">It is something else.</exception>
    public IReadOnlyList<string> Texts(string field) => Find(field) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.String ? Read(item, field) : item.GetRawText())],
        { ValueKind: JsonValueKind.String } one => [Read(one, field)],
        _ => throw RequestException.Invalid(field, $"{field} must be a list."),
    };

    /// <summary>Objects; none where the field is not there.</summary>
    /// <exception cref="RequestException">It is something else, or there are more than <paramref name="most"/>.</exception>
    public IReadOnlyList<MlflowRequest> Objects(string field, int most)
    {
        if (Find(field) is not JsonElement list)
        {
            return [];
        }

        return list.ValueKind != JsonValueKind.Array || list.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.Object) ? throw RequestException.Invalid(field, $"{field} must be a list of objects.")
            : list.GetArrayLength() > most ? throw RequestException.Invalid(field, string.Create(CultureInfo.InvariantCulture, $"{field} has {list.GetArrayLength()} entries; {most} may be in one request."))
            : [.. list.EnumerateArray().Select(Of)];
    }

    private static MlflowRequest Of(JsonElement body)
    {
        // Of a name that comes twice the last one counts.
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (JsonProperty property in body.EnumerateObject())
        {
            fields[NameOf(property)] = property.Value;
        }

        return new MlflowRequest(fields);
    }

    // Half a surrogate pair is valid JSON, but no text.
    private static string Read(JsonElement text, string field)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new RequestException($"{field} holds half a surrogate pair, which is no text.", e);
        }
    }

    private static string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new RequestException("The name of a field holds half a surrogate pair, which is no text.", e);
        }
    }

    private JsonElement? Find(string field) => _fields.TryGetValue(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
