namespace Pipeline.Measures;

/// <summary>
/// The quantiles of many values in little memory: up to 4,096 are kept, and when there are more, every second of them and from then on every second, fourth and so on that comes.
/// Count and maximum are exact. Not safe for use by several threads.
/// </summary>
public sealed class ValueSample
{
    private const int Most = 4_096;

    private readonly List<double> _kept = [];
    private long _stride = 1;
    private double _max = double.NegativeInfinity;

    /// <summary>Values seen.</summary>
    public long Count { get; private set; }

    /// <summary>The largest value seen; NaN where there is none.</summary>
    public double Max => Count == 0 ? double.NaN : _max;

    /// <summary>Takes a value in.</summary>
    public void Add(double value)
    {
        if (Count % _stride == 0)
        {
            _kept.Add(value);
        }

        Count++;
        _max = Math.Max(_max, value);
        if (_kept.Count < Most)
        {
            return;
        }

        for (int i = 0; 2 * i < Most; i++)
        {
            _kept[i] = _kept[2 * i];
        }

        _kept.RemoveRange(Most / 2, Most - (Most / 2));
        _stride *= 2;
    }

    /// <summary>The value that a part of all is not above: the nearest rank.</summary>
    /// <param name="part">The part, 0 to 1.</param>
    /// <returns>The quantile; NaN where there is no value.</returns>
    public double Quantile(double part)
    {
        if (_kept.Count == 0)
        {
            return double.NaN;
        }

        double[] ordered = [.. _kept.Order()];
        return ordered[Math.Clamp((int)Math.Ceiling(part * ordered.Length) - 1, 0, ordered.Length - 1)];
    }
}
