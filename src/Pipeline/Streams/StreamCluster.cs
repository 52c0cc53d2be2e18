namespace Pipeline.Streams;

/// <summary>A cluster as people see it.</summary>
internal sealed class StreamCluster
{
    /// <summary>The attribute with the tech center.</summary>
    public const string CenterAttribute = "techCenter";

    private const int MostCenters = 10;
    private readonly Dictionary<int, int> _known = [];
    private readonly Dictionary<string, int> _centers = new(StringComparer.Ordinal);

    /// <summary>Begins a cluster.</summary>
    public StreamCluster(long id, DateTimeOffset firstSeen)
    {
        Id = id;
        FirstSeen = LastSeen = firstSeen;
    }

    /// <summary>Goes on from what was saved; its members are added by the caller.</summary>
    public StreamCluster(ClusterData data)
    {
        (Id, Size, FirstSeen, LastSeen) = (data.Id, data.Size, data.FirstSeen, data.LastSeen);
        Hours = new HourCounts(data.Hours);
    }

    /// <summary>What it is known by.</summary>
    public long Id { get; }

    /// <summary>How many items it has had.</summary>
    public long Size { get; private set; }

    /// <summary>The time of its earliest item.</summary>
    public DateTimeOffset FirstSeen { get; private set; }

    /// <summary>The time of its newest item.</summary>
    public DateTimeOffset LastSeen { get; private set; }

    /// <summary>When its items occurred.</summary>
    public HourCounts Hours { get; } = new();

    /// <summary>Those of its items that are kept, in the order in which they came.</summary>
    public Queue<KeptItem> Members { get; private set; } = new();

    /// <summary>How many of its members are explained by the same that explains most.</summary>
    public int MostKnown => _known.Count == 0 ? 0 : _known.Values.Max();

    /// <summary>The tech centers that its members name, those with the most first.</summary>
    public IReadOnlyList<string> Centers => [.. _centers.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal).Take(MostCenters).Select(c => c.Key)];

    /// <summary>All but its members.</summary>
    public ClusterData Data() => new(Id, Size, FirstSeen, LastSeen, [.. Hours.All]);

    /// <summary>Takes an item in.</summary>
    public void Add(KeptItem item, DateTimeOffset now)
    {
        Size++;
        FirstSeen = item.Time < FirstSeen ? item.Time : FirstSeen;
        LastSeen = item.Time > LastSeen ? item.Time : LastSeen;
        Keep(item);
        Hours.Add(HourCounts.Of(item.Time));
        Hours.Forget(HourCounts.Of(now));
    }

    /// <summary>Takes another cluster in.</summary>
    public void Take(StreamCluster other)
    {
        Size += other.Size;
        FirstSeen = other.FirstSeen < FirstSeen ? other.FirstSeen : FirstSeen;
        LastSeen = other.LastSeen > LastSeen ? other.LastSeen : LastSeen;
        Members = new Queue<KeptItem>(Members.Concat(other.Members).OrderBy(m => m.Sequence));
        foreach (KeptItem item in other.Members)
        {
            Note(item, 1);
        }

        Hours.Add(other.Hours);
    }

    /// <summary>Adds an item to its members.</summary>
    public void Keep(KeptItem item)
    {
        Members.Enqueue(item);
        Note(item, 1);
    }

    /// <summary>Drops its oldest member.</summary>
    public void Drop() => Note(Members.Dequeue(), -1);

    private void Note(KeptItem item, int by)
    {
        if (item.Known is int known)
        {
            Change(_known, known, by);
        }

        if (item.Attributes.TryGetValue(CenterAttribute, out string? center))
        {
            Change(_centers, center, by);
        }
    }

    private static void Change<T>(Dictionary<T, int> counts, T key, int by)
        where T : notnull
    {
        counts[key] = counts.GetValueOrDefault(key) + by;
        if (counts[key] == 0)
        {
            counts.Remove(key);
        }
    }
}

/// <summary>What is saved of a cluster beside its members.</summary>
internal sealed record ClusterData(long Id, long Size, DateTimeOffset FirstSeen, DateTimeOffset LastSeen, IReadOnlyList<HourCount> Hours);
