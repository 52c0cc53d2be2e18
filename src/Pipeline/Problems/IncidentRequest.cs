using System.Globalization;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>Which incidents to show, and in which order.</summary>
public sealed record IncidentRequest
{
    private const int LargestPage = 200;
    private const int LastPage = 1_000_000;
    private const int LongestText = 100;

    /// <summary>The parameters of an address by which all incidents are asked for.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["techCenter", "problem", "from", "until", "priority", "text", "sort", "page", "pageSize"];

    /// <summary>Only those of this tech center, by name or folder.</summary>
    public string? TechCenter { get; private init; }

    /// <summary>Only those of this problem of the tech center.</summary>
    public int? Problem { get; private init; }

    /// <summary>Only those whose masked text holds this.</summary>
    public string? Text { get; private init; }

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
            TechCenter = Given(value("techCenter")),
            Problem = ProblemOf(value, errors),
            Priority = Given(value("priority")),
            Text = Given(value("text")?.Trim()),
            Sort = SortOf(value("sort"), errors),
            Page = Number(value, "page", 1, LastPage, errors),
            PageSize = Number(value, "pageSize", 50, LargestPage, errors),
        };
        foreach ((string name, string? text) in ((string, string?)[])[("priority", request.Priority), ("text", request.Text)])
        {
            if (text?.Length > LongestText)
            {
                errors[name] = [string.Create(CultureInfo.InvariantCulture, $"{name} is longer than {LongestText} characters.")];
            }
        }

        if (RequestDate.Reversed(request.From, request.Until) is string reversed)
        {
            errors["until"] = [reversed];
        }

        return errors.Count == 0 ? request : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
    }

    private static string? Given(string? text) => text is { Length: > 0 } ? text : null;

    private static int? ProblemOf(Func<string, string?> value, Dictionary<string, string[]> errors)
    {
        if (Given(value("problem")) is not string text)
        {
            return null;
        }

        if (Given(value("techCenter")) is null)
        {
            errors["problem"] = ["problem is that of a tech center: name it in techCenter."];
            return null;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int problem) && problem >= ClusterAssignment.Unclustered)
        {
            return problem;
        }

        errors["problem"] = [$"problem is '{text}'; it must be the whole number of a problem, or {ClusterAssignment.Unclustered} for the incidents of none."];
        return null;
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

        if (RequestDate.TryParse(text, out DateTimeOffset date))
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
