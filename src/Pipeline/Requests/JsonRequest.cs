using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Requests;

/// <summary>Reads a request's JSON body field by field, so that every error names its field and the fix.</summary>
public static class JsonRequest
{
    /// <summary>The longest body that is read, in bytes.</summary>
    public const int LongestBody = 1024 * 1024;

    /// <summary>What is wrong with a text or name that JSON can write and that is none, as the end of a sentence.</summary>
    public const string HalfCharacter = @"holds half a character: a surrogate such as \ud800 without its other half. Send whole characters";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a body. An empty one stands for an object without fields.</summary>
    /// <typeparam name="T">A record whose properties are the fields.</typeparam>
    /// <param name="body">The body; read to its end, or to <see cref="LongestBody"/>.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The body is too long, is no JSON object, or a field is unknown or of the wrong kind.</exception>
    public static async Task<T> ReadAsync<T>(Stream body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        byte[] bytes = await ReadBytesAsync(body, cancellationToken);
        JsonTypeInfo type = PipelineJson.Compact.GetTypeInfo(typeof(T));
        try
        {
            ReadOnlyMemory<byte> text = bytes.AsSpan().IndexOfAnyExcept(" \t\r\n"u8) < 0 ? "{}"u8.ToArray() : bytes;
            using JsonDocument document = JsonDocument.Parse(text, Strict);
            Check(document.RootElement, type);
            return (T)document.RootElement.Deserialize(type)!;
        }
        catch (JsonException e)
        {
            throw NotJson(e, Fields(type));
        }
        catch (InvalidOperationException)
        {
            throw new RequestException(RequestProblem.Invalid, $"The body has a field whose name {HalfCharacter}. {Fields(type)}");
        }
    }

    /// <summary>A body that is no JSON, with the place where one is known: a property that is there twice has none.</summary>
    /// <param name="e">What the parser says.</param>
    /// <param name="fix">What to send, in a sentence.</param>
    public static RequestException NotJson(JsonException e, string fix)
    {
        ArgumentNullException.ThrowIfNull(e);
        string place = e.LineNumber is long line ? string.Create(CultureInfo.InvariantCulture, $" near line {line + 1}, byte {e.BytePositionInLine + 1}") : ", or has a property twice";
        return new RequestException(RequestProblem.Invalid, $"The body is not valid JSON{place}. {fix}");
    }

    /// <summary>The bytes of a body.</summary>
    /// <exception cref="RequestException">It is longer than <see cref="LongestBody"/>.</exception>
    public static async Task<byte[]> ReadBytesAsync(Stream body, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > LongestBody)
            {
                throw new RequestException(RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The body is longer than {LongestBody} bytes. Send less at once."));
            }
        }

        return bytes.ToArray();
    }

    private static void Check(JsonElement root, JsonTypeInfo type)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new RequestException(RequestProblem.Invalid, $"The body is a JSON {Kind(root)}; it must be an object. {Fields(type)}");
        }

        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        foreach (JsonProperty field in root.EnumerateObject())
        {
            JsonPropertyInfo? known = type.Properties.FirstOrDefault(p => string.Equals(p.Name, field.Name, StringComparison.Ordinal));
            if (known is null)
            {
                errors[field.Name] = [$"There is no such field. {Fields(type)}"];
            }
            else if (field.Value.ValueKind != JsonValueKind.Null && !Fits(field.Value, known.PropertyType))
            {
                errors[field.Name] = [$"This is {Article(Kind(field.Value))}; it must be {Expected(known.PropertyType)}."];
            }
        }

        if (errors.Count > 0)
        {
            throw RequestFields.Invalid("The body has", "field", "that cannot be read", errors);
        }
    }

    private static bool Fits(JsonElement value, Type type) =>
        Nullable.GetUnderlyingType(type) is Type inner ? Fits(value, inner)
        : type == typeof(int) ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out _)
        : type == typeof(string) ? value.ValueKind == JsonValueKind.String
        : type == typeof(bool) ? value.ValueKind is JsonValueKind.True or JsonValueKind.False
        : type == typeof(DateTimeOffset) ? value.ValueKind == JsonValueKind.String && IsMoment(value)
        : type == typeof(JsonElement) ? value.ValueKind == JsonValueKind.Object
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => type == typeof(IReadOnlyList<int>) ? Fits(item, typeof(int)) : item.ValueKind == JsonValueKind.String);

    private static bool IsMoment(JsonElement value)
    {
        try
        {
            return value.TryGetDateTimeOffset(out _);
        }
        catch (InvalidOperationException)
        {
            // Half a character.
            return false;
        }
    }

    private static string Expected(Type type) =>
        Nullable.GetUnderlyingType(type) is Type inner ? Expected(inner)
        : type == typeof(int) ? "a whole number"
        : type == typeof(string) ? "a text"
        : type == typeof(bool) ? "true or false"
        : type == typeof(DateTimeOffset) ? "a date and time such as \"2026-03-01T14:05:00Z\""
        : type == typeof(JsonElement) ? "an object"
        : type == typeof(IReadOnlyList<int>) ? "a list of whole numbers"
        : "a list of texts";

    private static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    private static string Article(string kind) => kind is "array" or "object" ? $"an {kind}" : $"a {kind}";

    private static string Fields(JsonTypeInfo type) => $"Fields: {string.Join(", ", type.Properties.Select(p => p.Name))}.";
}
