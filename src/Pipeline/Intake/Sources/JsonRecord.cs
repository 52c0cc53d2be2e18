using System.Text;
using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Intake;

/// <summary>
/// One JSON object as fields of texts. An object with a display value is that value (dates keep the value that is in UTC); a rich text is its words; other objects are fields of their own, by their path.
/// Of an array of objects their names are taken, or their texts.
/// </summary>
internal sealed class JsonRecord
{
    private const int Deepest = 5;

    private static readonly string[] Telling = ["name", "body", "text", "value", "displayName", "title"];

    /// <summary>The fields by name, in order.</summary>
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    /// <summary>Why it cannot be used; null where it can.</summary>
    public string? Problem { get; private set; }

    /// <summary>The field that is to blame; null where none is, or its name cannot be read.</summary>
    public string? Field { get; private set; }

    /// <summary>Whether it is an object, of which at most a field cannot be read.</summary>
    public bool IsObject { get; private init; } = true;

    /// <summary>Reads an object.</summary>
    public static JsonRecord Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new JsonRecord { IsObject = false, Problem = "It is no JSON object. Every record has to be one." };
            }

            var record = new JsonRecord();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                record.Add("", property, 1);
            }

            return record;
        }
        catch (JsonException exception)
        {
            return new JsonRecord { IsObject = false, Problem = $"It is no sound JSON, at byte {exception.BytePositionInLine ?? 0}. Correct it, or export it again." };
        }
    }

    /// <summary>A JSON string as its text.</summary>
    public static string Text(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<string>(json.Span) ?? "";
        }
        catch (JsonException exception)
        {
            throw new IntakeException("The file begins as JSON and is none: a field's name is missing, or holds half a character, such as \\ud800 alone. Correct it, or export it again.", exception);
        }
    }

    /// <summary>Adds a field of the object.</summary>
    public void Add(string name, ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            Add(name, document.RootElement, 1);
        }
        catch (JsonException exception)
        {
            throw new IntakeException($"The field '{name}' is no sound JSON. Correct it, or export it again.", exception);
        }
    }

    private void Add(string parent, JsonProperty property, int depth)
    {
        string name;
        try
        {
            name = property.Name;
        }
        catch (InvalidOperationException)
        {
            Problem ??= $"The name of a field{(parent.Length > 0 ? $" of '{parent}'" : "")} {JsonRequest.HalfCharacter}.";
            return;
        }

        Add(parent.Length > 0 ? $"{parent}.{name}" : name, property.Value, depth);
    }

    // JSON can write half a character, of which no text can be made. The field counts as there, so that the columns do not depend on it.
    private void Add(string path, JsonElement value, int depth)
    {
        try
        {
            Take(path, value, depth);
        }
        catch (InvalidOperationException)
        {
            Fields[path] = "";
            Field ??= Problem is null ? path : null;
            Problem ??= $"The field '{path}' {JsonRequest.HalfCharacter}.";
        }
    }

    private void Take(string path, JsonElement value, int depth)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fields[path] = TextOf(value);
        }
        else if (value.TryGetProperty("display_value", out JsonElement display))
        {
            string raw = value.TryGetProperty("value", out JsonElement own) ? TextOf(own) : "";
            Fields[path] = IsInstant(raw) || display.ValueKind == JsonValueKind.Null ? raw : TextOf(display);
        }
        else if (value.TryGetProperty("type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.ValueEquals("doc"))
        {
            StringBuilder words = new();
            CollectWords(value, words);
            Fields[path] = words.ToString().Trim();
        }
        else if (depth < Deepest)
        {
            foreach (JsonProperty property in value.EnumerateObject())
            {
                Add(path, property, depth + 1);
            }
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Array => string.Join('\n', value.EnumerateArray().Select(Item).Where(text => text.Length > 0)),
        _ => "",
    };

    private static string Item(JsonElement item)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            return TextOf(item);
        }

        foreach (string name in Telling)
        {
            if (item.TryGetProperty(name, out JsonElement telling) && telling.ValueKind == JsonValueKind.String)
            {
                return telling.GetString()!;
            }
        }

        return "";
    }

    // Rich text is a tree of nodes; those with a text are its leaves, and paragraphs end lines.
    private static void CollectWords(JsonElement node, StringBuilder words)
    {
        if (node.TryGetProperty("text", out JsonElement text) && text.ValueKind == JsonValueKind.String)
        {
            words.Append(text.GetString());
        }

        if (node.TryGetProperty("content", out JsonElement content) && content.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement child in content.EnumerateArray().Where(child => child.ValueKind == JsonValueKind.Object))
            {
                CollectWords(child, words);
            }

            words.Append('\n');
        }
    }

    private static bool IsInstant(string text) => text is [_, _, _, _, '-', _, _, '-', _, _, ' ' or 'T', ..] && DateText.Read(text) is not null;
}
