using System.Numerics.Tensors;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Eigenvalues and eigenvectors of a small symmetric matrix: Householder reflections to three diagonals, then the QL algorithm with implicit shifts (Golub, Van Loan 2013,
/// "Matrix Computations", sections 8.3.1 and 8.3.3), in double precision.
/// </summary>
internal sealed class SymmetricEigen
{
    private const int MostRounds = 60;
    private const double Precision = 1e-16;

    private readonly int _size;
    private readonly double[] _matrix;
    private readonly double[] _diagonal;
    private readonly double[] _beside;

    // Row i becomes the eigenvector of the i-th value of the diagonal.
    private readonly double[] _vectors;

    private SymmetricEigen(ReadOnlySpan<float> matrix, int size)
    {
        _size = size;
        _matrix = new double[size * size];
        _diagonal = new double[size];
        _beside = new double[size];
        _vectors = new double[size * size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                _matrix[(i * size) + j] = 0.5 * ((double)matrix[(i * size) + j] + matrix[(j * size) + i]);
        }
    }

    /// <summary>Solves. O(size^3) time, O(size^2) memory.</summary>
    /// <param name="matrix">size x size, symmetric.</param>
    /// <param name="size">Rows and columns.</param>
    /// <param name="ct">Ends the work early.</param>
    /// <returns>The eigenvalues, largest first, and the unit eigenvectors as rows in the same order.</returns>
    public static (double[] Values, float[] Vectors) Solve(ReadOnlySpan<float> matrix, int size, CancellationToken ct)
    {
        SymmetricEigen work = new(matrix, size);
        work.ToThreeDiagonals(ct);
        for (int row = 0; row < size; row++)
        {
            ct.ThrowIfCancellationRequested();
            work.Settle(row);
        }

        return work.Sorted();
    }

    private Span<double> Row(double[] matrix, int row) => matrix.AsSpan(row * _size, _size);

    // One reflection for each column clears what is below its second diagonal; the reflections are kept in the columns' rows and multiplied up from the last one on.
    private void ToThreeDiagonals(CancellationToken ct)
    {
        double[] scales = new double[_size];
        double[] image = new double[_size];
        for (int k = 0; k + 2 < _size; k++)
        {
            ct.ThrowIfCancellationRequested();
            Span<double> mirror = Row(_matrix, k)[(k + 1)..], product = image.AsSpan(k + 1);
            scales[k] = Reflection(mirror, out _beside[k]);
            if (scales[k] == 0)
                continue;
            for (int i = k + 1; i < _size; i++)
                image[i] = scales[k] * TensorPrimitives.Dot<double>(Row(_matrix, i)[(k + 1)..], mirror);
            TensorPrimitives.MultiplyAdd(mirror, -0.5 * scales[k] * TensorPrimitives.Dot<double>(product, mirror), product, product);
            for (int i = k + 1; i < _size; i++)
            {
                Span<double> row = Row(_matrix, i)[(k + 1)..];
                TensorPrimitives.MultiplyAdd(mirror, -image[i], row, row);
                TensorPrimitives.MultiplyAdd(product, -mirror[i - k - 1], row, row);
            }
        }

        if (_size > 1)
            _beside[_size - 2] = _matrix[((_size - 2) * _size) + _size - 1];
        for (int i = 0; i < _size; i++)
        {
            _diagonal[i] = _matrix[(i * _size) + i];
            _vectors[(i * _size) + i] = 1;
        }

        for (int k = _size - 3; k >= 0; k--)
            Reflect(k, scales[k]);
    }

    // Turns a vector into the mirror that throws it on the first axis; returns 2 over the mirror's squared length, or 0 where nothing is to be cleared.
    private static double Reflection(Span<double> vector, out double image)
    {
        double rest = TensorPrimitives.SumOfSquares<double>(vector[1..]);
        image = vector[0];
        if (rest == 0)
            return 0;
        double length = Math.Sqrt((vector[0] * vector[0]) + rest);
        image = vector[0] > 0 ? -length : length;
        vector[0] -= image;
        return 2 / ((vector[0] * vector[0]) + rest);
    }

    private void Reflect(int k, double scale)
    {
        if (scale == 0)
            return;
        ReadOnlySpan<double> mirror = Row(_matrix, k)[(k + 1)..];
        for (int i = k + 1; i < _size; i++)
        {
            Span<double> row = Row(_vectors, i)[(k + 1)..];
            TensorPrimitives.MultiplyAdd(mirror, -scale * TensorPrimitives.Dot<double>(row, mirror), row, row);
        }
    }

    // Rotates until the element beside the row's diagonal is nothing.
    private void Settle(int row)
    {
        for (int round = 0; round < MostRounds; round++)
        {
            int end = row;
            while (end + 1 < _size && Math.Abs(_beside[end]) > Precision * (Math.Abs(_diagonal[end]) + Math.Abs(_diagonal[end + 1])))
                end++;
            if (end == row)
                return;
            Chase(row, end);
        }
    }

    private void Chase(int row, int end)
    {
        double slope = (_diagonal[row + 1] - _diagonal[row]) / (2 * _beside[row]);
        double shift = _diagonal[end] - _diagonal[row] + (_beside[row] / (slope + Math.CopySign(double.Hypot(slope, 1), slope)));
        double sine = 1, cosine = 1, carried = 0;
        for (int i = end - 1; i >= row; i--)
        {
            double f = sine * _beside[i], b = cosine * _beside[i], length = double.Hypot(f, shift);
            _beside[i + 1] = length;
            if (length == 0)
            {
                _diagonal[i + 1] -= carried;
                _beside[end] = 0;
                return;
            }

            (sine, cosine) = (f / length, shift / length);
            shift = _diagonal[i + 1] - carried;
            double change = ((_diagonal[i] - shift) * sine) + (2 * cosine * b);
            carried = sine * change;
            _diagonal[i + 1] = shift + carried;
            shift = (cosine * change) - b;
            Turn(i, cosine, sine);
        }

        _diagonal[row] -= carried;
        _beside[row] = shift;
        _beside[end] = 0;
    }

    private void Turn(int row, double cosine, double sine)
    {
        Span<double> upper = Row(_vectors, row), lower = Row(_vectors, row + 1);
        int wide = _size - (_size % Vector512<double>.Count);
        for (int i = 0; i < wide; i += Vector512<double>.Count)
        {
            Vector512<double> x = Vector512.Create<double>(upper[i..]), y = Vector512.Create<double>(lower[i..]);
            ((sine * x) + (cosine * y)).CopyTo(lower[i..]);
            ((cosine * x) - (sine * y)).CopyTo(upper[i..]);
        }

        for (int i = wide; i < _size; i++)
            (upper[i], lower[i]) = ((cosine * upper[i]) - (sine * lower[i]), (sine * upper[i]) + (cosine * lower[i]));
    }

    private (double[] Values, float[] Vectors) Sorted()
    {
        int[] order = [.. Enumerable.Range(0, _size).OrderByDescending(i => _diagonal[i])];
        float[] sorted = new float[_size * _size];
        for (int i = 0; i < _size; i++)
            TensorPrimitives.ConvertSaturating<double, float>(Row(_vectors, order[i]), sorted.AsSpan(i * _size, _size));
        return ([.. order.Select(i => _diagonal[i])], sorted);
    }
}
