using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Makes the rows of a matrix orthonormal.</summary>
internal static class Orthonormal
{
    /// <summary>A row that keeps less than this part of its length lies in the span of the earlier rows.</summary>
    private const double Dependent = 1e-5;

    /// <summary>Where a row keeps this part of its length or more, one projection has left nothing of the earlier rows but rounding ("twice is enough", Parlett 1998, section 6.9).</summary>
    private const double Enough = 0.7;

    /// <summary>
    /// Gram-Schmidt in double precision, a row projected twice where the first time leaves less than most of it. A row that depends on the earlier ones is replaced by a random direction.
    /// O(rows^2 x <paramref name="dimensions"/>).
    /// </summary>
    /// <param name="matrix">rows x <paramref name="dimensions"/>, row-major, no more rows than dimensions.</param>
    /// <param name="dimensions">Values per row.</param>
    /// <param name="seed">Fixes the replacements.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The orthonormal rows, in the order of the rows they come from.</returns>
    public static float[] Rows(ReadOnlySpan<float> matrix, int dimensions, int seed, CancellationToken ct)
    {
        int count = matrix.Length / dimensions;
        double[] done = new double[matrix.Length];
        TensorPrimitives.ConvertChecked(matrix, done);
        for (int i = 0; i < count; i++)
        {
            ct.ThrowIfCancellationRequested();
            Span<double> row = done.AsSpan(i * dimensions, dimensions);
            CounterRandom random = CounterRandom.For(seed, i, dimensions);
            while (!Project(done, row, i))
            {
                for (int t = 0; t < dimensions; t++)
                    row[t] = random.Normal();
            }
        }

        float[] result = new float[matrix.Length];
        TensorPrimitives.ConvertSaturating<double, float>(done, result);
        return result;
    }

    private static bool Project(double[] done, Span<double> row, int earlier)
    {
        double before = TensorPrimitives.Norm<double>(row);
        if (before == 0)
            return false;
        TensorPrimitives.Divide(row, before, row);
        for (int pass = 0; pass < 2; pass++)
        {
            for (int j = 0; j < earlier; j++)
            {
                ReadOnlySpan<double> other = done.AsSpan(j * row.Length, row.Length);
                double overlap = TensorPrimitives.Dot(other, row);
                TensorPrimitives.MultiplyAdd(other, -overlap, row, row);
            }

            double left = TensorPrimitives.Norm<double>(row);
            if (left < Dependent)
                return false;
            TensorPrimitives.Divide(row, left, row);
            if (left >= Enough)
                break;
        }

        return true;
    }
}
