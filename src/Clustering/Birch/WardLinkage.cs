namespace Pipeline.Clustering;

/// <summary>
/// Agglomeration of weighted points by the least growth of the sum of squared deviations (Ward 1963). Chains of nearest neighbours
/// (Murtagh 1983) find the same merges as the greedy method in O(m^2 d) time and O(m d) memory; of equals the lowest number wins.
/// </summary>
internal sealed class WardLinkage
{
    private const int ReportEvery = 64;
    private readonly int _dimensions;
    private readonly double[] _means;
    private readonly double[] _weights;
    private readonly int[] _active;
    private int _left;

    private WardLinkage(float[] points, double[] weights, int dimensions)
    {
        _dimensions = dimensions;
        _means = Array.ConvertAll(points, value => (double)value);
        _weights = [.. weights];
        _active = [.. Enumerable.Range(0, weights.Length)];
        _left = weights.Length;
    }

    /// <summary>Joins points to a number of clusters.</summary>
    /// <param name="points">m x d, row-major.</param>
    /// <param name="weights">m weights above 0.</param>
    /// <param name="dimensions">d.</param>
    /// <param name="clusters">At least 1.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    /// <returns>Per point, its cluster, numbered from 0 by the first point in it.</returns>
    public static int[] Cut(float[] points, double[] weights, int dimensions, int clusters, IProgress<double>? progress, CancellationToken ct)
    {
        List<(double Growth, int Low, int High)> merges = new WardLinkage(points, weights, dimensions).Merge(progress, ct);
        DisjointSet sets = new(weights.Length);
        foreach ((_, int low, int high) in merges.OrderBy(merge => merge.Growth).Take(Math.Max(0, weights.Length - clusters)))
        {
            sets.Union(low, high);
        }

        int[] labels = new int[weights.Length];
        int[] numbers = new int[weights.Length];
        int next = 0;
        for (int point = 0; point < labels.Length; point++)
        {
            int root = sets.Find(point);
            numbers[point] = root == point ? next++ : 0;
            labels[point] = numbers[root];
        }

        return labels;
    }

    private List<(double Growth, int Low, int High)> Merge(IProgress<double>? progress, CancellationToken ct)
    {
        List<(double Growth, int Low, int High)> merges = [];
        List<int> chain = [];
        while (_left > 1)
        {
            ct.ThrowIfCancellationRequested();
            if (chain.Count == 0)
            {
                chain.Add(_active[0]);
            }

            (int nearest, double growth) = Nearest(chain[^1], chain.Count > 1 ? chain[^2] : -1);
            if (chain.Count == 1 || nearest != chain[^2])
            {
                chain.Add(nearest);
                continue;
            }

            int low = Math.Min(chain[^1], nearest), high = Math.Max(chain[^1], nearest);
            chain.RemoveRange(chain.Count - 2, 2);
            merges.Add((growth, low, high));
            Join(low, high);
            if (merges.Count % ReportEvery == 0)
            {
                progress.Pass((double)merges.Count / _weights.Length, ct);
            }
        }

        progress?.Report(1);
        return merges;
    }

    /// <summary>The cluster that a cluster grows least with; the one before it in the chain wins a tie, then the lowest number.</summary>
    private (int Cluster, double Growth) Nearest(int cluster, int before)
    {
        ReadOnlySpan<double> row = Mean(cluster);
        (int Cluster, double Growth) nearest = before < 0 ? (-1, double.PositiveInfinity) : (before, Growth(cluster, before, row));
        foreach (int other in _active.AsSpan(0, _left))
        {
            double growth = other == cluster ? double.PositiveInfinity : Growth(cluster, other, row);
            if (growth < nearest.Growth || (nearest.Cluster < 0 && other != cluster))
            {
                nearest = (other, growth);
            }
        }

        return nearest;
    }

    private double Growth(int a, int b, ReadOnlySpan<double> row) => Growth(_weights[a], _weights[b], RowDistance.Squared(row, Mean(b)));

    /// <summary>What joining two clusters adds to the sum of squared deviations: the same bits from either side, so that two clusters agree on how near they are.</summary>
    internal static double Growth(double weight, double other, double squared)
    {
        double light = Math.Min(weight, other), heavy = Math.Max(weight, other);
        return light * (heavy / (light + heavy)) * squared;
    }

    /// <summary>The lower number stands for both from now on.</summary>
    private void Join(int low, int high)
    {
        double share = _weights[high] / (_weights[low] + _weights[high]);
        Span<double> into = Mean(low), from = Mean(high);
        for (int t = 0; t < into.Length; t++)
        {
            into[t] += (from[t] - into[t]) * share;
        }

        _weights[low] += _weights[high];
        int at = Array.BinarySearch(_active, 0, _left, high);
        _active.AsSpan(at + 1, _left - at - 1).CopyTo(_active.AsSpan(at));
        _left--;
    }

    private Span<double> Mean(int cluster) => _means.AsSpan(cluster * _dimensions, _dimensions);
}
