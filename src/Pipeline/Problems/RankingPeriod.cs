using Pipeline.Incidents;

namespace Pipeline.Problems;

/// <summary>
/// The weeks that the whole company is ranked over. They end at the newest incident that counts, unless the tech centers that reach into the recent part hold less than half of all incidents:
/// then where the next tech center ends. So one that is ahead of all others does not leave them without a recent incident.
/// </summary>
internal sealed class RankingPeriod
{
    private static readonly RankingPeriod Empty = new(TrendPeriod.Empty, null, []);

    private RankingPeriod(TrendPeriod weeks, DateOnly? until, IReadOnlyList<RankingOutside> outside)
    {
        (Weeks, Until, Outside) = (weeks, until, outside);
        FirstRecent = ProblemTrends.FirstRecent(weeks);
    }

    /// <summary>The weeks.</summary>
    public TrendPeriod Weeks { get; }

    /// <summary>The place of the first recent one in them.</summary>
    public int FirstRecent { get; }

    /// <summary>The last day, in UTC; null where there are no dates.</summary>
    public DateOnly? Until { get; }

    /// <summary>The tech centers that end before the recent part or go on after the last day, in ordinal order.</summary>
    public IReadOnlyList<RankingOutside> Outside { get; }

    /// <summary>Finds it. O(tech centers x days) at worst.</summary>
    /// <param name="days">What was counted of each problem and day.</param>
    /// <param name="from">Where the oldest window of a model begins; null where no model serves.</param>
    /// <param name="clock">Tells which dates lie in the future.</param>
    public static RankingPeriod Of(IReadOnlyList<ProblemDay> days, DateTimeOffset? from, TimeProvider clock)
    {
        (string TechCenter, DateTimeOffset Date, int Count)[] dated =
        [
            .. days.Where(d => d.Day is not null).Select(d => (d.TechCenter, Date: Noon(d.Day!.Value), d.Incidents)).Where(d => NewestDate.IsPossible(d.Date, clock) && (from is null || d.Date >= from)),
        ];
        Reach[] centers = [.. dated.GroupBy(d => d.TechCenter, StringComparer.Ordinal).Select(c => new Reach(c.Key, NewestOf([.. c.Select(d => (d.Date, d.Count))]), c.Sum(d => (long)d.Count))).OrderBy(c => c.TechCenter, StringComparer.Ordinal)];
        foreach (DateTimeOffset end in centers.Select(c => c.Newest).Distinct().OrderDescending())
        {
            (DateTimeOffset Date, int Count)[] within = [.. dated.Where(d => d.Date <= end).Select(d => (d.Date, d.Count))];
            DateTimeOffset last = NewestOf(within);
            TrendPeriod weeks = TrendPeriod.Between(within.Min(d => d.Date), last);
            DateTimeOffset recent = Noon(weeks.Weeks[ProblemTrends.FirstRecent(weeks)]);
            if (2 * centers.Where(c => c.Newest >= recent).Sum(c => c.Incidents) >= centers.Sum(c => c.Incidents))
            {
                return new RankingPeriod(weeks, DayOf(last), [.. centers.Where(c => c.Newest > last || c.Newest < recent).Select(c => new RankingOutside(c.TechCenter, DayOf(c.Newest), c.Newest > last))]);
            }
        }

        return Empty;
    }

    /// <summary>The place of a day's week; -1 where it lies outside them.</summary>
    public int IndexOf(DateOnly? day) => day is DateOnly known && known <= Until ? Weeks.IndexOf(Noon(known)) ?? -1 : -1;

    /// <summary>Incidents in each of the weeks.</summary>
    public int[] Count(IEnumerable<ProblemDay> days)
    {
        int[] counts = new int[Weeks.Weeks.Count];
        foreach (ProblemDay day in days)
        {
            if (IndexOf(day.Day) is int week and >= 0)
            {
                counts[week] += day.Incidents;
            }
        }

        return counts;
    }

    private static DateTimeOffset Noon(DateOnly day) => new(day, new TimeOnly(12, 0), TimeSpan.Zero);

    private static DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(instant.UtcDateTime);

    private static DateTimeOffset NewestOf(IReadOnlyCollection<(DateTimeOffset Date, int Count)> days) =>
        NewestDate.Of(days.GroupBy(d => d.Date).OrderByDescending(d => d.Key).Select(d => (d.Key, d.Sum(one => (long)one.Count))), days.Sum(d => (long)d.Count))!.Value;

    private sealed record Reach(string TechCenter, DateTimeOffset Newest, long Incidents);
}
