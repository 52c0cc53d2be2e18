using Pipeline.Clustering;

namespace Pipeline.Streams;

/// <summary>
/// What the entries of a stream's log make of it: the clustering features, the items that are kept, the clusters as people see them, and the events. The same entries make the same state, to the bit.
/// Not safe for use by many threads.
/// </summary>
internal sealed class StreamState
{
    private const int FewestIds = 100_000;
    private readonly Queue<KeptItem> _kept = new();
    private readonly KnownIds _ids;
    private readonly SortedDictionary<long, StreamCluster> _clusters = [];
    private readonly List<StreamConfigVersion> _configs;
    private readonly ProblemStorms _storms;
    private Birch? _birch;

    /// <summary>Begins a stream without entries.</summary>
    /// <param name="config">The configuration until another comes into force.</param>
    public StreamState(StreamConfigVersion config)
    {
        _configs = [config];
        _ids = new KnownIds();
        _storms = new ProblemStorms();
        Ledger = new EventLedger();
    }

    /// <summary>Goes on from what was saved.</summary>
    /// <exception cref="InvalidDataException">The parts do not fit together.</exception>
    public StreamState(StreamStateData data, Birch? birch)
    {
        _configs = [.. data.Configs];
        _ids = new KnownIds(data.Ids);
        _storms = new ProblemStorms(data.Storms);
        Ledger = new EventLedger(data.Events);
        _birch = birch;
        birch?.Gone = Forget;
        (Sequence, Start, Now, Items, TooOld) = (data.Sequence, data.Start, data.Now, data.Items, data.TooOld);
        foreach (ClusterData cluster in data.Clusters)
        {
            _clusters.Add(cluster.Id, new StreamCluster(cluster));
        }

        foreach (KeptItem item in data.Kept)
        {
            _kept.Enqueue(item);
            if (item.Cluster >= 0)
            {
                _clusters[item.Cluster].Keep(item);
            }
        }
    }

    /// <summary>The number of the last entry.</summary>
    public long Sequence { get; private set; }

    /// <summary>The time of the earliest item that was clustered, in UTC; null before the first.</summary>
    public DateTimeOffset? Start { get; private set; }

    /// <summary>The hour of the earliest item that was clustered or counted: since then it is known what did not come. Null before the first.</summary>
    public long? Watched => Start is DateTimeOffset start ? Math.Min(HourCounts.Of(start), _storms.Start ?? long.MaxValue) : _storms.Start;

    /// <summary>The time of the newest item, in UTC; null before the first. It is the stream's clock.</summary>
    public DateTimeOffset? Now { get; private set; }

    /// <summary>How many items there have been.</summary>
    public long Items { get; private set; }

    /// <summary>How many of them were older than items are kept when they came, and were not clustered.</summary>
    public long TooOld { get; private set; }

    /// <summary>The configurations, the one in force last.</summary>
    public IReadOnlyList<StreamConfigVersion> Configs => _configs;

    /// <summary>The configuration in force.</summary>
    public StreamConfig Config => _configs[^1].Config;

    /// <summary>The number of coordinates of an embedding; null before the first item.</summary>
    public int? Dimensions => _birch?.Dimensions;

    /// <summary>The items that are kept, in the order in which they came.</summary>
    public IReadOnlyCollection<KeptItem> Kept => _kept;

    /// <summary>The events.</summary>
    public EventLedger Ledger { get; }

    /// <summary>The clustering features; null before the first item.</summary>
    public Birch? Features => _birch;

    /// <summary>The clusters to which something has come within the expiry, in the order of their ids.</summary>
    public IEnumerable<StreamCluster> Active => _clusters.Values.Where(c => Now - c.LastSeen <= Expiry);

    /// <summary>How many clusters there are, those that are not shown any more among them.</summary>
    public int ClusterCount => _clusters.Count;

    /// <summary>A cluster; null where there is none of this id.</summary>
    public StreamCluster? Find(long cluster) => _clusters.GetValueOrDefault(cluster);

    private TimeSpan Expiry => TimeSpan.FromHours(Config.ExpiryHours);

    /// <summary>Whether an item of this id has come of late: among as many items as twice those that are kept, at least 100,000.</summary>
    public bool Knows(string id) => _ids.Contains(id);

    /// <summary>Takes an entry in, which is no restoration.</summary>
    public void Apply(StreamEntry entry)
    {
        if (entry.Item is StreamItem item)
        {
            Take(entry.Sequence, item);
        }
        else if (entry.Config is StreamConfigVersion config)
        {
            _configs.Add(config);
            _birch?.Reconfigure(config.Config.Birch);
            Evict();
        }
        else
        {
            foreach (ProblemTally tally in entry.Tallies ?? [])
            {
                _storms.Count(tally, Config, Ledger);
            }
        }

        Sequence = entry.Sequence;
    }

    /// <summary>Takes the place of another state of the same stream, to which this one was restored: numbers that were given out are not given again, so that who follows the events by their numbers misses none.</summary>
    /// <param name="present">The state until now.</param>
    /// <param name="sequence">The number of the entry that restores.</param>
    /// <returns>This state.</returns>
    public StreamState GoOnFrom(StreamState present, long sequence)
    {
        Ledger.GoOnFrom(present.Ledger);
        Sequence = sequence;
        return this;
    }

    /// <summary>All of it but the clustering features.</summary>
    public StreamStateData Data() => new(
        Sequence, [.. _configs], Start, Now, Items, TooOld, [.. _kept.Select(k => k with { })], [.. _clusters.Values.Select(c => c.Data())], _ids.Data, _storms.Data, Ledger.Data);

    private void Take(long sequence, StreamItem item)
    {
        Items++;
        _ids.Add(item.Id, Math.Max(FewestIds, 2 * Config.MaximumItems));
        Now = Now > item.Time ? Now : item.Time;
        if (item.Time < Now - Expiry)
        {
            TooOld++;
            return;
        }

        Start = Start < item.Time ? Start : item.Time;
        if (_birch is null)
        {
            _birch = new Birch(item.Embedding.Length, Config.Birch) { Gone = Forget };
        }

        KeptItem kept = new(sequence, item.Id, item.Text, item.Time, item.Attributes, item.Known) { Cluster = _birch.Insert(item.Embedding, time: Hours(item.Time)) };
        _kept.Enqueue(kept);
        Evict();
        if (kept.Cluster >= 0)
        {
            Join(kept);
        }

        Ledger.Fade(Now.Value, Expiry);
    }

    private void Join(KeptItem item)
    {
        if (!_clusters.TryGetValue(item.Cluster, out StreamCluster? cluster))
        {
            _clusters.Add(item.Cluster, cluster = new StreamCluster(item.Cluster, item.Time));
        }

        cluster.Add(item, Now!.Value);
        if (Ledger.Lasting(item.Cluster, null) is StreamEvent lasting)
        {
            Ledger.Grow(lasting, item.Time, cluster.Centers);
        }
        else if (EmergingProblem.Test(cluster, this) is StreamEvent begun)
        {
            Ledger.Begin(begun);
        }
    }

    // The oldest item that is kept is the oldest of its cluster.
    private void Evict()
    {
        while (_kept.TryPeek(out KeptItem? oldest) && (_kept.Count > Config.MaximumItems || oldest.Time < Now - Expiry))
        {
            _kept.Dequeue();
            if (_clusters.TryGetValue(oldest.Cluster, out StreamCluster? cluster) && cluster.Members.TryPeek(out KeptItem? member) && ReferenceEquals(member, oldest))
            {
                cluster.Drop();
            }
        }
    }

    private void Forget(BirchGone gone)
    {
        if (!_clusters.Remove(gone.Id, out StreamCluster? cluster))
        {
            return;
        }

        foreach (KeptItem item in cluster.Members)
        {
            item.Cluster = gone.Into ?? -1;
        }

        if (gone.Into is not long into)
        {
            return;
        }

        if (!_clusters.TryGetValue(into, out StreamCluster? other))
        {
            _clusters.Add(into, other = new StreamCluster(into, cluster.FirstSeen));
        }

        other.Take(cluster);
        Ledger.Join(gone.Id, into);
    }

    private static double Hours(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / (double)TimeSpan.TicksPerHour;
}

/// <summary>An item that is kept.</summary>
/// <param name="Sequence">The number of its entry.</param>
/// <param name="Id">What its sender calls it.</param>
/// <param name="Text">Its masked text.</param>
/// <param name="Time">When it occurred, in UTC.</param>
/// <param name="Attributes">Further words about it.</param>
/// <param name="Known">The known problem that it is most like; null for none.</param>
internal sealed record KeptItem(long Sequence, string Id, string Text, DateTimeOffset Time, IReadOnlyDictionary<string, string> Attributes, int? Known)
{
    /// <summary>The cluster that it is in; -1 for none any more.</summary>
    public long Cluster { get; set; } = -1;
}

/// <summary>All that a state knows but its clustering features.</summary>
internal sealed record StreamStateData(
    long Sequence,
    IReadOnlyList<StreamConfigVersion> Configs,
    DateTimeOffset? Start,
    DateTimeOffset? Now,
    long Items,
    long TooOld,
    IReadOnlyList<KeptItem> Kept,
    IReadOnlyList<ClusterData> Clusters,
    byte[] Ids,
    ProblemStormsData Storms,
    EventLedgerData Events);
