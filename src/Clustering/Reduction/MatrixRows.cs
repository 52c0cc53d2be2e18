using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Single-precision copies of a row-major matrix: rows of unit length, rows without their mean.</summary>
internal static class MatrixRows
{
    /// <summary>The mean of every column, over all rows or those named, summed in double precision in their order.</summary>
    public static float[] Mean(ReadOnlySpan<float> points, int dimensions, ReadOnlyMemory<int>? rows = null)
    {
        double[] sums = new double[dimensions];
        double[] row = new double[dimensions];
        int count = rows?.Length ?? (points.Length / dimensions);
        for (int i = 0; i < count; i++)
        {
            TensorPrimitives.ConvertChecked(points.Slice((rows is null ? i : rows.Value.Span[i]) * dimensions, dimensions), row);
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
        float[] centered = points.ToArray();
        Center(centered, mean);
        return centered;
    }

    /// <summary>Subtracts <paramref name="mean"/> from every row.</summary>
    public static void Center(Span<float> points, ReadOnlySpan<float> mean)
    {
        for (int i = 0; i < points.Length; i += mean.Length)
            TensorPrimitives.Subtract(points.Slice(i, mean.Length), mean, points.Slice(i, mean.Length));
    }
}
