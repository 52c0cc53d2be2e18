using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Approximate nearest neighbours: from the leaves of random projection trees on, points that have a neighbour in common are compared, until hardly any
/// list changes (NN-descent: Dong, Moses, Li 2011, "Efficient k-nearest neighbor graph construction for generic similarity measures").
/// </summary>
/// <remarks>
/// A list holds the first of all candidates offered, so neither the threads nor their order have an influence on it. The candidates of a point are compared in
/// tiles of <see cref="PairKernel"/>. Distances are measured in double precision at the end.
/// </remarks>
internal sealed unsafe class NearestNeighborDescent
{
    private const int MostRounds = 12;

    private readonly int _count;
    private readonly DescentEffort _effort;
    private readonly int _seed;
    private readonly int _threads;
    private readonly CancellationToken _ct;
    private readonly DescentRows _rows;
    private readonly ContestedLists _lists;

    private NearestNeighborDescent(PointSet points, int k, DescentEffort effort, int seed, int threads, CancellationToken ct)
    {
        _count = points.Count;
        _effort = effort;
        _seed = seed;
        _threads = threads;
        _ct = ct;
        _rows = DescentRows.Of(points, threads, ct);
        _lists = new ContestedLists(_count, Math.Min(k + effort.Spare, _count - 1));
    }

    /// <summary>Lists <paramref name="k"/> near other points of every point. About O(n log n d) time, O(n (d + k)) memory.</summary>
    /// <param name="points">The points.</param>
    /// <param name="k">Neighbours to list, 1 to n - 1.</param>
    /// <param name="effort">How thorough the search is.</param>
    /// <param name="seed">Fixes the result.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    /// <returns>The lists: true distances of points that are near, but not always the nearest.</returns>
    public static NeighborLists Search(PointSet points, int k, DescentEffort effort, int seed, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NearestNeighborDescent search = new(points, k, effort, seed, threads, ct);
        List<ArraySegment<int>> leaves = ProjectionForest.Grow(search._rows, effort.Trees, Math.Max(effort.LeafSize, 2 * (search._lists.K + 1)), seed, threads, ct);
        progress?.Report(0.2);
        ParallelBlocks.Run(leaves.Count, threads, () => new Workspace(leaves.Max(part => part.Count)), (leaf, own) => search.Compare(leaves[leaf], leaves[leaf].Count, own), ct);
        progress?.Report(0.4);
        for (int round = 0; round < MostRounds; round++)
        {
            search.Join(round);
            progress?.Report(1 - (0.6 / (round + 2)));
            if (search._lists.Fresh.Count(fresh => fresh) <= effort.FewChanges * search._lists.Fresh.Length)
                break;
        }

        NeighborLists nearest = search.Measure(points, k);
        progress?.Report(1);
        return nearest;
    }

    /// <summary>Compares the points that have a neighbour in common of which one is new there.</summary>
    private void Join(int round)
    {
        JoinCandidates candidates = JoinCandidates.Choose(_lists, _effort.MostCandidates, CounterRandom.For(_seed, round, -3).Next(), _threads, _ct);
        ParallelBlocks.Run((_count + 63) / 64, _threads, () => new Workspace(2 * candidates.Most), (block, own) =>
        {
            for (int point = block * 64; point < Math.Min(_count, (block + 1) * 64); point++)
            {
                int fresh = candidates.CopyTo(point, own.Candidates, out int all);
                Compare(own.Candidates.AsSpan(0, all), fresh, own);
            }
        }, _ct);
    }

    /// <summary>Offers to each other the first <paramref name="fresh"/> points, and these and the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Compare(ReadOnlySpan<int> points, int fresh, Workspace own)
    {
        if (fresh == 0)
            return;
        own.Take(points, _rows.Squares, _lists);
        float* products = stackalloc float[PairKernel.Rows * PairKernel.Rows];
        fixed (int* taken = own.Points)
        {
            for (int i = 0; i < fresh; i += PairKernel.Rows)
            {
                for (int j = i; j < points.Length; j += PairKernel.Rows)
                {
                    _rows.Multiply(taken + i, taken + j, products);
                    for (int r = 0; r < Math.Min(PairKernel.Rows, fresh - i); r++)
                        Offer(i + r, j, products + (r * PairKernel.Rows), own);
                }
            }
        }
    }

    /// <summary>Offers to each other a point and four others, as far as they come after it and are near enough to either.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Offer(int row, int first, float* products, Workspace own)
    {
        Debug.Assert(row < own.Points.Length && first + PairKernel.Rows <= own.Points.Length, "The points are padded to whole tiles.");
        Vector128<float> squared = Vector128.Create(own.Squares[row]) + Vector128.LoadUnsafe(ref own.Squares[first]) - (Vector128.Create(2f) * Vector128.Load(products));
        Vector128<float> limits = Vector128.Max(Vector128.Create(own.Limits[row]), Vector128.LoadUnsafe(ref own.Limits[first]));
        uint near = Vector128.LessThanOrEqual(squared, limits).ExtractMostSignificantBits();
        for (; near != 0; near &= near - 1)
        {
            int other = first + BitOperations.TrailingZeroCount(near), p = own.Points[row], q = own.Points[other];
            if (other <= row || other >= own.Count || p == q)
                continue;
            float distance = Math.Max(0, squared.GetElement(other - first));
            own.Limits[row] = _lists.Offer(p, q, distance);
            own.Limits[other] = _lists.Offer(q, p, distance);
        }
    }

    /// <summary>Measures the candidates and keeps the first k.</summary>
    private NeighborLists Measure(PointSet points, int k)
    {
        NeighborLists nearest = new(k, new int[_count * k], new double[_count * k]);
        ParallelBlocks.Run((_count + 255) / 256, _threads, () => 0, (block, _) =>
        {
            for (int i = block * 256; i < Math.Min(_count, (block + 1) * 256); i++)
            {
                NearestList list = NearestList.Start(nearest.Indices.AsSpan(i * k, k), nearest.Distances.AsSpan(i * k, k));
                foreach (int candidate in _lists.Indices.AsSpan(i * _lists.K, _lists.K))
                {
                    if (candidate >= 0)
                        list.OfferOrdered(candidate, points.Squared(i, candidate));
                }

                foreach (ref double distance in nearest.Distances.AsSpan(i * k, k))
                    distance = points.ToDistance(distance);
            }
        }, _ct);
        return nearest;
    }

    /// <summary>The points that a thread compares, padded to whole tiles, with what is known of them.</summary>
    private sealed class Workspace(int most)
    {
        public int[] Candidates { get; } = new int[most];

        public int[] Points { get; } = new int[most + PairKernel.Rows];

        public float[] Squares { get; } = new float[most + PairKernel.Rows];

        /// <summary>Per point, what a candidate's squared distance must not exceed; it may be an old value, which lets too many in.</summary>
        public float[] Limits { get; } = new float[most + PairKernel.Rows];

        public int Count { get; private set; }

        public void Take(ReadOnlySpan<int> points, float[] squares, ContestedLists lists)
        {
            Count = points.Length;
            for (int i = 0; i < Count; i++)
            {
                Points[i] = points[i];
                Squares[i] = squares[points[i]];
                Limits[i] = lists.Limit(points[i]);
            }

            Points.AsSpan(Count, PairKernel.Rows).Fill(points[^1]);
            Limits.AsSpan(Count, PairKernel.Rows).Fill(float.NegativeInfinity);
        }
    }
}
