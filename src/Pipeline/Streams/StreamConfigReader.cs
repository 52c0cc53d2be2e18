using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>Reads the fields of a configuration that change.</summary>
public static class StreamConfigReader
{
    private static readonly string[] Fields = [.. JsonSerializer.SerializeToElement(new StreamConfig(), PipelineJson.Compact).EnumerateObject().Select(p => p.Name)];

    /// <summary>A configuration with the fields that a JSON object names.</summary>
    /// <exception cref="RequestException">It is no object, or a field is unknown or no number; ranges are not checked here.</exception>
    public static StreamConfig With(StreamConfig present, JsonElement fields)
    {
        if (fields.ValueKind != JsonValueKind.Object)
        {
            throw RequestException.Invalid("config", $"The configuration is a JSON object. Fields: {string.Join(", ", Fields)}.");
        }

        Dictionary<string, JsonElement> all = JsonSerializer.SerializeToElement(present, PipelineJson.Compact).EnumerateObject().ToDictionary(p => p.Name, p => p.Value, StringComparer.Ordinal);
        foreach (JsonProperty field in fields.EnumerateObject())
        {
            if (!Fields.Contains(field.Name, StringComparer.Ordinal))
            {
                throw RequestException.Invalid(field.Name.Length <= 60 ? field.Name : field.Name[..60], $"There is no such field, and nothing has changed. Fields: {string.Join(", ", Fields)}.");
            }

            if (field.Value.ValueKind != JsonValueKind.Number)
            {
                throw RequestException.Invalid(field.Name, $"{field.Name} must be a number; nothing has changed.");
            }

            all[field.Name] = field.Value;
        }

        try
        {
            return JsonSerializer.SerializeToElement(all).Deserialize<StreamConfig>(PipelineJson.Compact)!;
        }
        catch (JsonException e)
        {
            throw RequestException.Invalid(e.Path?.TrimStart('$', '.') is { Length: > 0 } path ? path : "config", "The number is not a whole one, or too large; nothing has changed.");
        }
    }
}
