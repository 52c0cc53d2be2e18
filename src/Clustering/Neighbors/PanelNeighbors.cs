using System.Numerics;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest neighbours among many points in many dimensions: single-precision products choose the candidates, double
/// precision measures them, and rows in which the rounding bound leaves a doubt are searched again with every doubtful candidate measured.
/// </summary>
internal sealed unsafe class PanelNeighbors
{
    private const int RowBlock = 96;
    private readonly PointSet _points;
    private readonly PanelPoints _panels;
    private readonly NeighborLists _lists;
    private readonly double[] _beyond;
    private readonly int _certain;

    private PanelNeighbors(PointSet points, PanelPoints panels, int k, int certain)
    {
        _points = points;
        _panels = panels;
        _certain = certain;
        _lists = new NeighborLists(k, new int[points.Count * k], new double[points.Count * k]);
        _beyond = new double[points.Count];
    }

    /// <summary>Lists <paramref name="k"/> near other points of every point. O(n^2 d) time, O(n k) memory.</summary>
    /// <param name="points">The points.</param>
    /// <param name="panels">The points packed in their own order.</param>
    /// <param name="k">Neighbours to list, 1 to n - 1.</param>
    /// <param name="certain">How many of them must be the nearest, at most k.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the search.</param>
    /// <returns>The lists and, per point, a distance that nothing unlisted is below.</returns>
    public static (NeighborLists Lists, double[] Beyond) Search(
        PointSet points, PanelPoints panels, int k, int certain, int threads, IProgress<double>? progress, CancellationToken ct)
    {
        PanelNeighbors search = new(points, panels, k, certain);
        int n = points.Count, blocks = (n + RowBlock - 1) / RowBlock, done = 0;
        bool[] doubtful = new bool[n];
        Blocks.Run(blocks, threads, () => new Workspace(points.Dimensions, k), (block, own) =>
        {
            search.ScanBlock(block * RowBlock, Math.Min(n, (block + 1) * RowBlock), own, doubtful);
            progress?.Report((double)Interlocked.Increment(ref done) / blocks);
        }, ct);
        int[] again = [.. Enumerable.Range(0, n).Where(i => doubtful[i])];
        Blocks.Run((again.Length + PanelKernel.Rows - 1) / PanelKernel.Rows, threads, () => new Workspace(points.Dimensions, k), (tile, own) =>
            search.Resolve(again.AsSpan()[(tile * PanelKernel.Rows)..Math.Min(again.Length, (tile + 1) * PanelKernel.Rows)], own), ct);
        return (search._lists, search._beyond);
    }

    private void ScanBlock(int first, int end, Workspace own, bool[] doubtful)
    {
        int width = PanelKernel.Width, d = _points.Dimensions, k = _lists.Count;
        for (int i = first; i < end; i++)
        {
            _panels.CopyRow(i, own.Rows.AsSpan((i - first) * d, d));
        }

        own.Similarities.AsSpan().Fill(float.NegativeInfinity);
        float* tile = stackalloc float[PanelKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed)
        {
            for (int start = 0; start < _panels.Count; start += width)
            {
                ReadOnlySpan<float> bias = _panels.Bias.AsSpan(start, width);
                for (int i = first; i < end; i += PanelKernel.Rows)
                {
                    int count = Math.Min(PanelKernel.Rows, end - i);
                    Multiply(rows + ((nint)(i - first) * d), count, packed + ((nint)start * d), bias, tile);
                    for (int r = 0; r < count; r++)
                    {
                        int at = (i + r - first) * k;
                        Keep(new ReadOnlySpan<float>(tile + (r * width), width), start, i + r, own.Indices.AsSpan(at, k), own.Similarities.AsSpan(at, k));
                    }
                }
            }
        }

        for (int i = first; i < end; i++)
        {
            int at = (i - first) * k;
            doubtful[i] = !Measure(i, own.Indices.AsSpan(at, k), own.Similarities[at + k - 1]);
        }
    }

    private void Multiply(float* rows, int count, float* panel, ReadOnlySpan<float> bias, float* tile)
    {
        for (int r = 0; r < PanelKernel.Rows; r++)
        {
            bias.CopyTo(new Span<float>(tile + (r * bias.Length), bias.Length));
        }

        PanelKernel.Accumulate(rows, count, _points.Dimensions, 1, panel, _points.Dimensions, tile);
    }

    /// <summary>Inserts the candidates of one panel that beat the last one kept.</summary>
    private static void Keep(ReadOnlySpan<float> candidates, int start, int self, Span<int> indices, Span<float> similarities)
    {
        int last = similarities.Length - 1;
        if (!AnyAbove(candidates, similarities[last]))
        {
            return;
        }

        for (int j = 0; j < candidates.Length; j++)
        {
            float similarity = candidates[j];
            if (!(similarity > similarities[last]) || start + j == self)
            {
                continue;
            }

            int at = last;
            for (; at > 0 && similarities[at - 1] < similarity; at--)
            {
                similarities[at] = similarities[at - 1];
                indices[at] = indices[at - 1];
            }

            similarities[at] = similarity;
            indices[at] = start + j;
        }
    }

    private static bool AnyAbove(ReadOnlySpan<float> candidates, float threshold)
    {
        Vector<float> limit = Vector.Create(threshold);
        bool any = false;
        for (int j = 0; j < candidates.Length; j += Vector<float>.Count)
        {
            any |= Vector.GreaterThanAny(Vector.Create(candidates[j..]), limit);
        }

        return any;
    }

    /// <summary>Writes a point's list in the order of exact distances; false where it may lack one of the certain neighbours.</summary>
    private bool Measure(int point, ReadOnlySpan<int> candidates, float last)
    {
        int k = _lists.Count;
        NearestList nearest = NearestList.Start(_lists.Indices.AsSpan(point * k, k), _lists.Distances.AsSpan(point * k, k));
        foreach (int candidate in candidates)
        {
            nearest.OfferOrdered(candidate, _points.Squared(point, candidate));
        }

        double least = k == _points.Count - 1 ? double.PositiveInfinity : _panels.LeastSquared(point, last);
        bool certain = _lists.Distances[point * k + _certain - 1] <= least;
        Finish(point, least);
        return certain;
    }

    private void Finish(int point, double leastSquared)
    {
        foreach (ref double distance in _lists.Distances.AsSpan(point * _lists.Count, _lists.Count))
        {
            distance = _points.ToDistance(distance);
        }

        _beyond[point] = _points.ToDistance(leastSquared);
    }

    /// <summary>Searches again for up to a tile of points, measuring whatever the bound does not exclude.</summary>
    private void Resolve(ReadOnlySpan<int> again, Workspace own)
    {
        int width = PanelKernel.Width, d = _points.Dimensions, k = _lists.Count;
        for (int r = 0; r < again.Length; r++)
        {
            _panels.CopyRow(again[r], own.Rows.AsSpan(r * d, d));
            _ = NearestList.Start(_lists.Indices.AsSpan(again[r] * k, k), _lists.Distances.AsSpan(again[r] * k, k));
        }

        float* tile = stackalloc float[PanelKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = own.Rows, packed = _panels.Packed)
        {
            for (int start = 0; start < _panels.Count; start += width)
            {
                Multiply(rows, again.Length, packed + ((nint)start * d), _panels.Bias.AsSpan(start, width), tile);
                for (int r = 0; r < again.Length; r++)
                {
                    MeasureAll(again[r], start, new ReadOnlySpan<float>(tile + (r * width), width));
                }
            }
        }

        foreach (int point in again)
        {
            Finish(point, _lists.Distances[point * k + k - 1]);
        }
    }

    private void MeasureAll(int point, int start, ReadOnlySpan<float> candidates)
    {
        int k = _lists.Count;
        NearestList nearest = NearestList.Resume(_lists.Indices.AsSpan(point * k, k), _lists.Distances.AsSpan(point * k, k));
        float threshold = _panels.Threshold(point, nearest.Limit);
        for (int j = 0; j < candidates.Length && start + j < _panels.Count; j++)
        {
            if (candidates[j] >= threshold && start + j != point)
            {
                nearest.Offer(start + j, _points.Squared(point, start + j));
                threshold = _panels.Threshold(point, nearest.Limit);
            }
        }
    }

    private sealed class Workspace(int dimensions, int k)
    {
        public float[] Rows { get; } = new float[RowBlock * dimensions];

        public int[] Indices { get; } = new int[RowBlock * k];

        public float[] Similarities { get; } = new float[RowBlock * k];
    }
}
