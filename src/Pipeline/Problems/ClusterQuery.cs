using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Problems;

/// <summary>Asks for a page of problems or clusters.</summary>
/// <param name="TechCenter">The tech center's name or folder; null for all.</param>
/// <param name="Sort">The order.</param>
/// <param name="Page">The page, from 1.</param>
/// <param name="PageSize">Entries per page, 1 to 200.</param>
/// <param name="Text">Only those whose name holds this, whatever the case; null for all.</param>
public sealed record ClusterQuery(string? TechCenter = null, ClusterSort Sort = ClusterSort.Size, int Page = 1, int PageSize = 50, string? Text = null)
{
    private const int LongestText = 100;
    private const int LargestPage = 200;
    private const int LastPage = 1_000_000;

    /// <summary>The parameters of an address.</summary>
    public static readonly IReadOnlyList<string> Parameters = ["techCenter", "text", "sort", "page", "pageSize"];

    private static readonly Dictionary<string, ClusterSort> Sorts = new(StringComparer.Ordinal)
    {
        ["size"] = ClusterSort.Size,
        ["label"] = ClusterSort.Label,
        ["trend"] = ClusterSort.Trend,
        ["lastSeen"] = ClusterSort.LastSeen,
    };

    /// <summary>Reads a query from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <param name="value">The text of a parameter.</param>
    /// <exception cref="RequestException">A text cannot be read or is out of its range.</exception>
    public static ClusterQuery Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        string? techCenter = value("techCenter"), sort = value("sort");
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        ClusterSort order = ClusterSort.Size;
        if (!string.IsNullOrEmpty(sort) && !Sorts.TryGetValue(sort, out order))
        {
            errors["sort"] = [$"sort is '{sort}'; it must be one of {string.Join(", ", Sorts.Keys)}."];
        }

        int number = Number("page", value("page"), 1, LastPage, errors);
        string? text = value("text")?.Trim() is { Length: > 0 } part ? part : null;
        if (text?.Length > LongestText)
        {
            errors["text"] = [string.Create(CultureInfo.InvariantCulture, $"text is longer than {LongestText} characters.")];
        }

        int size = Number("pageSize", value("pageSize"), 50, LargestPage, errors);
        return errors.Count == 0
            ? new ClusterQuery(string.IsNullOrEmpty(techCenter) ? null : techCenter, order, number, size, text)
            : throw new RequestException(RequestProblem.Invalid, string.Join(' ', errors.Values.SelectMany(e => e)), errors);
    }

    /// <summary>Whether something of this name is asked for.</summary>
    internal bool Holds(string label) => Text is null || label.Contains(Text, StringComparison.OrdinalIgnoreCase);

    /// <summary>The page's entries; none behind the last page.</summary>
    internal IEnumerable<T> PageOf<T>(IEnumerable<T> sorted) => (long)(Page - 1) * PageSize is var skipped and <= int.MaxValue ? sorted.Skip((int)skipped).Take(PageSize) : [];

    private static int Number(string name, string? text, int usual, int highest, Dictionary<string, string[]> errors)
    {
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

/// <summary>The order of listed problems or clusters. Ties are in the order of tech center and id.</summary>
public enum ClusterSort
{
    /// <summary>The largest first.</summary>
    Size,

    /// <summary>By name.</summary>
    Label,

    /// <summary>New problems first, then rising, steady, falling and gone ones.</summary>
    Trend,

    /// <summary>The most recent incident first.</summary>
    LastSeen,
}
