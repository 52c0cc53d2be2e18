using System.Numerics;
using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>
/// Exact nearest neighbours by comparing everything with everything in blocks that stay in the cache. The set is packed once and can be searched often.
/// </summary>
/// <remarks>Memory O(n x d) for the packed set, O(queries x k) for an answer.</remarks>
internal sealed unsafe class ExactNeighbors
{
    private const int RowBlock = 96;

    /// <summary>Neighbours beyond k that the fast similarity keeps, so that the exact distances decide who is among the k.</summary>
    private const int Spare = 4;

    private readonly int _count;
    private readonly int _dimensions;
    private readonly DistanceMetric _metric;
    private readonly float[] _mean;
    private readonly float[] _rows;
    private readonly float[] _packed;
    private readonly float[] _bias;

    /// <summary>Packs the set. O(n x d).</summary>
    public ExactNeighbors(ReadOnlySpan<float> points, int dimensions, DistanceMetric metric)
    {
        _count = points.Length / dimensions;
        _dimensions = dimensions;
        _metric = metric;
        _mean = metric == DistanceMetric.Euclidean ? Points.Mean(points, dimensions) : [];
        _rows = Prepare(points);
        int width = PanelKernel.Width, panels = PanelKernel.PanelCount(_count);
        _packed = new float[panels * width * dimensions];
        _bias = new float[panels * width];
        for (int p = 0; p < panels; p++)
            PanelKernel.Pack(_rows, dimensions, 1, p * width, _count, dimensions, _packed.AsSpan(p * width * dimensions, width * dimensions));
        _bias.AsSpan(_count).Fill(float.NegativeInfinity);
        for (int i = 0; metric == DistanceMetric.Euclidean && i < _count; i++)
            _bias[i] = -0.5f * TensorPrimitives.SumOfSquares(_rows.AsSpan(i * dimensions, dimensions));
    }

    /// <summary>The k nearest other points of every point of the set. O(n^2 x d).</summary>
    public NeighborTable SearchSelf(int k, ParallelOptions options) => Search(_rows, k, true, options);

    /// <summary>The k nearest points of the set to every query. O(queries x n x d). A query's answer does not depend on the other queries.</summary>
    public NeighborTable Search(ReadOnlySpan<float> queries, int k, ParallelOptions options) => Search(Prepare(queries), k, false, options);

    /// <summary>Unit rows for the cosine; rows about the set's mean for the Euclidean distance, which keeps the products small and precise.</summary>
    private float[] Prepare(ReadOnlySpan<float> points) =>
        _metric == DistanceMetric.Cosine ? Points.Normalized(points, _dimensions) : Points.Centered(points, _mean);

    private NeighborTable Search(float[] queries, int k, bool self, ParallelOptions options)
    {
        int n = queries.Length / _dimensions;
        NeighborTable table = new(k, new int[n * k], new float[n * k]);
        Parallel.For(0, (n + RowBlock - 1) / RowBlock, options, block =>
        {
            int first = block * RowBlock, end = Math.Min(n, first + RowBlock);
            int kept = Math.Min(k + Spare, self ? _count - 1 : _count);
            int[] indices = new int[RowBlock * kept];
            float[] similarities = new float[RowBlock * kept];
            similarities.AsSpan().Fill(float.NegativeInfinity);
            if (kept > 0)
                Scan(queries, first, end, self, kept, indices, similarities);
            for (int i = first; i < end; i++)
            {
                int at = (i - first) * kept;
                Measure(queries.AsSpan(i * _dimensions, _dimensions), indices.AsSpan(at, kept), similarities.AsSpan(at, kept), table, i);
            }
        });
        return table;
    }

    private void Scan(float[] queries, int first, int end, bool self, int kept, int[] indices, float[] similarities)
    {
        int width = PanelKernel.Width;
        float* tile = stackalloc float[PanelKernel.Rows * PanelKernel.MaxWidth];
        fixed (float* rows = queries, packed = _packed)
        {
            for (int start = 0; start < _count; start += width)
            {
                ReadOnlySpan<float> bias = _bias.AsSpan(start, width);
                for (int i = first; i < end; i += PanelKernel.Rows)
                {
                    int count = Math.Min(PanelKernel.Rows, end - i);
                    for (int r = 0; r < PanelKernel.Rows; r++)
                        bias.CopyTo(new Span<float>(tile + (r * width), width));
                    PanelKernel.Accumulate(rows + ((nint)i * _dimensions), count, _dimensions, 1, packed + ((nint)start * _dimensions), _dimensions, tile);
                    for (int r = 0; r < count; r++)
                    {
                        int at = (i + r - first) * kept;
                        Keep(new ReadOnlySpan<float>(tile + (r * width), width), start, self ? i + r : -1, indices.AsSpan(at, kept), similarities.AsSpan(at, kept));
                    }
                }
            }
        }
    }

    /// <summary>Inserts the candidates of one panel that beat the last one kept.</summary>
    private static void Keep(ReadOnlySpan<float> candidates, int start, int self, Span<int> indices, Span<float> similarities)
    {
        int last = similarities.Length - 1;
        Vector<float> threshold = Vector.Create(similarities[last]);
        bool any = false;
        for (int j = 0; j < candidates.Length; j += Vector<float>.Count)
            any |= Vector.GreaterThanAny(Vector.Create(candidates[j..]), threshold);
        if (!any)
            return;
        for (int j = 0; j < candidates.Length; j++)
        {
            float similarity = candidates[j];
            if (!(similarity > similarities[last]) || start + j == self)
                continue;
            SimilarityOrder.Insert(similarities, indices, similarity, start + j);
        }
    }

    /// <summary>Orders the kept candidates by their exact distance and writes the first k.</summary>
    private void Measure(ReadOnlySpan<float> query, Span<int> candidates, Span<float> distances, NeighborTable table, int row)
    {
        bool zero = _metric == DistanceMetric.Cosine && !query.ContainsAnyExcept(0f);
        for (int c = 0; c < candidates.Length; c++)
        {
            ReadOnlySpan<float> other = _rows.AsSpan(candidates[c] * _dimensions, _dimensions);
            int index = candidates[c];
            float distance = zero || (_metric == DistanceMetric.Cosine && !other.ContainsAnyExcept(0f)) ? 1 : Distance(query, other);
            int at = c;
            for (; at > 0 && (distances[at - 1] > distance || (distances[at - 1] == distance && candidates[at - 1] > index)); at--)
            {
                distances[at] = distances[at - 1];
                candidates[at] = candidates[at - 1];
            }

            distances[at] = distance;
            candidates[at] = index;
        }

        candidates[..table.K].CopyTo(table.Indices.AsSpan(row * table.K));
        distances[..table.K].CopyTo(table.Distances.AsSpan(row * table.K));
    }

    /// <summary>Half the squared chord of two unit rows is one minus their cosine, without the cancellation.</summary>
    private float Distance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float chord = TensorPrimitives.Distance(a, b);
        return _metric == DistanceMetric.Cosine ? 0.5f * chord * chord : chord;
    }
}
