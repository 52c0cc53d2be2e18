using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest neighbours of new points in many dimensions: single precision with a rigorous bound chooses the candidates, double precision
/// measures them. Reads the points as they were given, so it needs no memory beside the lists; one query is shared by all threads.
/// </summary>
internal sealed class NeighborScan
{
    private const double Unit = 1.0 / (1 << 24);
    private const double Underflow = 1e-30;
    private const double LargestScale = 1e12;
    private const int GroupSize = 32;
    private const int PointBlock = 64;
    private const int RangesPerThread = 4;
    private readonly PointSet _points;
    private readonly double _error;

    private NeighborScan(PointSet points)
    {
        _points = points;
        _error = (points.Dimensions + 32) * Unit;
    }

    /// <summary>Prepares searches; null where the rows' lengths under the cosine metric are too extreme for single precision. O(n).</summary>
    public static NeighborScan? Create(PointSet points)
    {
        for (int i = 0; points.IsScaled && i < points.Count; i++)
        {
            if (!Suits(points, i))
            {
                return null;
            }
        }

        return new NeighborScan(points);
    }

    /// <summary>The <paramref name="k"/> nearest points of each query; the lowest index wins a tie. O(q n d) time, O(q k) memory.</summary>
    /// <param name="queries">Other points of the same metric.</param>
    /// <param name="k">The number of neighbours, 1 to the number of points.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="ct">Stops the search.</param>
    public NeighborLists Search(PointSet queries, int k, int threads, CancellationToken ct)
    {
        NeighborLists lists = new(k, new int[queries.Count * k], new double[queries.Count * k]);
        _ = NearestList.Start(lists.Indices, lists.Distances);
        Lock gate = new();
        int groups = (queries.Count + GroupSize - 1) / GroupSize;
        int ranges = groups >= RangesPerThread * threads ? 1 : Math.Max(1, Math.Min(RangesPerThread * threads, _points.Count / PointBlock));
        Blocks.Run(groups * ranges, threads, () => new NeighborLists(k, new int[GroupSize * k], new double[GroupSize * k]), (item, own) =>
        {
            int first = item / ranges * GroupSize, count = Math.Min(GroupSize, queries.Count - first), range = item % ranges;
            int from = (int)((long)_points.Count * range / ranges), to = (int)((long)_points.Count * (range + 1) / ranges);
            _ = NearestList.Start(own.Indices, own.Distances);
            for (int start = from; start < to; start += PointBlock)
            {
                ct.ThrowIfCancellationRequested();
                for (int i = 0; i < count; i++)
                {
                    Scan(queries, first + i, start, Math.Min(to, start + PointBlock), NearestList.Resume(own.Indices.AsSpan(i * k, k), own.Distances.AsSpan(i * k, k)));
                }
            }

            lock (gate)
            {
                Merge(own, lists, first, count);
            }
        }, ct);
        foreach (ref double distance in lists.Distances.AsSpan())
        {
            distance = _points.ToDistance(distance);
        }

        return lists;
    }

    private static bool Suits(PointSet points, int point) => points.ScaleOf(point) is > 1 / LargestScale and < LargestScale;

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
    private void Scan(PointSet queries, int query, int from, int to, NearestList nearest)
    {
        int d = _points.Dimensions, at = from;
        bool screened = Suits(queries, query);
        ReadOnlySpan<float> row = queries.Given(query);
        for (; screened && at + 4 <= to; at += 4)
        {
            uint near = _points.IsScaled
                ? NearByProduct(ScreenKernel.Products(row, _points.Given(at, 4)), queries.ScaleOf(query), at, nearest.Limit)
                : NearBySquare(ScreenKernel.Squares(row, _points.Given(at, 4)), nearest.Limit);
            for (int i = 0; near != 0; near >>= 1, i++)
            {
                if ((near & 1) != 0)
                {
                    nearest.Offer(at + i, _points.Squared(at + i, queries, query));
                }
            }
        }

        for (; at < to; at++)
        {
            nearest.Offer(at, _points.Squared(at, queries, query));
        }
    }

    /// <summary>A bit for each of four that the bound does not exclude; what is not a number or infinite stays in.</summary>
    private uint NearBySquare(Vector128<float> squares, double limit)
    {
        float threshold = MathF.BitIncrement((float)((limit + Underflow) * (1 + 2 * _error)));
        Vector128<float> beyond = Vector128.GreaterThan(squares, Vector128.Create(threshold)) & Vector128.LessThanOrEqual(squares, Vector128.Create(float.MaxValue));
        return ~beyond.ExtractMostSignificantBits() & 0xF;
    }

    /// <summary>The same for unit rows, whose squared distance is 2 less twice their product.</summary>
    private uint NearByProduct(Vector128<float> products, double scale, int first, double limit)
    {
        double least = 1 - (limit / 2) - (2 * _error);
        uint near = 0;
        for (int i = 0; i < 4; i++)
        {
            double product = products[i] * scale * _points.ScaleOf(first + i);
            near |= product < least && double.IsFinite(product) ? 0 : 1u << i;
        }

        return near;
    }
}
