using Pipeline.Classification;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>How many incidents of one tech center were assigned to each cluster, week by week.</summary>
internal sealed class ClusterActivity
{
    private readonly Dictionary<int, Tally> _tallies = [];

    private ClusterActivity()
    {
    }

    /// <summary>The Mondays from the first to the last incident, without gaps; empty where there are no dates.</summary>
    public IReadOnlyList<DateOnly> Weeks { get; private set; } = [];

    /// <summary>Counts the predictions of a tech center. Memory grows with clusters and days, not with incidents.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<ClusterActivity> ReadAsync(IPredictions predictions, string techCenter, CancellationToken cancellationToken)
    {
        ClusterActivity activity = new();
        DateTimeOffset? first = null;
        DateTimeOffset? last = null;
        await foreach (PredictedIncident row in predictions.ReadPredictedAsync(techCenter, cancellationToken))
        {
            if (!activity._tallies.TryGetValue(row.Prediction.ClusterId, out Tally? tally))
            {
                activity._tallies.Add(row.Prediction.ClusterId, tally = new Tally());
            }

            tally.Add(row.CreatedOn);
            first = row.CreatedOn < first || first is null ? row.CreatedOn ?? first : first;
            last = row.CreatedOn > last || last is null ? row.CreatedOn ?? last : last;
        }

        activity.Weeks = WeeklyTrend.Weeks(first, last);
        return activity;
    }

    /// <summary>Incidents of a cluster.</summary>
    public int Size(int id) => _tallies.TryGetValue(id, out Tally? tally) ? tally.Size : 0;

    /// <summary>The dates of a cluster's first and last incident, in UTC; null where none has a date.</summary>
    public (DateTimeOffset? First, DateTimeOffset? Last) Seen(int id) => _tallies.TryGetValue(id, out Tally? tally) ? (tally.First, tally.Last) : (null, null);

    /// <summary>Incidents of a cluster in each of <see cref="Weeks"/>.</summary>
    public int[] WeeklyCounts(int id)
    {
        int[] counts = new int[Weeks.Count];
        if (_tallies.TryGetValue(id, out Tally? tally))
        {
            foreach ((DateOnly day, int count) in tally.Days)
            {
                counts[WeeklyTrend.IndexOf(Weeks, new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero))] += count;
            }
        }

        return counts;
    }

    private sealed class Tally
    {
        public Dictionary<DateOnly, int> Days { get; } = [];

        public int Size { get; private set; }

        public DateTimeOffset? First { get; private set; }

        public DateTimeOffset? Last { get; private set; }

        public void Add(DateTimeOffset? created)
        {
            Size++;
            if (created is DateTimeOffset instant)
            {
                DateOnly day = DateOnly.FromDateTime(instant.UtcDateTime);
                Days[day] = Days.GetValueOrDefault(day) + 1;
                First = First is null || instant < First ? instant : First;
                Last = Last is null || instant > Last ? instant : Last;
            }
        }
    }
}
