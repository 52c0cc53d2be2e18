using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>Reads items from a JSON body: one, an array of them, or an object with such an array as <c>items</c>. What is wrong with one item leaves the others as they are.</summary>
internal static class StreamItemReader
{
    /// <summary>The most items of one request.</summary>
    public const int MostItems = 1_000;

    /// <summary>The longest text in UTF-16 characters.</summary>
    public const int LongestText = 32_768;

    /// <summary>The longest body in bytes.</summary>
    public const int LongestBody = 16 * 1024 * 1024;

    private const int LongestId = 200;
    private const int MostAttributes = 20;
    private const int LongestAttribute = 1_000;
    private static readonly TimeSpan AheadOfTime = TimeSpan.FromMinutes(5);
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads a body.</summary>
    /// <exception cref="RequestException">The body is no such JSON, too long, holds no item or more than are taken at once.</exception>
    public static async Task<(List<SentItem> Items, List<RejectedItem> Rejected)> ReadAsync(Stream body, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (JsonDocument document, bool areNamesSound) = await ParseAsync(body, cancellationToken);
        using JsonDocument _ = document;
        JsonElement root = document.RootElement;
        JsonElement list = Find(root, "items") ?? root;
        JsonElement[] all = list.ValueKind switch
        {
            JsonValueKind.Array => [.. list.EnumerateArray()],
            JsonValueKind.Object => [list],
            _ => throw RequestException.Invalid("items", "The body holds no items: send one as a JSON object with id and text, or several as an array."),
        };
        if (all.Length is 0 or > MostItems)
        {
            throw RequestException.Invalid("items", string.Create(CultureInfo.InvariantCulture, $"There are {all.Length} items; send 1 to {MostItems} at once."));
        }

        List<SentItem> sent = [];
        List<RejectedItem> rejected = [];
        foreach ((int index, JsonElement element) in all.Index())
        {
            try
            {
                sent.Add(Read(index, areNamesSound ? element : Checked(element), now));
            }
            catch (ItemException e)
            {
                rejected.Add(new RejectedItem(index, IdOf(element), e.Field, e.Message));
            }
        }

        return (sent, rejected);
    }

    private static async Task<(JsonDocument Document, bool AreNamesSound)> ParseAsync(Stream body, CancellationToken cancellationToken)
    {
        using MemoryStream bytes = new();
        byte[] buffer = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > LongestBody)
            {
                throw new RequestException(RequestProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"The body is longer than {LongestBody} bytes. Send fewer items at once."));
            }
        }

        try
        {
            return (JsonDocument.Parse(bytes.ToArray(), Strict), true);
        }
        catch (InvalidOperationException)
        {
            // The name of some field is no text. Only its item is refused.
            return (JsonDocument.Parse(bytes.ToArray()), false);
        }
        catch (JsonException e)
        {
            throw JsonRequest.NotJson(e, "Send one item as a JSON object with id and text, or several as an array.");
        }
    }

    private static JsonElement Checked(JsonElement element)
    {
        try
        {
            JsonDocument.Parse(element.GetRawText(), Strict).Dispose();
            return element;
        }
        catch (InvalidOperationException)
        {
            throw new ItemException("items", $"The name of a field {JsonRequest.HalfCharacter}.");
        }
        catch (JsonException)
        {
            throw new ItemException("items", "A field is there twice. Leave one of them.");
        }
    }

    private static string? IdOf(JsonElement element)
    {
        try
        {
            return Find(element, "id") is { ValueKind: JsonValueKind.String } id ? Short(id.GetString()!) : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Find(JsonElement element, string field)
    {
        try
        {
            return element.ValueKind == JsonValueKind.Object && element.TryGetProperty(field, out JsonElement value) ? value : null;
        }
        catch (InvalidOperationException)
        {
            // A name before it is no text; the item is refused for that.
            return null;
        }
    }

    private static SentItem Read(int index, JsonElement element, DateTimeOffset now)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ItemException("items", "An item is a JSON object with id and text.");
        }

        string? unknown = element.EnumerateObject().Select(p => p.Name).FirstOrDefault(n => n is not ("id" or "text" or "time" or "attributes"));
        if (unknown is not null)
        {
            throw new ItemException(Short(unknown), "There is no such field. Fields: id, text, time, attributes.");
        }

        string id = Text(element, "id") is { Length: > 0 } given ? given : throw new ItemException("id", "The id is missing. Give each item a text that no other item of the stream has.");
        string text = Text(element, "text") is { } said && !string.IsNullOrWhiteSpace(said) ? said : throw new ItemException("text", "The text is missing or blank. Say in a few words what the item is about.");
        if (id.Length > LongestId)
        {
            throw new ItemException("id", string.Create(CultureInfo.InvariantCulture, $"The id has {id.Length} characters; it may have up to {LongestId}."));
        }

        if (text.Length > LongestText)
        {
            throw new ItemException("text", string.Create(CultureInfo.InvariantCulture, $"The text has {text.Length} characters; it may have up to {LongestText}. Shorten it."));
        }

        return new SentItem(index, id, text, Time(element, now), Attributes(element));
    }

    private static DateTimeOffset Time(JsonElement element, DateTimeOffset now)
    {
        if (!element.TryGetProperty("time", out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return now;
        }

        string text = value.ValueKind == JsonValueKind.String ? Whole(value, "time") : value.GetRawText();
        bool hasZone = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > text.IndexOf('T', StringComparison.Ordinal);
        if (value.ValueKind != JsonValueKind.String || !hasZone || !text.Contains('T', StringComparison.Ordinal) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time))
        {
            throw new ItemException("time", $"The time is '{Short(text)}'; write it as 2026-03-01T14:05:00Z, or with another offset from UTC.");
        }

        if (time > now + AheadOfTime)
        {
            throw new ItemException("time", string.Create(CultureInfo.InvariantCulture, $"The time {time:O} lies in the future. It is {now.UtcDateTime:O}; set the sender's clock, or its time zone."));
        }

        return time.Year >= 1970 ? time.ToUniversalTime() : throw new ItemException("time", string.Create(CultureInfo.InvariantCulture, $"The time {time:O} lies before 1970."));
    }

    private static SortedDictionary<string, string> Attributes(JsonElement element)
    {
        SortedDictionary<string, string> attributes = new(StringComparer.Ordinal);
        if (!element.TryGetProperty("attributes", out JsonElement given) || given.ValueKind == JsonValueKind.Null)
        {
            return attributes;
        }

        if (given.ValueKind != JsonValueKind.Object || given.EnumerateObject().Any(a => a.Value.ValueKind != JsonValueKind.String))
        {
            throw new ItemException("attributes", "The attributes are a JSON object whose values are texts.");
        }

        foreach (JsonProperty attribute in given.EnumerateObject())
        {
            attributes.Add(attribute.Name, Whole(attribute.Value, "attributes"));
        }

        return attributes.Count <= MostAttributes && attributes.All(a => a.Key.Length + a.Value.Length <= LongestAttribute)
            ? attributes
            : throw new ItemException("attributes", string.Create(CultureInfo.InvariantCulture, $"There may be up to {MostAttributes} attributes, each of up to {LongestAttribute} characters."));
    }

    private static string? Text(JsonElement element, string field) =>
        !element.TryGetProperty(field, out JsonElement value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? Whole(value, field)
        : throw new ItemException(field, $"{field} is {value.GetRawText()[..Math.Min(20, value.GetRawText().Length)]}; it must be a text.");

    private static string Whole(JsonElement value, string field)
    {
        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw new ItemException(field, $"{field} {JsonRequest.HalfCharacter}.");
        }
    }

    private static string Short(string text) => text.Length <= 60 ? text : $"{text[..60]}...";

#pragma warning disable CA1032, CA1064 // Never leaves this class.
    private sealed class ItemException(string field, string message) : Exception(message)
    {
        public string Field { get; } = field;
    }
#pragma warning restore CA1032, CA1064
}

/// <summary>An item as it was sent.</summary>
internal sealed record SentItem(int Index, string Id, string Text, DateTimeOffset Time, SortedDictionary<string, string> Attributes);
