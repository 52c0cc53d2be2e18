using System.Globalization;

namespace Pipeline.Intake;

/// <summary>
/// Settles how the dates of a file are to be read, from all of its rows: whether the day or the month leads is told by those dates that can be only one of both.
/// Memory: a few counts and examples.
/// </summary>
internal sealed class DateColumns(IntakeOptions options, TimeProvider clock)
{
    // Of the dates that tell, this share may say otherwise; of all dates, this share may be left untold before the file is asked about.
    private const double Stray = 0.05;

    private readonly List<string> _either = [];
    private readonly TimeZoneInfo _zone = ZoneOf(options.TimeZone);
    private string _column = "";
    private string? _dayExample;
    private string? _monthExample;
    private int _count;
    private int _eithers;
    private int _dayFirst;
    private int _monthFirst;

    /// <summary>Takes a cell's text into account.</summary>
    public void Add(string column, string text)
    {
        if (options.DayFirst is not null || DateFormat.Matches(options.DateFormat, text) || DateText.Read(text) is not { } date)
        {
            return;
        }

        _count++;
        switch (date.Order)
        {
            case DateOrder.DayFirst:
                _dayFirst++;
                _dayExample ??= text;
                break;
            case DateOrder.MonthFirst:
                _monthFirst++;
                _monthExample ??= text;
                break;
            case DateOrder.Either:
                _eithers++;
                if (_either.Count == 0)
                {
                    _column = column;
                }

                if (_either.Count < 2 && !_either.Contains(text, StringComparer.Ordinal))
                {
                    _either.Add(text);
                }

                break;
        }
    }

    /// <summary>The reader of these dates.</summary>
    /// <exception cref="IntakeException">The rows leave open whether the day or the month leads.</exception>
    public DateReader Settle()
    {
        if (options.DayFirst is { } named)
        {
            return new DateReader(options.DateFormat, named, isForced: true, _zone, clock);
        }

        int telling = _dayFirst + _monthFirst;
        bool settled = telling > 0 && Math.Min(_dayFirst, _monthFirst) <= Stray * telling;
        if (!settled && _eithers > Stray * _count)
        {
            throw new IntakeException(Question(telling > 0), isUsageError: true);
        }

        return new DateReader(options.DateFormat, settled ? _dayFirst > _monthFirst : null, isForced: false, _zone, clock);
    }

    private string Question(bool isMixed)
    {
        string shown = string.Join(" and ", _either.Select(text => $"'{text}'"));
        string why = isMixed
            ? $"the other rows say both: '{_dayExample}' has the day first, '{_monthExample}' the month"
            : "no row of the file settles which";
        return string.Create(CultureInfo.InvariantCulture, $"The dates in column {_column}, such as {shown}, can be read with the day first or with the month first, and {why}. Say --day-first, --day-first false for the month, or give the format with --date-format, such as --date-format \"dd/MM/yyyy HH:mm\".");
    }

    private static TimeZoneInfo ZoneOf(string? name)
    {
        if (name is null)
        {
            return TimeZoneInfo.Utc;
        }

        if (DateFormat.Offset(name) is { } offset)
        {
            return TimeZoneInfo.CreateCustomTimeZone(name, offset, name, name);
        }

        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone)
            ? zone
            : throw new IntakeException($"There is no time zone '{name}', which --time-zone names. Name one as Europe/Berlin or America/New_York, or an offset as +02:00.", isUsageError: true);
    }
}
