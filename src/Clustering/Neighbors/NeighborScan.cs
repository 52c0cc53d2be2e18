using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest neighbours of new points in many dimensions: a lower bound from coded rows chooses the candidates, double precision measures them.
/// All threads share one query. Memory: a quarter of the points once more.
/// </summary>
internal sealed class NeighborScan
{
    private const int GroupSize = 32;
    private const int PointBlock = 256;
    private const int RangesPerThread = 4;
    private readonly PointSet _points;
    private readonly QuantizedRows _coded;

    private NeighborScan(PointSet points, QuantizedRows coded)
    {
        _points = points;
        _coded = coded;
    }

    /// <summary>Prepares searches; null where there are too many numbers for one array. O(n d).</summary>
    public static NeighborScan? Create(PointSet points, int? threads = null, CancellationToken ct = default) =>
        QuantizedRows.Suits(points) ? new NeighborScan(points, QuantizedRows.Create(points, threads ?? Environment.ProcessorCount, ct)) : null;

    /// <summary>The <paramref name="k"/> nearest points of each query; the lowest index wins a tie. O(q n d) time, O(q k) memory.</summary>
    /// <param name="queries">Other points of the same metric.</param>
    /// <param name="k">The number of neighbours, 1 to the number of points.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    public NeighborLists Search(PointSet queries, int k, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NeighborLists lists = new(k, new int[queries.Count * k], new double[queries.Count * k]);
        _ = NearestList.Start(lists.Indices, lists.Distances);
        Lock gate = new();
        int groups = (queries.Count + GroupSize - 1) / GroupSize, done = 0;
        int ranges = groups >= RangesPerThread * threads ? 1 : Math.Max(1, Math.Min(RangesPerThread * threads, _points.Count / PointBlock));
        ParallelBlocks.Run(groups * ranges, threads, () => new Workspace(_points.Dimensions, _coded.Stride, k), (item, own) =>
        {
            int first = item / ranges * GroupSize, count = Math.Min(GroupSize, queries.Count - first), range = item % ranges;
            int from = (int)((long)_points.Count * range / ranges), to = (int)((long)_points.Count * (range + 1) / ranges);
            own.Start(_coded, queries, first, count);
            for (int start = from; start < to; start += PointBlock)
            {
                ct.ThrowIfCancellationRequested();
                for (int i = 0; i < count; i++)
                {
                    Scan(queries, first + i, start, Math.Min(to, start + PointBlock), own, i);
                }
            }

            lock (gate)
            {
                Merge(own.Lists, lists, first, count);
            }

            progress?.Report((double)Interlocked.Increment(ref done) / ((long)groups * ranges));
        }, ct);
        foreach (ref double distance in lists.Distances.AsSpan())
        {
            distance = _points.ToDistance(distance);
        }

        return lists;
    }

    private static void Merge(NeighborLists from, NeighborLists into, int first, int count)
    {
        for (int i = 0; i < count; i++)
        {
            int at = (first + i) * into.Count;
            NearestList nearest = NearestList.Resume(into.Indices.AsSpan(at, into.Count), into.Distances.AsSpan(at, into.Count));
            for (int j = 0; j < from.Count && from.IndicesOf(i)[j] >= 0; j++)
            {
                nearest.OfferOrdered(from.IndicesOf(i)[j], from.DistancesOf(i)[j]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Scan(PointSet queries, int query, int from, int to, Workspace own, int place)
    {
        NearestList nearest = own.ListOf(place);
        ReadOnlySpan<float> padded = own.Padded.AsSpan(place * _coded.Stride, _coded.Stride);
        float reach = own.Reach(place, nearest.Limit);
        int at = from;
        for (; at + 4 <= to; at += 4)
        {
            uint near = _coded.Near(padded, at, reach);
            for (int i = 0; near != 0; near >>= 1, i++)
            {
                if ((near & 1) != 0)
                {
                    nearest.Offer(at + i, _points.Squared(at + i, queries, query));
                    reach = own.Reach(place, nearest.Limit);
                }
            }
        }

        for (; at < to; at++)
        {
            nearest.Offer(at, _points.Squared(at, queries, query));
        }
    }

    private sealed class Workspace(int dimensions, int stride, int k)
    {
        private readonly double[] _row = new double[dimensions];
        private readonly double[] _errors = new double[GroupSize];

        public NeighborLists Lists { get; } = new(k, new int[GroupSize * k], new double[GroupSize * k]);

        public float[] Padded { get; } = new float[GroupSize * stride];

        public void Start(QuantizedRows coded, PointSet queries, int first, int count)
        {
            _ = NearestList.Start(Lists.Indices, Lists.Distances);
            for (int i = 0; i < count; i++)
            {
                _errors[i] = coded.Centre(queries, first + i, _row, Padded.AsSpan(i * stride, stride));
            }
        }

        public NearestList ListOf(int place) => NearestList.Resume(Lists.Indices.AsSpan(place * k, k), Lists.Distances.AsSpan(place * k, k));

        public float Reach(int place, double squared) => MathF.BitIncrement((float)(Math.Sqrt(squared) + _errors[place]));
    }
}
