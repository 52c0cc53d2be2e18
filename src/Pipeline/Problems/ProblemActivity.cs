using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>How many incidents of one tech center were assigned to each problem and to each of its variants, week by week.</summary>
internal sealed class ProblemActivity
{
    private readonly Dictionary<int, Tally> _problems = [];
    private readonly Dictionary<int, Tally> _variants = [];

    private ProblemActivity()
    {
    }

    /// <summary>The weeks that are counted.</summary>
    public TrendPeriod Period { get; private set; } = TrendPeriod.Empty;

    /// <summary>Counts the predictions of a tech center. Memory grows with clusters and hours, not with incidents.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<ProblemActivity> ReadAsync(IPredictions predictions, string techCenter, TrainingWindow? window, TimeProvider clock, CancellationToken cancellationToken)
    {
        ProblemActivity activity = new();
        await foreach (PredictedDate row in predictions.ReadPredictedDatesAsync(techCenter, cancellationToken))
        {
            Of(activity._problems, row.ProblemId).Add(row.CreatedOn);
            Of(activity._variants, row.ClusterId).Add(row.CreatedOn);
        }

        activity.Period = TrendPeriod.Of(activity._problems.Values.SelectMany(t => t.Hours.Select(h => (h.Key, (long)h.Value))), window, clock);
        return activity;
    }

    /// <summary>What was counted of a problem.</summary>
    public ActivityCounts OfProblem(int id) => Counts(_problems, id);

    /// <summary>What was counted of a variant, by its cluster's id.</summary>
    public ActivityCounts OfVariant(int id) => Counts(_variants, id);

    /// <summary>All incidents in each week, also those of no problem.</summary>
    public int[] Volume()
    {
        int[] volume = new int[Period.Weeks.Count];
        foreach (Tally tally in _problems.Values)
        {
            Count(tally, volume);
        }

        return volume;
    }

    /// <summary>The trends of problems, told together.</summary>
    public IReadOnlyList<ProblemTrend> Trends(IEnumerable<int> problems) => ProblemTrends.Of(Period, Volume(), [.. problems.Select(id => OfProblem(id).WeeklyCounts)]);

    private static Tally Of(Dictionary<int, Tally> tallies, int id)
    {
        if (!tallies.TryGetValue(id, out Tally? tally))
        {
            tallies.Add(id, tally = new Tally());
        }

        return tally;
    }

    private ActivityCounts Counts(Dictionary<int, Tally> tallies, int id)
    {
        int[] counts = new int[Period.Weeks.Count];
        if (!tallies.TryGetValue(id, out Tally? tally))
        {
            return new ActivityCounts(0, null, null, counts);
        }

        Count(tally, counts);
        return new ActivityCounts(tally.Size, tally.First, tally.Last, counts);
    }

    private void Count(Tally tally, int[] counts)
    {
        foreach ((DateTimeOffset hour, int count) in tally.Hours)
        {
            if (Period.IndexOf(hour) is int week)
            {
                counts[week] += count;
            }
        }
    }

    private sealed class Tally
    {
        public Dictionary<DateTimeOffset, int> Hours { get; } = [];

        public int Size { get; private set; }

        public DateTimeOffset? First { get; private set; }

        public DateTimeOffset? Last { get; private set; }

        public void Add(DateTimeOffset? created)
        {
            Size++;
            if (created is DateTimeOffset instant)
            {
                DateTime utc = instant.UtcDateTime;
                DateTimeOffset hour = new(utc.Year, utc.Month, utc.Day, utc.Hour, 0, 0, TimeSpan.Zero);
                Hours[hour] = Hours.GetValueOrDefault(hour) + 1;
                First = First is null || instant < First ? instant : First;
                Last = Last is null || instant > Last ? instant : Last;
            }
        }
    }
}

/// <summary>What was counted of a problem or a variant.</summary>
/// <param name="Size">Its incidents.</param>
/// <param name="First">The date of the first, in UTC; null where none has a date.</param>
/// <param name="Last">The date of the last, in UTC; null where none has a date.</param>
/// <param name="WeeklyCounts">Incidents in each week of <see cref="ProblemActivity.Period"/>.</param>
internal sealed record ActivityCounts(int Size, DateTimeOffset? First, DateTimeOffset? Last, int[] WeeklyCounts);
