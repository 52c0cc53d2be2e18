using System.Globalization;
using Pipeline.Requests;

namespace Pipeline.Overview;

/// <summary>Reads the parameters of an address, and gathers what is wrong with them.</summary>
/// <param name="value">The text of a parameter; null or empty where it is not given.</param>
internal sealed class OverviewFields(Func<string, string?> value)
{
    private readonly Dictionary<string, string[]> _errors = new(StringComparer.Ordinal);

    /// <summary>A text; null where there is none.</summary>
    public string? Text(string name) => value(name) is { Length: > 0 } text ? text : null;

    /// <summary>A day, such as 2026-03-31; null where there is none.</summary>
    public DateOnly? Day(string name)
    {
        string? text = Text(name);
        return text is null ? null
            : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day
            : Wrong<DateOnly?>(name, $"{name} is '{text}'; it must be a day, such as 2026-03-31.", null);
    }

    /// <summary>A whole number.</summary>
    public int Number(string name, int usual, int lowest, int highest) =>
        Text(name) is not string text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= lowest && number <= highest ? number
        : Wrong(name, string.Create(CultureInfo.InvariantCulture, $"{name} is '{text}'; it must be a whole number from {lowest} to {highest}."), usual);

    /// <summary>One of the words of an enumeration.</summary>
    public T Choice<T>(string name, T usual)
        where T : struct, Enum
    {
        string[] words = [.. Enum.GetNames<T>().Select(n => n.ToLowerInvariant())];
        return Text(name) is not string text ? usual
            : Array.IndexOf(words, text) is int place and >= 0 ? Enum.GetValues<T>()[place]
            : Wrong(name, $"{name} is '{text}'; it must be one of {string.Join(", ", words)}.", usual);
    }

    /// <summary>Notes what is wrong with a parameter.</summary>
    public T Wrong<T>(string name, string message, T instead)
    {
        _errors[name] = [message];
        return instead;
    }

    /// <summary>What was read, if nothing was wrong.</summary>
    /// <exception cref="RequestException">Something was.</exception>
    public T Checked<T>(T read) => _errors.Count == 0 ? read : throw new RequestException(RequestProblem.Invalid, string.Join(' ', _errors.Values.SelectMany(e => e)), _errors);
}
