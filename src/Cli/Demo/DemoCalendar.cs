namespace Pipeline.Cli.Demo;

/// <summary>When a problem comes up: how likely each day of the window is, and the hour on it.</summary>
internal sealed class DemoCalendar
{
    private readonly double[] _cumulative;
    private readonly DateTimeOffset _start;
    private readonly bool _roundTheClock;
    private readonly bool _nightly;

    /// <summary>The calendar of a problem, or of one-off incidents where it is null. O(days).</summary>
    public DemoCalendar(DemoProblem? problem, DateTimeOffset start, DateTimeOffset end)
    {
        _start = start;
        _roundTheClock = problem is not null && problem.Has("machine");
        _nightly = problem is not null && problem.Has("nightly");
        int days = (int)(end - start).TotalDays;
        _cumulative = new double[days];
        double sum = 0;
        for (int day = 0; day < days; day++)
        {
            DateTimeOffset date = start.AddDays(day);
            sum += Week(date.DayOfWeek, problem) * (problem is null ? 1 : Season(date, problem) * Course(24.0 * day / days, problem));
            _cumulative[day] = sum;
        }
    }

    /// <summary>Draws a moment. O(log days).</summary>
    public DateTimeOffset Draw(Random random)
    {
        int day = Array.BinarySearch(_cumulative, random.NextDouble() * _cumulative[^1]);
        day = Math.Min(day < 0 ? ~day : day + 1, _cumulative.Length - 1);
        return _start.AddDays(day).AddSeconds(Second(random));
    }

    private double Second(Random random)
    {
        if (_nightly)
        {
            return 3600 * (1 + (5 * random.NextDouble()));
        }

        // The office day peaks in the morning: the sum of two uniform numbers is a triangle between 7 and 18 o'clock.
        return _roundTheClock || random.NextDouble() < 0.06
            ? 86_400 * random.NextDouble()
            : 3600 * (7 + (5 * random.NextDouble()) + (6 * random.NextDouble() * random.NextDouble()));
    }

    private static double Week(DayOfWeek day, DemoProblem? problem)
    {
        bool weekend = day is DayOfWeek.Saturday or DayOfWeek.Sunday;
        if (problem is not null && problem.Has("weekend"))
        {
            return weekend ? 2 : 1;
        }

        double office = weekend ? 0.12 : 1;
        double mondays = problem is not null && problem.Has("monday") && day == DayOfWeek.Monday ? 2.2 : 1;
        return problem is not null && problem.Has("machine") ? Math.Max(office, 0.8) : office * mondays;
    }

    private static double Season(DateTimeOffset date, DemoProblem problem)
    {
        double factor = date is { Month: 12, Day: > 22 } ? 0.4 : 1;
        if (problem.Has("monthend"))
        {
            factor *= date.Day <= 3 || date.AddDays(3).Month != date.Month ? 3.5 : 0.7;
        }

        if (problem.Has("january"))
        {
            factor *= date is { Month: 1, Day: > 1 and < 25 } ? 3.5 : 1;
        }

        if (problem.Has("summer"))
        {
            factor *= date.Month is >= 6 and <= 8 ? 4 : 0.7;
        }

        return factor;
    }

    /// <summary>Start, end and trend; a problem that starts or ends does so within a few weeks, a burst at once.</summary>
    private static double Course(double month, DemoProblem problem)
    {
        double from = problem.FromMonth;
        double to = problem.ToMonth;
        if (month < from || month > to)
        {
            return 0;
        }

        double ramp = to - from < 1 ? 1 : Math.Min(1, Math.Min(from > 0 ? 0.3 + (month - from) : 1, to < 24 ? 0.2 + (to - month) : 1));
        double progress = (month - from) / Math.Max(1, to - from);
        double trend = problem.Has("rising") ? 0.5 + (1.5 * progress) : problem.Has("falling") ? 2 - (1.6 * progress) : 1;
        return ramp * trend;
    }
}
