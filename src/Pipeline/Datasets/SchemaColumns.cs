using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Datasets;

/// <summary>Reads the columns off a JSON Schema: its properties, with the rules <c>x-missing</c> and <c>x-encoding</c> where they have them.</summary>
internal static class SchemaColumns
{
    /// <summary>The columns to learn from, in the order of the properties.</summary>
    /// <exception cref="RequestException">A rule is unknown, or does not fit its column.</exception>
    public static IEnumerable<RecordColumn> Of(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out JsonElement properties) || properties.ValueKind != JsonValueKind.Object)
        {
            yield break;
        }

        foreach (JsonProperty property in properties.EnumerateObject())
        {
            if (SchemaReferences.Follow(property.Value, schema) is { ValueKind: JsonValueKind.Object } rules && Of(property.Name, rules) is { } column)
            {
                yield return column;
            }
        }
    }

    /// <summary>The types that a property may have; all of them where it names none.</summary>
    public static IReadOnlyList<string> TypesOf(JsonElement property)
    {
        if (property.ValueKind != JsonValueKind.Object || !property.TryGetProperty("type", out JsonElement type))
        {
            return [];
        }

        return type.ValueKind switch
        {
            JsonValueKind.String => [type.GetString()!],
            JsonValueKind.Array => [.. type.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)],
            _ => [],
        };
    }

    /// <summary>The text of a property's keyword; null where it has none.</summary>
    public static string? Text(JsonElement property, string keyword) =>
        property.ValueKind == JsonValueKind.Object && property.TryGetProperty(keyword, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static RecordColumn? Of(string name, JsonElement property)
    {
        string? encoding = Text(property, "x-encoding");
        if (encoding is "none" || KindOf(property, encoding) is not { } kind)
        {
            return null;
        }

        EncodingRule rule = encoding switch
        {
            null or "auto" or "number" => EncodingRule.Auto,
            "one-hot" => EncodingRule.OneHot,
            "frequency" => EncodingRule.Frequency,
            _ => throw Wrong($"The x-encoding of '{name}' is '{encoding}'; it must be auto, number, one-hot, frequency or none."),
        };
        MissingRule missing = (Text(property, "x-missing"), kind == RecordColumnKind.Category) switch
        {
            (null or "auto", _) => MissingRule.Auto,
            ("median", false) => MissingRule.Median,
            ("zero", false) => MissingRule.Zero,
            ("own", true) => MissingRule.Own,
            ("most-frequent", true) => MissingRule.MostFrequent,
            (var other, false) => throw Wrong($"The x-missing of '{name}' is '{other}'; of a column of numbers or dates it must be auto, median or zero."),
            (var other, true) => throw Wrong($"The x-missing of '{name}' is '{other}'; of a column of categories it must be auto, own or most-frequent."),
        };
        return new RecordColumn(name, kind, missing, rule);
    }

    // A number that is a code is a category where its encoding says so.
    private static RecordColumnKind? KindOf(JsonElement property, string? encoding)
    {
        IReadOnlyList<string> types = TypesOf(property);
        bool isNumber = types.Contains("number", StringComparer.Ordinal) || types.Contains("integer", StringComparer.Ordinal);
        if (encoding is "one-hot" or "frequency")
        {
            return RecordColumnKind.Category;
        }

        if (isNumber || encoding is "number")
        {
            return RecordColumnKind.Number;
        }

        if (types.Contains("string", StringComparer.Ordinal) && Text(property, "format") is "date" or "date-time")
        {
            return RecordColumnKind.Date;
        }

        bool isCategory = types.Contains("string", StringComparer.Ordinal) || types.Contains("boolean", StringComparer.Ordinal) || (types.Count == 0 && property.TryGetProperty("enum", out _));
        return isCategory ? RecordColumnKind.Category : null;
    }

    private static RequestException Wrong(string message) => RequestException.Invalid("schema", message);
}
