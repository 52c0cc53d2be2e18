using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Rows of a distance matrix, computed when needed from points that are stored by coordinate, so that the matrix itself never exists.</summary>
/// <remarks>Memory O(n x d). Differences are squared one by one, which keeps small distances precise.</remarks>
internal sealed class DistanceRows
{
    private const int Block = 2048;

    private readonly DistanceMetric _metric;
    private readonly float[] _byCoordinate;
    private readonly float[] _byPoint;
    private readonly bool[] _zero;

    /// <summary>Stores the chosen points in the given order.</summary>
    public DistanceRows(ReadOnlySpan<float> points, int dimensions, DistanceMetric metric, ReadOnlySpan<int> order)
    {
        _metric = metric;
        Dimensions = dimensions;
        Count = order.Length;
        float[] source = metric == DistanceMetric.Cosine ? MatrixRows.Normalized(points, dimensions) : points.ToArray();
        _byPoint = new float[Count * dimensions];
        _byCoordinate = new float[Count * dimensions];
        _zero = new bool[Count];
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<float> row = source.AsSpan(order[i] * dimensions, dimensions);
            row.CopyTo(_byPoint.AsSpan(i * dimensions));
            _zero[i] = metric == DistanceMetric.Cosine && !row.ContainsAnyExcept(0f);
            for (int t = 0; t < dimensions; t++)
                _byCoordinate[(t * Count) + i] = row[t];
        }
    }

    /// <summary>The number of stored points.</summary>
    public int Count { get; }

    /// <summary>Values per point.</summary>
    public int Dimensions { get; }

    /// <summary>The distances of one stored point to those from <paramref name="first"/> on, as many as there is room for. O(count x d).</summary>
    public void Fill(int point, int first, Span<float> distances)
    {
        Span<float> difference = stackalloc float[Block];
        for (int start = 0; start < distances.Length; start += Block)
        {
            Span<float> target = distances[start..Math.Min(distances.Length, start + Block)];
            Span<float> scratch = difference[..target.Length];
            target.Clear();
            for (int t = 0; t < Dimensions; t++)
            {
                TensorPrimitives.Subtract(_byCoordinate.AsSpan((t * Count) + first + start, target.Length), _byPoint[(point * Dimensions) + t], scratch);
                TensorPrimitives.MultiplyAdd(scratch, scratch, target, target);
            }

            if (_metric == DistanceMetric.Euclidean)
                TensorPrimitives.Sqrt(target, target);
            else
                ToCosine(point, first + start, target);
        }
    }

    /// <summary>Half the squared chord of unit rows; a zero row is at distance 1 from every other.</summary>
    private void ToCosine(int point, int first, Span<float> squares)
    {
        TensorPrimitives.Multiply(squares, 0.5f, squares);
        for (int j = 0; j < squares.Length; j++)
        {
            if ((_zero[point] || _zero[first + j]) && first + j != point)
                squares[j] = 1;
        }
    }
}
