using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Checks and views of a row-major matrix of points.</summary>
internal static class Points
{
    /// <summary>The number of points, after checking that the array is whole and finite.</summary>
    /// <exception cref="ArgumentException">The dimensions are below 1, the array is empty or ragged, or a value is not finite.</exception>
    public static int Count(ReadOnlySpan<float> points, int dimensions, string name)
    {
        int count = CountOrNone(points, dimensions, name);
        return count > 0 ? count : throw new ArgumentException($"'{name}' is empty: at least one point is needed.", name);
    }

    /// <summary>The number of points, which may be 0, after checking that the array is whole and finite.</summary>
    public static int CountOrNone(ReadOnlySpan<float> points, int dimensions, string name)
    {
        if (dimensions < 1)
            throw new ArgumentOutOfRangeException(nameof(dimensions), dimensions, "A point has 1 dimension or more.");
        if (points.Length % dimensions != 0)
            throw new ArgumentException($"'{name}' has {points.Length} values, which is not a multiple of {dimensions} dimensions.", name);
        for (int i = 0; i < points.Length; i += dimensions)
        {
            if (!float.IsFinite(4 * TensorPrimitives.SumOfSquares(points.Slice(i, dimensions))))
                throw new ArgumentException(Unusable(points.Slice(i, dimensions), i / dimensions, name), name);
        }

        return points.Length / dimensions;
    }

    /// <summary>Checks a metric.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not defined.</exception>
    public static void RequireDefined(DistanceMetric metric)
    {
        if (!Enum.IsDefined(metric))
            throw new ArgumentOutOfRangeException(nameof(metric), metric, $"{nameof(metric)} is {metric}; it must be {string.Join(" or ", Enum.GetNames<DistanceMetric>())}.");
    }

    private static string Unusable(ReadOnlySpan<float> row, int number, string name)
    {
        int column = 0;
        while (column < row.Length && float.IsFinite(row[column]))
            column++;
        return column < row.Length
            ? FormattableString.Invariant($"'{name}' holds {row[column]} in row {number}, column {column}; every value must be finite.")
            : $"'{name}' has values in row {number} that are too large; their squares must add up to less than a quarter of what single precision holds.";
    }

    /// <summary>The settings of a parallel loop.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxDegreeOfParallelism"/> is below 1.</exception>
    public static ParallelOptions Parallelism(int? maxDegreeOfParallelism, CancellationToken ct = default)
    {
        if (maxDegreeOfParallelism < 1)
            throw new ArgumentOutOfRangeException(nameof(maxDegreeOfParallelism), maxDegreeOfParallelism, "The number of threads is 1 or more, or null for all processors.");
        return new ParallelOptions { MaxDegreeOfParallelism = maxDegreeOfParallelism ?? -1, CancellationToken = ct };
    }

    /// <summary>The mean of every column, summed in double precision in row order.</summary>
    public static float[] Mean(ReadOnlySpan<float> points, int dimensions)
    {
        double[] sums = new double[dimensions];
        double[] row = new double[dimensions];
        int count = points.Length / dimensions;
        for (int i = 0; i < count; i++)
        {
            TensorPrimitives.ConvertChecked(points.Slice(i * dimensions, dimensions), row);
            TensorPrimitives.Add(sums, row, sums);
        }

        float[] mean = new float[dimensions];
        for (int t = 0; t < dimensions; t++)
            mean[t] = (float)(sums[t] / Math.Max(count, 1));
        return mean;
    }

    /// <summary>A copy in which every row has length 1; a zero row stays zero.</summary>
    public static float[] Normalized(ReadOnlySpan<float> points, int dimensions)
    {
        float[] unit = new float[points.Length];
        for (int i = 0; i < points.Length; i += dimensions)
        {
            ReadOnlySpan<float> row = points.Slice(i, dimensions);
            float largest = MathF.Abs(TensorPrimitives.MaxMagnitude(row));
            if (largest == 0)
                continue;
            Span<float> target = unit.AsSpan(i, dimensions);
            TensorPrimitives.Divide(row, largest, target);
            TensorPrimitives.Divide(target, TensorPrimitives.Norm<float>(target), target);
        }

        return unit;
    }

    /// <summary>A copy from whose rows <paramref name="mean"/> is subtracted.</summary>
    public static float[] Centered(ReadOnlySpan<float> points, ReadOnlySpan<float> mean)
    {
        float[] centered = new float[points.Length];
        for (int i = 0; i < points.Length; i += mean.Length)
            TensorPrimitives.Subtract(points.Slice(i, mean.Length), mean, centered.AsSpan(i, mean.Length));
        return centered;
    }
}
