using System.Globalization;
using System.Text.Json;
using Json.Schema;
using Pipeline.Requests;

namespace Pipeline.Datasets;

/// <summary>A JSON Schema that rows are checked against. Safe for use by many threads.</summary>
public sealed class DatasetSchema
{
    // "format" decides as the other keywords do: a date that is none is a fault.
    private static readonly EvaluationOptions Quick = new() { OutputFormat = OutputFormat.Flag, RequireFormatValidation = true };
    private static readonly EvaluationOptions Explained = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };

    private readonly JsonSchema _schema;
    private readonly JsonElement _text;

    /// <summary>Reads a schema. References lead to places within it only.</summary>
    /// <exception cref="RequestException">It is no JSON Schema, or a rule of a column is unknown.</exception>
    public DatasetSchema(JsonElement schema)
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.Invalid("schema", "The schema must be a JSON object, such as { \"type\": \"object\", \"properties\": { } }.");
        }

        try
        {
            // A registry of its own: a schema of the same $id may be replaced.
            _schema = JsonSchema.Build(schema, new BuildOptions { SchemaRegistry = new SchemaRegistry(), Dialect = Dialect.Draft202012 });
        }
        catch (Exception e) when (e is JsonSchemaException or RefResolutionException or ArgumentException or InvalidOperationException or FormatException)
        {
            throw RequestException.Invalid("schema", $"The schema cannot be read: {e.Message.TrimEnd('.')}. It must be a JSON Schema of draft 2020-12 whose references lead to places within it.");
        }

        if (SchemaReferences.FirstLost(schema) is { } lost)
        {
            throw RequestException.Invalid("schema", $"The schema refers to '{lost}', which is no place within it. Put what it refers to under $defs, and refer to it as #/$defs/NAME.");
        }

        _text = schema;
        _ = SchemaColumns.Of(schema).Count();
        Properties = [.. PropertiesOf(schema)];
    }

    /// <summary>The properties of a row, in order.</summary>
    public IReadOnlyList<SchemaProperty> Properties { get; }

    /// <summary>Checks a row.</summary>
    /// <param name="row">The row as an object of its columns; a cell that is empty is left out.</param>
    /// <returns>The first fault, by the order of the columns; null where there is none.</returns>
    public SchemaFault? Check(JsonElement row)
    {
        if (_schema.Evaluate(row, Quick).IsValid)
        {
            return null;
        }

        EvaluationResults results = _schema.Evaluate(row, Explained);
        SchemaFault[] faults =
        [
            .. (results.Details ?? []).Append(results)
                .Where(detail => !detail.IsValid && detail.Errors is not null && !IsCondition(detail.EvaluationPath.ToString()))
                .SelectMany(detail => detail.Errors!.Select(error => Explain(row, detail, error.Key, error.Value))),
        ];
        return faults.OrderBy(fault => fault.Field is null ? int.MaxValue : Order(fault.Field)).FirstOrDefault() ?? new SchemaFault(null, "", "The row does not satisfy the schema of the data set. Correct it.");
    }

    // What decides which rule applies is no fault by itself.
    private static bool IsCondition(string path) => path.Split('/').Any(part => part is "if" or "not");

    private int Order(string field)
    {
        int place = 0;
        while (place < Properties.Count && !string.Equals(Properties[place].Name, field, StringComparison.Ordinal))
        {
            place++;
        }

        return place;
    }

    private SchemaFault Explain(JsonElement row, EvaluationResults detail, string keyword, string message)
    {
        string? field = detail.InstanceLocation.ToString().Split('/', StringSplitOptions.RemoveEmptyEntries) is [var first, ..] ? first.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal) : null;
        if (field is null && keyword is "required")
        {
            field = Missing(row, detail.EvaluationPath.ToString());
            return new SchemaFault(field, keyword, field is null ? "A value that the schema requires is missing. Fill it in." : $"The value of {field} is missing. Fill it in.");
        }

        string name = field ?? "the row";
        string wanted = keyword switch
        {
            "type" => $"{name} must be {Words(Keyword(field, keyword))}.",
            "enum" => $"{name} must be one of {Words(Keyword(field, keyword))}.",
            "const" => $"{name} must be {Words(Keyword(field, keyword))}.",
            "minimum" => $"{name} must be at least {Words(Keyword(field, keyword))}.",
            "maximum" => $"{name} must be at most {Words(Keyword(field, keyword))}.",
            "exclusiveMinimum" => $"{name} must be above {Words(Keyword(field, keyword))}.",
            "exclusiveMaximum" => $"{name} must be below {Words(Keyword(field, keyword))}.",
            "multipleOf" => $"{name} must be a multiple of {Words(Keyword(field, keyword))}.",
            "minLength" => $"{name} must have at least {Words(Keyword(field, keyword))} characters.",
            "maxLength" => $"{name} must have at most {Words(Keyword(field, keyword))} characters.",
            "pattern" => $"{name} must have the form {Words(Keyword(field, keyword))}.",
            "format" => $"{name} must be a {Words(Keyword(field, keyword))}.",
            "" => $"{name} is a column that the schema does not allow, or its value is never allowed.",
            _ => $"{name} does not satisfy the rule '{keyword}' of the schema: {message.TrimEnd('.')}.",
        };
        return new SchemaFault(field, keyword, $"{char.ToUpperInvariant(wanted[0])}{wanted[1..]} Correct it.", IsUnknown: keyword.Length == 0);
    }

    // The schema's own words of a keyword, where the fault lies at a property of the schema itself.
    private JsonElement? Keyword(string? field, string keyword) =>
        field is not null && _text.TryGetProperty("properties", out JsonElement properties) && properties.TryGetProperty(field, out JsonElement property) && SchemaReferences.Follow(property, _text) is { ValueKind: JsonValueKind.Object } rules && rules.TryGetProperty(keyword, out JsonElement value)
            ? value
            : null;

    private static string Words(JsonElement? value) => value switch
    {
        null => "what the schema says",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } list => string.Join(", ", list.EnumerateArray().Take(20).Select(item => Words(item))) + (list.GetArrayLength() > 20 ? string.Create(CultureInfo.InvariantCulture, $" and {list.GetArrayLength() - 20} more") : ""),
        { } other => other.GetRawText(),
    };

    // Which of the required columns it is, the message of the library tells only in prose.
    private string? Missing(JsonElement row, string path)
    {
        JsonElement at = _text;
        foreach (string part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
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

        return at.ValueKind == JsonValueKind.Object && at.TryGetProperty("required", out JsonElement required) && required.ValueKind == JsonValueKind.Array
            ? required.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!).FirstOrDefault(name => !row.TryGetProperty(name, out _))
            : null;
    }

    private static IEnumerable<SchemaProperty> PropertiesOf(JsonElement schema)
    {
        if (schema.TryGetProperty("properties", out JsonElement properties))
        {
            foreach (JsonProperty property in properties.EnumerateObject())
            {
                JsonElement rules = SchemaReferences.Follow(property.Value, schema);
                IReadOnlyList<string> types = SchemaColumns.TypesOf(rules);
                bool isDate = SchemaColumns.Text(rules, "format") is "date" or "date-time";
                yield return new SchemaProperty(
                    property.Name,
                    types.Count == 0 || types.Contains("string", StringComparer.Ordinal),
                    types.Contains("number", StringComparer.Ordinal) || types.Contains("integer", StringComparer.Ordinal) || types.Count == 0,
                    types.Contains("boolean", StringComparer.Ordinal) || types.Count == 0,
                    isDate ? SchemaColumns.Text(rules, "format") : null,
                    Listed(rules));
            }
        }
    }

    private static IReadOnlyList<string> Listed(JsonElement property) =>
        property.ValueKind == JsonValueKind.Object && property.TryGetProperty("enum", out JsonElement listed) && listed.ValueKind == JsonValueKind.Array
            ? [.. listed.EnumerateArray().Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
            : [];
}

/// <summary>A property of a row as a schema describes it.</summary>
/// <param name="Name">Its name, the column's.</param>
/// <param name="MayBeText">Whether it may be a text.</param>
/// <param name="MayBeNumber">Whether it may be a number.</param>
/// <param name="MayBeTruth">Whether it may be true or false.</param>
/// <param name="DateFormat"><c>date</c> or <c>date-time</c> where it is a date; null otherwise.</param>
/// <param name="Listed">The texts that it may be, where the schema lists them; empty where it does not.</param>
public sealed record SchemaProperty(string Name, bool MayBeText, bool MayBeNumber, bool MayBeTruth, string? DateFormat, IReadOnlyList<string> Listed);

/// <summary>What is wrong with a row.</summary>
/// <param name="Field">The column; null where it is the row as a whole.</param>
/// <param name="Keyword">The keyword of JSON Schema that is not satisfied, such as <c>maximum</c>.</param>
/// <param name="Reason">What is wrong and how to mend it; quotes no value of the row.</param>
/// <param name="IsUnknown">Whether the column is one that the schema does not know, and does not allow.</param>
public sealed record SchemaFault(string? Field, string Keyword, string Reason, bool IsUnknown = false);
