using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>Eigenvalues and eigenvectors of a small symmetric positive semidefinite matrix.</summary>
internal static class SymmetricEigen
{
    private const int MaxSweeps = 40;
    private const double Tolerance = 1e-12;

    /// <summary>One-sided Jacobi rotations (Hestenes 1958) in double precision. O(size^3) per sweep, about 8 sweeps; O(size^2) memory.</summary>
    /// <param name="matrix">size x size, symmetric, positive semidefinite.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The eigenvalues, largest first, and the unit eigenvectors as rows in the same order.</returns>
    public static (double[] Values, float[] Vectors) Solve(ReadOnlySpan<float> matrix, int size, CancellationToken ct)
    {
        double[] columns = new double[size * size];
        double[] vectors = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            vectors[(i * size) + i] = 1;
            for (int j = 0; j < size; j++)
                columns[(i * size) + j] = 0.5 * ((double)matrix[(i * size) + j] + matrix[(j * size) + i]);
        }

        double negligible = Tolerance * Tolerance * TensorPrimitives.SumOfSquares<double>(columns);
        for (int sweep = 0; sweep < MaxSweeps && Sweep(columns, vectors, size, negligible, ct); sweep++)
        {
        }

        return Sorted(columns, vectors, size);
    }

    /// <summary>Rotates every pair of columns to be orthogonal; false when all of them were already.</summary>
    private static bool Sweep(double[] columns, double[] vectors, int size, double negligible, CancellationToken ct)
    {
        bool rotated = false;
        for (int p = 0; p < size - 1; p++)
        {
            ct.ThrowIfCancellationRequested();
            for (int q = p + 1; q < size; q++)
            {
                Span<double> a = columns.AsSpan(p * size, size), b = columns.AsSpan(q * size, size);
                double aa = TensorPrimitives.SumOfSquares<double>(a), bb = TensorPrimitives.SumOfSquares<double>(b), ab = TensorPrimitives.Dot<double>(a, b);
                if (Math.Abs(ab) <= Tolerance * Math.Sqrt(aa * bb) || Math.Abs(ab) <= negligible)
                    continue;
                double zeta = (bb - aa) / (2 * ab);
                double tangent = (zeta >= 0 ? 1 : -1) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));
                double cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
                Turn(a, b, cosine, cosine * tangent);
                Turn(vectors.AsSpan(p * size, size), vectors.AsSpan(q * size, size), cosine, cosine * tangent);
                rotated = true;
            }
        }

        return rotated;
    }

    private static void Turn(Span<double> a, Span<double> b, double cosine, double sine)
    {
        for (int i = 0; i < a.Length; i++)
        {
            double x = a[i], y = b[i];
            a[i] = (cosine * x) - (sine * y);
            b[i] = (sine * x) + (cosine * y);
        }
    }

    private static (double[] Values, float[] Vectors) Sorted(double[] columns, double[] vectors, int size)
    {
        double[] lengths = new double[size];
        for (int i = 0; i < size; i++)
            lengths[i] = TensorPrimitives.Norm<double>(columns.AsSpan(i * size, size));
        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => lengths[i])];
        float[] sorted = new float[size * size];
        for (int i = 0; i < size; i++)
            TensorPrimitives.ConvertSaturating<double, float>(vectors.AsSpan(order[i] * size, size), sorted.AsSpan(i * size, size));
        return ([.. order.Select(i => lengths[i])], sorted);
    }
}
