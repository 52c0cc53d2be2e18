using System.Globalization;

namespace Pipeline.Forecasting;

/// <summary>The holidays that a forecast reckons with. Those on a Saturday or Sunday change nothing, since hardly anybody works then anyway.</summary>
public sealed class HolidayCalendar
{
    /// <summary>The working days of a week.</summary>
    public const int WorkingDays = 5;

    /// <summary>No holiday.</summary>
    public static readonly HolidayCalendar None = new([]);

    private static readonly char[] Between = [',', ';', ' ', '\t', '\r', '\n'];

    private readonly Dictionary<DateOnly, int> _days;

    /// <summary>Makes the calendar.</summary>
    /// <param name="dates">The holidays, each counted once.</param>
    public HolidayCalendar(IEnumerable<DateOnly> dates) => _days = dates
        .Distinct()
        .Where(d => d.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday))
        .GroupBy(MondayOf)
        .ToDictionary(week => week.Key, week => week.Count());

    /// <summary>Whether there is no holiday.</summary>
    public bool IsEmpty => _days.Count == 0;

    /// <summary>Reads a list of dates.</summary>
    /// <param name="dates"><c>2026-12-25</c>, with commas, blanks or line breaks between.</param>
    /// <exception cref="FormatException">One is no such date; the message names it.</exception>
    public static HolidayCalendar Parse(string dates)
    {
        ArgumentNullException.ThrowIfNull(dates);
        return new HolidayCalendar(dates.Split(Between, StringSplitOptions.RemoveEmptyEntries).Select(DateOf));
    }

    /// <summary>Reads a file with a date at the beginning of each line; what follows it, such as the holiday's name, is not read. Empty lines, and those that begin with #, are left out.</summary>
    /// <param name="lines">The lines.</param>
    /// <exception cref="FormatException">One begins with no date; the message names its number and nothing of it, since the file may be another than was meant.</exception>
    public static HolidayCalendar ParseLines(IEnumerable<string> lines) => new(lines
        .Select((line, place) => (Text: line.Trim(), Number: place + 1))
        .Where(line => line.Text.Length > 0 && line.Text[0] != '#')
        .Select(line => TryDate(line.Text.Split(Between, 2)[0], out DateOnly date) ? date : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"line {line.Number} does not begin with a date"))));

    /// <summary>The holidays on working days of a week, 0 to 5.</summary>
    /// <param name="monday">The week's Monday.</param>
    public int DaysIn(DateOnly monday) => _days.GetValueOrDefault(monday);

    private static DateOnly MondayOf(DateOnly day) => day.AddDays(-(((int)day.DayOfWeek + 6) % 7));

    private static DateOnly DateOf(string text) => TryDate(text, out DateOnly date) ? date : throw new FormatException($"'{text}' is no date like 2026-12-25");

    private static bool TryDate(string text, out DateOnly date) => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);
}
