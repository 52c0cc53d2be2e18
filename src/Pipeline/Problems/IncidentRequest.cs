using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>What to show of a problem's incidents.</summary>
public sealed record IncidentRequest
{
    private const int LargestPage = 200;
    private const int LastPage = 1_000_000;
    private const int LongestPriority = 100;

    /// <summary>Only those opened then or later.</summary>
    public DateTimeOffset? From { get; private init; }

    /// <summary>Only those opened before.</summary>
    public DateTimeOffset? Until { get; private init; }

    /// <summary>Only those of this priority.</summary>
    public string? Priority { get; private init; }

    /// <summary>The order.</summary>
    public IncidentSort Sort { get; private init; }

    /// <summary>The page, from 1.</summary>
    public int Page { get; private init; } = 1;

    /// <summary>Incidents per page, 1 to 200.</summary>
    public int PageSize { get; private init; } = 50;

    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <param name="value">The text of a parameter.</param>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static IncidentRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        IncidentRequest request = new()
        {
            From = Date(value, "from", errors),
            Until = Date(value, "until", errors),
            Priority = value("priority") is { Length: > 0 } priority ? priority : null,
            Sort = SortOf(value("sort"), errors),
            Page = Number(value, "page", 1, LastPage, errors),
            PageSize = Number(value, "pageSize", 50, LargestPage, errors),
        };
        if (request.Priority?.Length > LongestPriority)
        {
            errors["priority"] = [string.Create(CultureInfo.InvariantCulture, $"priority is longer than {LongestPriority} characters.")];
        }

        return errors.Count == 0 ? request : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
    }

    private static IncidentSort SortOf(string? text, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrEmpty(text))
        {
            return IncidentSort.Newest;
        }

        if (text.All(char.IsAsciiLetterLower) && Enum.TryParse(text, ignoreCase: true, out IncidentSort sort))
        {
            return sort;
        }

        errors["sort"] = [$"sort is '{text}'; it must be one of {string.Join(", ", Enum.GetNames<IncidentSort>().Select(n => n.ToLowerInvariant()))}."];
        return IncidentSort.Newest;
    }

    private static DateTimeOffset? Date(Func<string, string?> value, string name, Dictionary<string, string[]> errors)
    {
        string? text = value(name);
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date))
        {
            return date;
        }

        errors[name] = [$"{name} is '{text}'; it must be a date, such as 2026-03-31 or 2026-03-31T08:00:00Z."];
        return null;
    }

    private static int Number(Func<string, string?> value, string name, int usual, int highest, Dictionary<string, string[]> errors)
    {
        string? text = value(name);
        if (string.IsNullOrEmpty(text))
        {
            return usual;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= highest)
        {
            return number;
        }

        errors[name] = [string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it must be a whole number from 1 to {highest}.")];
        return usual;
    }
}
