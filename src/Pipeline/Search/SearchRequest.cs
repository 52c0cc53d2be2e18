using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;

namespace Pipeline.Search;

/// <summary>Asks for incidents.</summary>
/// <param name="Text">What to look for, in words. It is masked before anything else is done with it.</param>
/// <param name="TechCenters">Only those of these tech centers, by name or folder; null or empty for all.</param>
/// <param name="From">Only those opened then or later: a date, or a date and time.</param>
/// <param name="Until">Only those opened before.</param>
/// <param name="Filters">Only those of a <c>priority</c> (a text) and of a <c>problem</c> (its id, with exactly one tech center).</param>
/// <param name="Top">The most incidents that are wanted, 1 to 100; 20 where it is null.</param>
public sealed record SearchRequest(
    string? Text = null, IReadOnlyList<string>? TechCenters = null, string? From = null, string? Until = null, JsonElement? Filters = null, int? Top = null)
{
    /// <summary>The longest text in UTF-16 characters.</summary>
    public const int LongestText = 2_000;

    /// <summary>The most incidents of an answer.</summary>
    public const int MostIncidents = 100;

    private const int MostCenters = 100;
    private const int LongestPriority = 100;

    /// <summary>Checks what was asked.</summary>
    /// <exception cref="RequestException">A field is missing, unknown or out of its range.</exception>
    internal AskedSearch Read()
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        if (string.IsNullOrWhiteSpace(Text) || Text.Length > LongestText)
        {
            errors["text"] = [string.Create(CultureInfo.InvariantCulture, $"The text is missing or longer than {LongestText} characters. Say in some words what to look for.")];
        }

        if (Top is < 1 or > MostIncidents)
        {
            errors["top"] = [string.Create(CultureInfo.InvariantCulture, $"top is {Top}; it must be a whole number from 1 to {MostIncidents}.")];
        }

        if (TechCenters?.Count > MostCenters || TechCenters?.Any(string.IsNullOrWhiteSpace) == true)
        {
            errors["techCenters"] = [string.Create(CultureInfo.InvariantCulture, $"techCenters has a blank name or more than {MostCenters}. Leave it out for all.")];
        }

        AskedSearch asked = new(Text ?? "", Top ?? 20, Date(From, "from", errors), Date(Until, "until", errors));
        if (RequestDate.Reversed(asked.From, asked.Until) is string reversed)
        {
            errors["until"] = [reversed];
        }

        asked = Filtered(asked, errors);
        return errors.Count == 0 ? asked : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
    }

    private AskedSearch Filtered(AskedSearch asked, Dictionary<string, string[]> errors)
    {
        if (Filters is not JsonElement filters)
        {
            return asked;
        }

        foreach (JsonProperty filter in filters.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null))
        {
            switch (NameOf(filter))
            {
                case "priority" when TextOf(filter.Value) is { Length: > 0 and <= LongestPriority } priority:
                    asked = asked with { Priority = priority };
                    break;
                case "problem" when filter.Value.ValueKind == JsonValueKind.Number && filter.Value.TryGetInt32(out int problem) && TechCenters?.Count == 1:
                    asked = asked with { Problem = problem };
                    break;
                default:
                    errors["filters"] = [string.Create(CultureInfo.InvariantCulture, $"filters may have a 'priority', a text of 1 to {LongestPriority} characters, and a 'problem', a whole number, with exactly one of 'techCenters'.")];
                    break;
            }
        }

        return asked;
    }

    // Half of a surrogate pair, which JSON can write, is no text.
    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static string? NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static DateTimeOffset? Date(string? text, string name, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (RequestDate.TryParse(text, out DateTimeOffset date))
        {
            return date;
        }

        errors[name] = [$"{name} is no date, such as 2026-03-31 or 2026-03-31T08:00:00Z."];
        return null;
    }
}

/// <summary>What was asked, checked.</summary>
internal sealed record AskedSearch(string Text, int Top, DateTimeOffset? From, DateTimeOffset? Until)
{
    /// <summary>Only those of this priority.</summary>
    public string? Priority { get; init; }

    /// <summary>Only those of this problem.</summary>
    public int? Problem { get; init; }
}
