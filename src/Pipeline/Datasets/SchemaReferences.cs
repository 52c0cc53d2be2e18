using System.Globalization;
using System.Text.Json;

namespace Pipeline.Datasets;

/// <summary>The references in a JSON Schema. The library resolves them when a row gets there; a schema whose references lead nowhere is to be refused before.</summary>
internal static class SchemaReferences
{
    /// <summary>The first reference that leads to no place within the schema; null where there is none.</summary>
    public static string? FirstLost(JsonElement schema) => All(schema).FirstOrDefault(reference => !Leads(reference, schema));

    /// <summary>What a schema refers to, where it refers to a place within the whole by its path; otherwise itself.</summary>
    public static JsonElement Follow(JsonElement part, JsonElement schema) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("$ref", out JsonElement reference) && reference.GetString() is ['#', '/', .. var path] && Find(schema, Uri.UnescapeDataString(path).Split('/')) is { } found
            ? found
            : part;

    private static IEnumerable<string> All(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property is { Name: "$ref" or "$dynamicRef", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : All(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(All),
        _ => [],
    };

    private static bool Leads(string reference, JsonElement schema) => reference switch
    {
        "#" => true,
        ['#', '/', .. var path] => Find(schema, Uri.UnescapeDataString(path).Split('/')) is { ValueKind: JsonValueKind.Object or JsonValueKind.True or JsonValueKind.False },
        ['#', .. var anchor] => Anchors(schema).Contains(anchor, StringComparer.Ordinal),
        _ => false,
    };

    private static JsonElement? Find(JsonElement at, string[] path)
    {
        foreach (string part in path.Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(part, out JsonElement below))
            {
                at = below;
            }
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && index < at.GetArrayLength())
            {
                at = at[index];
            }
            else
            {
                return null;
            }
        }

        return at;
    }

    private static IEnumerable<string> Anchors(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property is { Name: "$anchor" or "$dynamicAnchor", Value.ValueKind: JsonValueKind.String } ? [property.Value.GetString()!] : Anchors(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(Anchors),
        _ => [],
    };
}
