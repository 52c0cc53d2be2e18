namespace Pipeline.LocalHost.Hosting.Metrics;

/// <summary>The state of one instrument for one set of tags.</summary>
/// <param name="tags">The tags, in the order of their names.</param>
/// <param name="bounds">The upper bounds of a histogram's buckets, rising; empty for other instruments.</param>
internal sealed class MetricSeries(KeyValuePair<string, string>[] tags, IReadOnlyList<double> bounds)
{
    private readonly long[] _buckets = new long[bounds.Count];

    /// <summary>The tags, in the order of their names.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = tags;

    /// <summary>The sum of a counter or histogram, the last value of a gauge.</summary>
    public double Value { get; private set; }

    /// <summary>How many values a histogram has.</summary>
    public long Count { get; private set; }

    /// <summary>Adds to a counter.</summary>
    public void Add(double value) => Value += value;

    /// <summary>Sets a gauge.</summary>
    public void Set(double value) => Value = value;

    /// <summary>Adds a value to a histogram.</summary>
    public void Record(double value)
    {
        Value += value;
        Count++;
        for (int i = 0; i < _buckets.Length; i++)
        {
            if (value <= bounds[i])
            {
                _buckets[i]++;
            }
        }
    }

    /// <summary>How many values of a histogram are at most each bound.</summary>
    public IEnumerable<(double Bound, long Count)> Buckets() => bounds.Zip(_buckets);
}
