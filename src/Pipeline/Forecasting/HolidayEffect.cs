using Pipeline.Problems;

namespace Pipeline.Forecasting;

/// <summary>
/// What a holiday takes away: the part of a working day's incidents that do not come on it. It is learned from the weeks of the history that had holidays, each held against the mean of up to two weeks
/// without any on either side, and drawn towards what was taken for it before: that counts as much as <see cref="PriorWeight"/> incidents that were expected on holidays.
/// </summary>
/// <param name="Share">0 where a holiday is as any day, 1 where nothing comes on it; below 0 where more comes. From -1 to 1.</param>
public sealed record HolidayEffect(double Share)
{
    /// <summary>What is taken for it where nothing is known: half of a day.</summary>
    public static readonly HolidayEffect Default = new(0.5);

    /// <summary>How many expected incidents what was taken before counts for.</summary>
    public const double PriorWeight = 20;

    // Further away a week tells little of what would have come.
    private const int Farthest = 6;
    private const int EachSide = 2;

    /// <summary>Learns the effect.</summary>
    /// <param name="series">The weekly counts.</param>
    /// <param name="calendar">The holidays.</param>
    /// <param name="before">What is taken for it before: the default, or the tech center's for one of its problems.</param>
    public static HolidayEffect Learn(WeeklySeries series, HolidayCalendar calendar, HolidayEffect before)
    {
        ArgumentNullException.ThrowIfNull(series);
        ArgumentNullException.ThrowIfNull(calendar);
        ArgumentNullException.ThrowIfNull(before);
        double missing = 0, expected = 0;
        for (int week = 0; week < series.Counts.Count && !calendar.IsEmpty; week++)
        {
            if (calendar.DaysIn(series.Week(week)) is int days and > 0)
            {
                double[] around = [.. Around(series, calendar, week, -1), .. Around(series, calendar, week, 1)];
                if (around.Length > 0)
                {
                    missing += around.Average() - series.Counts[week];
                    expected += around.Average() * days / HolidayCalendar.WorkingDays;
                }
            }
        }

        return new HolidayEffect(Math.Round(Math.Clamp(((before.Share * PriorWeight) + missing) / (PriorWeight + expected), -1, 1), 4));
    }

    /// <summary>The part of an ordinary week's incidents that come in a week, above 0.</summary>
    /// <param name="calendar">The holidays.</param>
    /// <param name="monday">The week's Monday.</param>
    public double Factor(HolidayCalendar calendar, DateOnly monday)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        return Math.Max(0.05, 1 - (Share * calendar.DaysIn(monday) / HolidayCalendar.WorkingDays));
    }

    private static IEnumerable<double> Around(WeeklySeries series, HolidayCalendar calendar, int week, int step) => Enumerable.Range(1, Farthest)
        .Select(away => week + (step * away))
        .Where(other => other >= 0 && other < series.Counts.Count && calendar.DaysIn(series.Week(other)) == 0)
        .Take(EachSide)
        .Select(other => series.Counts[other]);
}
