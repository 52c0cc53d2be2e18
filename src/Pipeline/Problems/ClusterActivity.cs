using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>How many incidents of one tech center were assigned to each cluster, week by week.</summary>
internal sealed class ClusterActivity
{
    private readonly Dictionary<int, Tally> _tallies = [];

    private ClusterActivity()
    {
    }

    /// <summary>The weeks that are counted.</summary>
    public TrendPeriod Period { get; private set; } = TrendPeriod.Empty;

    /// <summary>Counts the predictions of a tech center. Memory grows with clusters and hours, not with incidents.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<ClusterActivity> ReadAsync(IPredictions predictions, string techCenter, TrainingWindow? window, TimeProvider clock, CancellationToken cancellationToken)
    {
        ClusterActivity activity = new();
        await foreach (PredictedIncident row in predictions.ReadPredictedAsync(techCenter, cancellationToken))
        {
            if (!activity._tallies.TryGetValue(row.Prediction.ClusterId, out Tally? tally))
            {
                activity._tallies.Add(row.Prediction.ClusterId, tally = new Tally());
            }

            tally.Add(row.CreatedOn);
        }

        activity.Period = TrendPeriod.Of(activity._tallies.Values.SelectMany(t => t.Hours.Select(h => (h.Key, (long)h.Value))), window, clock);
        return activity;
    }

    /// <summary>Incidents of a cluster.</summary>
    public int Size(int id) => _tallies.TryGetValue(id, out Tally? tally) ? tally.Size : 0;

    /// <summary>The dates of a cluster's first and last incident, in UTC; null where none has a date.</summary>
    public (DateTimeOffset? First, DateTimeOffset? Last) Seen(int id) => _tallies.TryGetValue(id, out Tally? tally) ? (tally.First, tally.Last) : (null, null);

    /// <summary>Incidents of a cluster in each week of <see cref="Period"/>.</summary>
    public int[] WeeklyCounts(int id)
    {
        int[] counts = new int[Period.Weeks.Count];
        if (_tallies.TryGetValue(id, out Tally? tally))
        {
            Count(tally, counts);
        }

        return counts;
    }

    /// <summary>The trends of clusters, told together.</summary>
    public IReadOnlyList<ProblemTrend> Trends(IEnumerable<int> ids)
    {
        int[] volume = new int[Period.Weeks.Count];
        foreach (Tally tally in _tallies.Values)
        {
            Count(tally, volume);
        }

        return ProblemTrends.Of(Period, volume, [.. ids.Select(WeeklyCounts)]);
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
