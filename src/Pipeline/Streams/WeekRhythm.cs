namespace Pipeline.Streams;

/// <summary>How much of ordinary business falls into each hour of the week: 168 weights with the mean 1, from what was counted, smoothed by a week of even counts.</summary>
internal sealed class WeekRhythm
{
    /// <summary>The hours of a week.</summary>
    public const int Hours = 168;

    private readonly long[] _counts;
    private long _total;

    /// <summary>Begins, or goes on from counts.</summary>
    public WeekRhythm(IReadOnlyList<long>? counts = null)
    {
        _counts = counts is { Count: Hours } ? [.. counts] : new long[Hours];
        _total = _counts.Sum();
    }

    /// <summary>What was counted in each hour of the week.</summary>
    public IReadOnlyList<long> Counts => _counts;

    /// <summary>Counts.</summary>
    public void Add(long hour)
    {
        _counts[hour % Hours]++;
        _total++;
    }

    /// <summary>The weights of the hours after <paramref name="after"/> up to <paramref name="last"/> in sum: as many hours of ordinary business.</summary>
    public double Between(long after, long last)
    {
        double sum = Math.Max(0, last - after) / Hours * Hours;
        for (long hour = after + (long)sum + 1; hour <= last; hour++)
        {
            sum += Weight(hour);
        }

        return sum;
    }

    // Two counts an hour of prior: a young stream is taken for even, an old one for what it is.
    private double Weight(long hour) => (_counts[hour % Hours] + 2.0) / ((_total / (double)Hours) + 2.0);
}
