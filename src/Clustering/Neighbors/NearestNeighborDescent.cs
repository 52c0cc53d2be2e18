using System.Diagnostics;
using System.Numerics.Tensors;

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
    private const int Trees = 6;
    private const int LeafSize = 256;
    private const int Spare = 6;
    private const int MostCandidates = 32;
    private const int MostRounds = 12;
    private const double FewChanges = 0.002;

    private readonly int _count;
    private readonly int _stride;
    private readonly int _seed;
    private readonly int _threads;
    private readonly CancellationToken _ct;
    private readonly float[] _rows;
    private readonly float[] _squares;
    private readonly ContestedLists _lists;

    private NearestNeighborDescent(PointSet points, int k, int seed, int threads, CancellationToken ct)
    {
        _count = points.Count;
        _stride = (points.Dimensions + PairKernel.Lanes - 1) / PairKernel.Lanes * PairKernel.Lanes;
        _seed = seed;
        _threads = threads;
        _ct = ct;
        _rows = new float[_count * _stride];
        _squares = new float[_count];
        _lists = new ContestedLists(_count, Math.Min(k + Spare, _count - 1));
        Copy(points);
    }

    /// <summary>Lists <paramref name="k"/> near other points of every point. About O(n log n d) time, O(n (d + k)) memory.</summary>
    /// <param name="points">The points.</param>
    /// <param name="k">Neighbours to list, 1 to n - 1.</param>
    /// <param name="seed">Fixes the result.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    /// <returns>The lists: true distances of points that are near, but not always the nearest.</returns>
    public static NeighborLists Search(PointSet points, int k, int seed, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        NearestNeighborDescent search = new(points, k, seed, threads, ct);
        List<ArraySegment<int>> leaves = ProjectionForest.Grow(search._rows, search._stride, Trees, Math.Max(LeafSize, 2 * (search._lists.K + 1)), seed, threads, ct);
        progress?.Report(0.2);
        ParallelBlocks.Run(leaves.Count, threads, () => 0, (leaf, _) => search.Compare(leaves[leaf], leaves[leaf].Count), ct);
        progress?.Report(0.4);
        for (int round = 0; round < MostRounds; round++)
        {
            search.Join(round);
            progress?.Report(1 - (0.6 / (round + 2)));
            if (search._lists.Fresh.Count(fresh => fresh) <= FewChanges * search._lists.Fresh.Length)
                break;
        }

        NeighborLists nearest = search.Measure(points, k);
        progress?.Report(1);
        return nearest;
    }

    /// <summary>Single-precision rows about the middle and of about unit size, which keeps their products precise, however small or large the numbers are.</summary>
    private void Copy(PointSet points)
    {
        int d = points.Dimensions;
        double[] middle = PanelPoints.Centre(points), reach = new double[_count];
        ForEach((i, row) =>
        {
            Centre(i, row);
            reach[i] = Math.Abs(TensorPrimitives.MaxMagnitude<double>(row));
        });
        double largest = reach.Max(), scale = largest > 0 ? Math.ScaleB(1, -Math.ILogB(largest)) : 1;
        ForEach((i, row) =>
        {
            Centre(i, row);
            TensorPrimitives.Multiply(row, scale, row);
            TensorPrimitives.ConvertSaturating<double, float>(row, _rows.AsSpan(i * _stride, d));
            _squares[i] = TensorPrimitives.SumOfSquares<float>(_rows.AsSpan(i * _stride, d));
        });

        void Centre(int point, double[] row)
        {
            points.CopyRow(point, row);
            TensorPrimitives.Subtract(row, middle, row);
        }

        void ForEach(Action<int, double[]> work) => ParallelBlocks.Run((_count + 255) / 256, _threads, () => new double[d], (block, row) =>
        {
            for (int i = block * 256; i < Math.Min(_count, (block + 1) * 256); i++)
                work(i, row);
        }, _ct);
    }

    /// <summary>Compares the points that have a neighbour in common of which one is new there.</summary>
    private void Join(int round)
    {
        JoinCandidates candidates = JoinCandidates.Choose(_lists, MostCandidates, CounterRandom.For(_seed, round, -3).Next(), _threads, _ct);
        ParallelBlocks.Run((_count + 63) / 64, _threads, () => new int[2 * candidates.Most], (block, both) =>
        {
            for (int point = block * 64; point < Math.Min(_count, (block + 1) * 64); point++)
            {
                int fresh = candidates.CopyTo(point, both, out int all);
                Compare(both.AsSpan(0, all), fresh);
            }
        }, _ct);
    }

    /// <summary>Offers to each other the first <paramref name="fresh"/> points, and these and the rest.</summary>
    private void Compare(ReadOnlySpan<int> points, int fresh)
    {
        float** a = stackalloc float*[PairKernel.Rows];
        float** b = stackalloc float*[PairKernel.Rows];
        float* products = stackalloc float[PairKernel.Rows * PairKernel.Rows];
        fixed (float* rows = _rows)
        {
            for (int i = 0; i < fresh; i += PairKernel.Rows)
            {
                Take(rows, points, i, a);
                for (int j = i; j < points.Length; j += PairKernel.Rows)
                {
                    Take(rows, points, j, b);
                    PairKernel.Multiply(a, b, _stride, products);
                    Offer(points, i, Math.Min(fresh, i + PairKernel.Rows), j, products);
                }
            }
        }
    }

    private void Take(float* rows, ReadOnlySpan<int> points, int first, float** taken)
    {
        Debug.Assert(first < points.Length && _rows.Length >= _count * (long)_stride, "There is a point to take, and every point has a row.");
        for (int r = 0; r < PairKernel.Rows; r++)
            taken[r] = rows + ((nint)points[Math.Min(first + r, points.Length - 1)] * _stride);
    }

    private void Offer(ReadOnlySpan<int> points, int firstA, int endA, int firstB, float* products)
    {
        int endB = Math.Min(points.Length, firstB + PairKernel.Rows);
        for (int i = firstA; i < endA; i++)
        {
            for (int j = Math.Max(firstB, i + 1); j < endB; j++)
            {
                int p = points[i], q = points[j];
                if (p == q)
                    continue;
                float squared = Math.Max(0, _squares[p] + _squares[q] - (2 * products[((i - firstA) * PairKernel.Rows) + j - firstB]));
                _lists.Offer(p, q, squared);
                _lists.Offer(q, p, squared);
            }
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
}
