using Pipeline.Problems;
using Pipeline.Requests;

namespace Pipeline.Overview;

/// <summary>Which periods to hold against each other. What is not named is the newest eighth of all time, which is called recent everywhere, and as many days just before.</summary>
/// <param name="Period">The one; null for the newest eighth.</param>
/// <param name="Against">The one that it is held against; null for as many days just before.</param>
/// <param name="TechCenter">The tech center's name or folder; null for all.</param>
public sealed record PeriodRequest(DayRange? Period = null, DayRange? Against = null, string? TechCenter = null)
{
    private const int MostDays = 3_660;

    /// <summary>Reads a request from the texts of an address; null or empty ones are left to their defaults.</summary>
    /// <exception cref="RequestException">A text cannot be read, or the periods cannot be held against each other.</exception>
    public static PeriodRequest Parse(Func<string, string?> value)
    {
        ArgumentNullException.ThrowIfNull(value);
        OverviewFields fields = new(value);
        PeriodRequest request = new(RangeOf(fields, "from", "until"), RangeOf(fields, "againstFrom", "againstUntil"), fields.Text("techCenter"));
        return fields.Checked(request is { Period: DayRange one, Against: DayRange other } ? Apart(fields, one, other, request) : request);
    }

    /// <summary>The periods themselves.</summary>
    /// <param name="known">What is called recent.</param>
    internal (DayRange Period, DayRange Against) Resolve(RankingPeriod known)
    {
        DayRange period = Period ?? (known.Until is DateOnly last
            ? new DayRange(known.Weeks.Weeks[known.FirstRecent], last.AddDays(1))
            : throw new RequestException(RequestProblem.Unprocessable, "No incident of a problem has a date, so that there is no newest period. Import incidents with dates, train, and predict; or name the periods."));
        if (Against is not DayRange against)
        {
            return period.From.DayNumber >= period.Days
                ? (period, new DayRange(period.From.AddDays(-period.Days), period.From))
                : throw RequestException.Invalid("from", $"There are no {period.Days} days before {period.From:yyyy-MM-dd} to hold the period against. Name another period, or both.");
        }

        OverviewFields fields = new(_ => null);
        return fields.Checked(Apart(fields, period, against, (period, against)));
    }

    private static T Apart<T>(OverviewFields fields, DayRange one, DayRange other, T read) =>
        one.From < other.Until && other.From < one.Until ? fields.Wrong("againstUntil", $"The periods overlap: {one} and {other}. Name two that have no day in common.", read) : read;

    private static DayRange? RangeOf(OverviewFields fields, string fromName, string untilName)
    {
        DateOnly? from = fields.Day(fromName), until = fields.Day(untilName);
        if (from is null && until is null)
        {
            return null;
        }

        if (from is not DateOnly first || until is not DateOnly end)
        {
            // What cannot be read has been told.
            return fields.Text(fromName) is not null && fields.Text(untilName) is not null ? null : fields.Wrong<DayRange?>(from is null ? fromName : untilName, $"{fromName} and {untilName} belong together: name both days, or none.", null);
        }

        DayRange range = new(first, end);
        return range.Days is >= 1 and <= MostDays ? range : fields.Wrong<DayRange?>(untilName, $"{untilName} must be 1 to {MostDays} days after {fromName}.", null);
    }
}

/// <summary>Some days in a row, in UTC.</summary>
/// <param name="From">The first day.</param>
/// <param name="Until">The day after the last one.</param>
public sealed record DayRange(DateOnly From, DateOnly Until)
{
    /// <summary>How many days there are.</summary>
    public int Days => Until.DayNumber - From.DayNumber;

    /// <inheritdoc/>
    public override string ToString() => $"{From:yyyy-MM-dd} to {Until:yyyy-MM-dd}";
}
