namespace Pipeline.Clustering;

/// <summary>
/// Checked points, widened to double precision. Under the cosine metric rows are scaled to unit length, so that half the
/// squared Euclidean distance is the cosine distance, exactly 0 between equal rows, and one machinery serves both metrics.
/// Memory: 8 bytes per coordinate.
/// </summary>
internal sealed class PointSet
{
    private readonly double[] _rows;
    private readonly bool _cosine;

    private PointSet(double[] rows, int count, int dimensions, bool cosine)
    {
        _rows = rows;
        Count = count;
        Dimensions = dimensions;
        _cosine = cosine;
    }

    /// <summary>The number of points.</summary>
    public int Count { get; }

    /// <summary>The number of coordinates of a point.</summary>
    public int Dimensions { get; }

    /// <summary>All rows, row-major.</summary>
    public ReadOnlySpan<double> Rows => _rows;

    /// <summary>Widens and checks points. O(n d).</summary>
    /// <param name="points">n x d numbers, row-major.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="name">The caller's name for the points, for messages.</param>
    /// <exception cref="ArgumentException">The dimensions do not divide the data, a coordinate is not finite, or a row is zero under the cosine metric.</exception>
    public static PointSet Create(ReadOnlySpan<float> points, int dimensions, DistanceMetric metric, string name)
    {
        if (dimensions < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, Invariant($"{nameof(dimensions)} is {dimensions}; it must be 1 or more."));
        }

        if (points.Length % dimensions != 0)
        {
            throw new ArgumentException(
                Invariant($"{nameof(dimensions)} is {dimensions}, which does not divide the {points.Length} numbers of {name}; it must divide them."), nameof(dimensions));
        }

        double[] rows = new double[points.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            if (!float.IsFinite(points[i]))
            {
                throw new ArgumentException(
                    Invariant($"{name} holds {points[i]} in row {i / dimensions}, column {i % dimensions}; every coordinate must be finite."), name);
            }

            rows[i] = points[i];
        }

        PointSet set = new(rows, rows.Length / dimensions, dimensions, metric == DistanceMetric.Cosine);
        if (set._cosine)
        {
            set.ScaleToUnitLength(name);
        }

        return set;
    }

    /// <summary>One row.</summary>
    public ReadOnlySpan<double> Row(int point) => _rows.AsSpan(point * Dimensions, Dimensions);

    /// <summary>The metric's distance for a squared Euclidean distance of rows; monotone.</summary>
    public double ToDistance(double squared) => _cosine ? Math.Min(squared / 2, 2) : Math.Sqrt(squared);

    /// <summary>The metric's distance between two points. O(d).</summary>
    public double Distance(int a, int b) => ToDistance(RowDistance.Squared(Row(a), Row(b)));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private void ScaleToUnitLength(string name)
    {
        for (int point = 0; point < Count; point++)
        {
            Span<double> row = _rows.AsSpan(point * Dimensions, Dimensions);
            double squares = 0;
            foreach (double value in row)
            {
                squares += value * value;
            }

            if (squares == 0)
            {
                throw new ArgumentException(Invariant($"{name} holds the zero vector in row {point}; the cosine metric needs every row to have a length above 0."), name);
            }

            double length = Math.Sqrt(squares);
            foreach (ref double value in row)
            {
                value /= length;
            }
        }
    }
}
