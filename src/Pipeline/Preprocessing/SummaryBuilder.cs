using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Preprocessing;

/// <summary>
/// Makes one masked summary of an incident's text columns: each is freed of markup, masked, and freed of headers and formulas; one that repeats another is left
/// out, and the rest are joined with line feeds and cut at a word's end. Masking comes after markup, which can hide a datum, before greetings and
/// closing formulas go, by which names are recognised, and before cutting, for half a datum is not recognised.
/// Pure: the same texts give the same summary.
/// </summary>
public sealed class SummaryBuilder
{
    /// <summary>The longest summary in characters when none is given.</summary>
    public const int DefaultMaxLength = 2000;

    // Rises whenever cleaning, folding, a check of a number or name, or summarising changes what it makes of the same texts.
    private const int Revision = 2;

    private readonly Masker _masker;
    private readonly int _maxLength;

    /// <summary>Creates a builder.</summary>
    /// <param name="masker">Masks each text.</param>
    /// <param name="maxLength">The longest summary in UTF-16 characters, at least 20.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is below 20.</exception>
    public SummaryBuilder(Masker masker, int maxLength = DefaultMaxLength)
    {
        ArgumentNullException.ThrowIfNull(masker);
        if (maxLength < 20)
            throw new ArgumentOutOfRangeException(nameof(maxLength), maxLength, $"maxLength is {maxLength}; it must be at least 20.");

        _masker = masker;
        _maxLength = maxLength;
    }

    /// <summary>Names what makes the summaries (cleaning, masking rules, length): texts summarised under another name are out of date.</summary>
    public string Fingerprint => string.Create(CultureInfo.InvariantCulture, $"{Revision}-{_maxLength}-{_masker.Fingerprint}");

    /// <summary>The summary of a record: a JSON object of those of its columns that are asked for, in that order, with texts masked; empty where it has none of them, null where it is no record.</summary>
    /// <param name="json">The record as a JSON object.</param>
    /// <param name="columns">The columns to keep.</param>
    public string? BuildRecord(string json, IEnumerable<string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        JsonObject? record;
        try
        {
            record = JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }

        if (record is null)
        {
            return null;
        }

        JsonObject kept = [];
        foreach (string column in columns)
        {
            if (record[column] is JsonValue value)
            {
                kept[column] = value.TryGetValue(out string? text) ? _masker.Mask(text) : value.DeepClone();
            }
        }

        return kept.Count == 0 ? "" : kept.ToJsonString(PipelineJson.Compact);
    }

    /// <summary>The summary; empty where all texts are empty or noise.</summary>
    /// <param name="texts">The text columns in the order in which they are to appear; nulls and blanks are passed over.</param>
    public string Build(IReadOnlyList<string?> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        List<(string Text, string Key)> kept = [];
        foreach (string? text in texts)
        {
            if (string.IsNullOrWhiteSpace(text))
                continue;

            string clean = TextCleaner.WithoutFormulas(_masker.Mask(TextCleaner.Plain(text)));
            string key = Key(clean);
            if (key.Length > 0 && !kept.Exists(other => Repeats(other.Key, key)))
                Keep(kept, clean, key);
        }

        return Cut(string.Join('\n', kept.Select(part => part.Text)));
    }

    /// <summary>A later text that opens with an earlier one replaces it where it stood.</summary>
    private static void Keep(List<(string Text, string Key)> kept, string clean, string key)
    {
        int repeated = kept.FindIndex(other => Repeats(key, other.Key));
        if (repeated >= 0)
            kept[repeated] = (clean, key);
        else
            kept.Add((clean, key));
    }

    /// <summary>Whether a part says all that another says: it is the same, or opens with it.</summary>
    private static bool Repeats(string part, string other) =>
        part.StartsWith(other, StringComparison.Ordinal) && (part.Length == other.Length || part[other.Length] == ' ');

    /// <summary>Letters and digits in lower case, everything else one space: texts that differ in punctuation are equal.</summary>
    private static string Key(string text)
    {
        StringBuilder key = new(text.Length);
        foreach (char character in text)
        {
            if (char.IsLetterOrDigit(character) || char.IsSurrogate(character))
                key.Append(char.ToLowerInvariant(character));
            else if (key.Length > 0 && key[^1] != ' ')
                key.Append(' ');
        }

        return key.ToString().TrimEnd();
    }

    private string Cut(string summary)
    {
        if (summary.Length <= _maxLength)
            return summary;

        int end = _maxLength;
        if (!char.IsWhiteSpace(summary[end]))
        {
            int space = summary.AsSpan(0, end).LastIndexOfAny(' ', '\n');
            if (space >= _maxLength / 2)
                end = space;
        }

        if (char.IsHighSurrogate(summary[end - 1]))
            end--;

        return summary[..end].TrimEnd();
    }
}

/// <summary>The content hash of a masked text, as the warehouse and the models know it.</summary>
internal static class TextHash
{
    /// <summary>SHA-256 in lower-case hexadecimal.</summary>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
