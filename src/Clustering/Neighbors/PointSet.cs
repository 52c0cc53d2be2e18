using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Checked points in double precision. Under the cosine metric rows are scaled to unit length, so that half the
/// squared Euclidean distance is the cosine distance, exactly 0 between equal rows, and one machinery serves both metrics.
/// Memory: the caller's points are referred to, not copied; 8 bytes per coordinate once <see cref="Rows"/> is asked for.
/// </summary>
internal sealed class PointSet
{
    private readonly ReadOnlyMemory<float> _source;
    private readonly double[]? _scales;
    private readonly Lazy<double[]> _rows;

    private PointSet(ReadOnlyMemory<float> source, int dimensions, double[]? scales)
    {
        _source = source;
        Count = source.Length / dimensions;
        Dimensions = dimensions;
        _scales = scales;
        _rows = new Lazy<double[]>(Widen);
    }

    /// <summary>The number of points.</summary>
    public int Count { get; }

    /// <summary>The number of coordinates of a point.</summary>
    public int Dimensions { get; }

    /// <summary>All rows, row-major; widened on first use.</summary>
    public ReadOnlySpan<double> Rows => _rows.Value;

    /// <summary>Checks points. O(n d).</summary>
    /// <param name="points">n x d numbers, row-major; not to be changed while the set is in use.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="metric">The metric.</param>
    /// <param name="name">The caller's name for the points, for messages.</param>
    /// <exception cref="ArgumentException">The dimensions do not divide the data, a coordinate is not finite, or a row is zero under the cosine metric.</exception>
    public static PointSet Create(ReadOnlyMemory<float> points, int dimensions, DistanceMetric metric, string name)
    {
        MatrixChecks.RequireDefined(metric);
        _ = MatrixChecks.Rows(points.Span, dimensions, name);
        return new PointSet(points, dimensions, metric == DistanceMetric.Cosine ? UnitScales(points.Span, dimensions, name) : null);
    }

    /// <summary>One row.</summary>
    public ReadOnlySpan<double> Row(int point) => _rows.Value.AsSpan(point * Dimensions, Dimensions);

    /// <summary>All rows as they were given, row-major.</summary>
    public ReadOnlySpan<float> Source => _source.Span;

    /// <summary>One row as it was given.</summary>
    public ReadOnlySpan<float> Given(int point) => _source.Span.Slice(point * Dimensions, Dimensions);

    /// <summary>Whether rows are scaled to unit length.</summary>
    public bool IsScaled => _scales is not null;

    /// <summary>What a given row is multiplied by.</summary>
    public double ScaleOf(int point) => _scales is null ? 1 : _scales[point];

    /// <summary>The metric's distance for a squared Euclidean distance of rows; monotone.</summary>
    public double ToDistance(double squared) => _scales is not null ? Math.Min(squared / 2, 2) : Math.Sqrt(squared);

    /// <summary>A squared Euclidean distance of rows for a distance of the metric; infinity stays infinity.</summary>
    public double ToSquared(double distance) => _scales is not null ? distance * 2 : distance * distance;

    /// <summary>The squared Euclidean distance of two rows, the same bits as from <see cref="Rows"/> without need of them. O(d).</summary>
    public double Squared(int a, int b) =>
        _scales is null ? RowDistance.Squared(Given(a), Given(b)) : RowDistance.Squared(Given(a), _scales[a], Given(b), _scales[b]);

    /// <summary>The squared Euclidean distance of a row and a row of another set of the same metric. O(d).</summary>
    public double Squared(int a, PointSet others, int b) =>
        _scales is null ? RowDistance.Squared(Given(a), others.Given(b)) : RowDistance.Squared(Given(a), _scales[a], others.Given(b), others._scales![b]);

    /// <summary>Some of the points in a row, as a set of their own.</summary>
    public PointSet Slice(int first, int count) =>
        new(_source.Slice(first * Dimensions, count * Dimensions), Dimensions, _scales?[first..(first + count)]);

    /// <summary>The metric's distance between two points. O(d).</summary>
    public double Distance(int a, int b) => ToDistance(Squared(a, b));

    /// <summary>Widens and scales one row without need of <see cref="Rows"/>. O(d).</summary>
    public void CopyRow(int point, Span<double> row)
    {
        TensorPrimitives.ConvertChecked(Given(point), row);
        if (_scales is not null)
        {
            TensorPrimitives.Multiply(row, _scales[point], row);
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double[] UnitScales(ReadOnlySpan<float> points, int dimensions, string name)
    {
        double[] scales = new double[points.Length / dimensions];
        for (int point = 0; point < scales.Length; point++)
        {
            double squares = 0;
            foreach (float value in points.Slice(point * dimensions, dimensions))
            {
                squares += (double)value * value;
            }

            if (squares == 0)
            {
                throw new ArgumentException(Invariant($"{name} holds the zero vector in row {point}; the cosine metric needs every row to have a length above 0."), name);
            }

            scales[point] = 1 / Math.Sqrt(squares);
        }

        return scales;
    }

    private double[] Widen()
    {
        double[] rows = new double[_source.Length];
        for (int point = 0; point < Count; point++)
        {
            CopyRow(point, rows.AsSpan(point * Dimensions, Dimensions));
        }

        return rows;
    }
}
