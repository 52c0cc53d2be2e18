using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.RouteContract;

/// <summary>The app's OpenAPI document, and whether JSON is what its schemas say. Knows the keywords that the document uses, and passes over extensions (x-).</summary>
internal static class OpenApi
{
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "$ref", "oneOf", "type", "enum", "required", "properties", "additionalProperties", "items", "minimum", "maximum", "minItems", "maxItems", "minLength", "maxLength", "default", "description", "format",
    };

    public static JsonObject Document { get; } = Read();

    /// <summary>The schema of an operation's answer, which has a body.</summary>
    public static JsonNode ResponseSchema(string path, string method, int status) => BodySchema(path, method, status) ?? throw new KeyNotFoundException($"{method} {path} describes no body of {status}.");

    /// <summary>The schema of an operation's answer; null where no body is described.</summary>
    public static JsonNode? BodySchema(string path, string method, int status)
    {
        JsonNode response = Document["paths"]![path]![method]!["responses"]![status.ToString(CultureInfo.InvariantCulture)] ?? throw new KeyNotFoundException($"{method} {path} does not describe {status}.");
        JsonNode described = response["$ref"] is JsonNode reference ? Resolve(reference) : response;
        return described["content"] is JsonObject content ? (content["application/json"] ?? content.Single().Value)!["schema"] : null;
    }

    /// <summary>What is wrong with a value; empty where nothing is.</summary>
    public static IEnumerable<string> Problems(JsonElement value, JsonNode schema, string place = "$")
    {
        if (schema.AsObject().Select(p => p.Key).FirstOrDefault(key => !Known.Contains(key) && !key.StartsWith("x-", StringComparison.Ordinal)) is string unknown)
        {
            return [$"{place}: the schema uses '{unknown}', which is not known here."];
        }

        if (schema["$ref"] is JsonNode reference)
        {
            return Problems(value, Resolve(reference), place);
        }

        if (schema["oneOf"] is JsonArray choices)
        {
            return choices.Any(choice => !Problems(value, choice!, place).Any()) ? [] : choices.SelectMany(choice => Problems(value, choice!, place));
        }

        if (!Types(schema).Contains(TypeOf(value), StringComparer.Ordinal) && !(TypeOf(value) is "integer" && Types(schema).Contains("number", StringComparer.Ordinal)))
        {
            return [$"{place} is {TypeOf(value)}, not {string.Join(" or ", Types(schema))}."];
        }

        return value.ValueKind switch
        {
            JsonValueKind.Object => ObjectProblems(value, schema, place),
            JsonValueKind.Array => ArrayProblems(value, schema, place),
            JsonValueKind.String => schema["enum"] is JsonArray allowed && !allowed.Any(a => value.ValueEquals(a!.GetValue<string>())) ? [$"{place} is '{value}', which is not in its list."] : [],
            JsonValueKind.Number => value.GetDouble() < (schema["minimum"]?.GetValue<double>() ?? double.MinValue) || value.GetDouble() > (schema["maximum"]?.GetValue<double>() ?? double.MaxValue) ? [$"{place} is {value}, out of its range."] : [],
            _ => [],
        };
    }

    private static IEnumerable<string> ObjectProblems(JsonElement value, JsonNode schema, string place)
    {
        foreach (JsonNode? name in schema["required"]?.AsArray() ?? [])
        {
            if (!value.TryGetProperty(name!.GetValue<string>(), out _))
            {
                yield return $"{place}.{name} is missing.";
            }
        }

        foreach (JsonProperty property in value.EnumerateObject())
        {
            JsonNode? described = schema["properties"]?[property.Name] ?? schema["additionalProperties"] as JsonObject;
            if (described is not null)
            {
                foreach (string problem in Problems(property.Value, described, $"{place}.{property.Name}"))
                {
                    yield return problem;
                }
            }
            else if (schema["additionalProperties"] is JsonValue other && !other.GetValue<bool>())
            {
                yield return $"{place}.{property.Name} is not described.";
            }
        }
    }

    private static IEnumerable<string> ArrayProblems(JsonElement value, JsonNode schema, string place)
    {
        int length = value.GetArrayLength();
        if (length < (schema["minItems"]?.GetValue<int>() ?? 0) || length > (schema["maxItems"]?.GetValue<int>() ?? int.MaxValue))
        {
            return [$"{place} has {length} entries."];
        }

        return value.EnumerateArray().SelectMany((item, i) => Problems(item, schema["items"]!, $"{place}[{i}]"));
    }

    private static string[] Types(JsonNode schema) => schema["type"] is JsonArray several ? [.. several.Select(t => t!.GetValue<string>())] : [schema["type"]!.GetValue<string>()];

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => value.ValueKind.ToString().ToLowerInvariant(),
    };

    private static JsonNode Resolve(JsonNode reference) =>
        reference.GetValue<string>().TrimStart('#', '/').Split('/').Aggregate((JsonNode)Document, (node, name) => node[name] ?? throw new KeyNotFoundException($"{reference} leads nowhere."));

    private static JsonObject Read()
    {
        using Stream document = typeof(OpenApi).Assembly.GetManifestResourceStream("openapi.json")!;
        return JsonNode.Parse(document)!.AsObject();
    }
}
