using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>The checks of row-major matrices of points that come from outside.</summary>
internal static class MatrixChecks
{
    /// <summary>The number of rows, which may be 0, after checking that they are whole and finite. O(n d).</summary>
    /// <param name="points">n x d numbers, row-major.</param>
    /// <param name="dimensions">d, at least 1.</param>
    /// <param name="name">The caller's name for the points, for messages.</param>
    /// <exception cref="ArgumentException">The dimensions are below 1 or do not divide the data, or a value is not finite; the message names its row and column.</exception>
    public static int Rows(ReadOnlySpan<float> points, int dimensions, string name)
    {
        ParameterRange.Require(dimensions >= 1, nameof(dimensions), dimensions, "1 or more");
        if (points.Length % dimensions != 0)
        {
            throw new ArgumentException(
                Invariant($"{nameof(dimensions)} is {dimensions}, which does not divide the {points.Length} numbers of {name}; it must divide them."), nameof(dimensions));
        }

        for (int i = 0; i < points.Length; i++)
        {
            if (!float.IsFinite(points[i]))
            {
                throw new ArgumentException(
                    Invariant($"{name} holds {points[i]} in row {i / dimensions}, column {i % dimensions}; every coordinate must be finite."), name);
            }
        }

        return points.Length / dimensions;
    }

    /// <summary>The same for work in single precision, where the squares of differences must be finite too.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Rows"/>, or a row is too long; the message names it.</exception>
    public static int SingleRows(ReadOnlySpan<float> points, int dimensions, string name)
    {
        int rows = Rows(points, dimensions, name);
        for (int row = 0; row < rows; row++)
        {
            if (!float.IsFinite(4 * TensorPrimitives.SumOfSquares(points.Slice(row * dimensions, dimensions))))
            {
                throw new ArgumentException(
                    Invariant($"{name} holds values in row {row} that are too large; their squares must add up to less than a quarter of what single precision holds."), name);
            }
        }

        return rows;
    }

    /// <summary>The same for at least one row.</summary>
    /// <exception cref="ArgumentException">As for <see cref="SingleRows"/>, or there is no row.</exception>
    public static int SomeSingleRows(ReadOnlySpan<float> points, int dimensions, string name)
    {
        int rows = SingleRows(points, dimensions, name);
        return rows > 0 ? rows : throw new ArgumentException($"{name} is empty; it must hold 1 row or more.", name);
    }

    /// <summary>Checks a metric.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not defined.</exception>
    public static void RequireDefined(DistanceMetric metric) =>
        ParameterRange.Require(Enum.IsDefined(metric), nameof(metric), metric, string.Join(" or ", Enum.GetNames<DistanceMetric>()));

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
