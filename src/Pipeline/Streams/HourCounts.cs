namespace Pipeline.Streams;

/// <summary>How often something happened in each hour of the last four weeks. Hours are numbered from 1970 in UTC.</summary>
internal sealed class HourCounts
{
    /// <summary>How many hours are remembered.</summary>
    public const int Remembered = 28 * 24;

    private readonly List<HourCount> _counts = [];

    /// <summary>Begins, or goes on from counts in the order of their hours.</summary>
    public HourCounts(IReadOnlyList<HourCount>? counts = null)
    {
        _counts = [.. counts ?? []];
        Total = _counts.Sum(c => c.Count);
    }

    /// <summary>The counts, in the order of their hours; hours in which nothing happened are left out.</summary>
    public IReadOnlyList<HourCount> All => _counts;

    /// <summary>The sum of all counts.</summary>
    public int Total { get; private set; }

    /// <summary>The number of the hour of a time.</summary>
    public static long Of(DateTimeOffset time) => time.ToUnixTimeSeconds() / 3600;

    /// <summary>Counts.</summary>
    public void Add(long hour, int count = 1)
    {
        int at = After(hour - 1);
        if (at < _counts.Count && _counts[at].Hour == hour)
        {
            _counts[at] = new HourCount(hour, _counts[at].Count + count);
        }
        else
        {
            _counts.Insert(at, new HourCount(hour, count));
        }

        Total += count;
    }

    /// <summary>Takes the counts of another in.</summary>
    public void Add(HourCounts other)
    {
        foreach (HourCount one in other._counts)
        {
            Add(one.Hour, one.Count);
        }
    }

    /// <summary>Forgets what is too long ago.</summary>
    /// <param name="now">The present hour.</param>
    public void Forget(long now)
    {
        int gone = After(now - Remembered);
        Total -= _counts.Take(gone).Sum(c => c.Count);
        _counts.RemoveRange(0, gone);
    }

    /// <summary>The count of the hours after one.</summary>
    public int Since(long after)
    {
        int sum = 0;
        for (int i = _counts.Count - 1; i >= 0 && _counts[i].Hour > after; i--)
        {
            sum += _counts[i].Count;
        }

        return sum;
    }

    // The place of the first hour after one; mostly the end.
    private int After(long hour)
    {
        int at = _counts.Count;
        while (at > 0 && _counts[at - 1].Hour > hour)
        {
            at--;
        }

        return at;
    }
}

/// <summary>What was counted in an hour.</summary>
/// <param name="Hour">The hour's number from 1970.</param>
/// <param name="Count">How often.</param>
internal readonly record struct HourCount(long Hour, int Count);
