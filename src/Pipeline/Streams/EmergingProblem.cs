namespace Pipeline.Streams;

/// <summary>
/// When a cluster is an emerging problem: it is dense (as the stream's threshold says), large enough, most of its items came after the training, and it grows faster than its own past explains
/// (<see cref="ArrivalTest"/>, in the last six hours, day, three days, week and two weeks).
/// </summary>
internal static class EmergingProblem
{
    private const double LargestKnownShare = 0.5;
    private const int ExampleCount = 3;
    private static readonly int[] Windows = [6, 24, 72, 168, 336];

    /// <summary>The event that a cluster begins with its newest item; null where it is none.</summary>
    public static StreamEvent? Test(StreamCluster cluster, StreamState state)
    {
        StreamConfig config = state.Config;
        if (config.EmergingItems == 0 || cluster.Members.Count < config.EmergingItems || IsKnown(cluster))
        {
            return null;
        }

        long now = HourCounts.Of(state.Now!.Value), start = Math.Max(state.Watched!.Value - 1, now - HourCounts.Remembered);
        double level = ArrivalTest.Level(config.FalseAlarmsPerYear, state.ClusterCount, Windows.Length);
        foreach (int window in Windows)
        {
            int count = cluster.Hours.Since(now - window), past = cluster.Hours.Total - count;
            double pastHours = now - window - start;

            // The first item founds the cluster, and so tells nothing of its rate.
            double chance = count < config.EmergingItems ? 1 : ArrivalTest.Tail(past == 0 ? count - 1 : count, window, past, pastHours);
            if (chance < level)
            {
                return Event(cluster, state, count, window, past / pastHours, chance);
            }
        }

        return null;
    }

    // What explains most of its items explains the cluster: a problem, or that the training saw them.
    private static bool IsKnown(StreamCluster cluster) => cluster.MostKnown > LargestKnownShare * cluster.Members.Count;

    private static StreamEvent Event(StreamCluster cluster, StreamState state, int count, int window, double rateBefore, double chance) => new()
    {
        Id = "",
        Kind = StreamEventKind.Emerging,
        Cluster = cluster.Id,
        Label = ClusterLabels.Of([ClusterLabels.TextsOf(cluster)], ClusterLabels.OthersOf(state))[0],
        Examples = [.. cluster.Members.Select(m => m.Text).Distinct(StringComparer.Ordinal).Take(ExampleCount)],
        FirstSeen = cluster.FirstSeen,
        LastSeen = cluster.LastSeen,
        NoticedAt = state.Now!.Value,
        NoticedItems = count,
        Items = cluster.Members.Count,
        Rate = (double)count / window,
        RateBefore = rateBefore,
        Chance = chance,
        Centers = cluster.Centers,
    };
}
