using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// The different rows of a matrix, each with how often it is there, such as a million alerts of a hundred texts: what follows, a reduction or
/// <see cref="Hdbscan.Fit(ReadOnlyMemory{float}, int, ReadOnlyMemory{int}, HdbscanOptions, IProgress{double}, CancellationToken)"/>, then takes time and memory for the different rows alone.
/// </summary>
/// <param name="Points">m x d numbers, row-major: the different rows in the order in which they first appear.</param>
/// <param name="Dimensions">d.</param>
/// <param name="Weights">m: how often the row was given, or what the weights of its copies add up to.</param>
/// <param name="RowOf">n: per given row, which of the different rows it is.</param>
public sealed record DistinctRows(float[] Points, int Dimensions, int[] Weights, int[] RowOf)
{
    private const int RowsBetweenLooks = 65_536;

    /// <summary>The number of different rows, m.</summary>
    public int Count => Weights.Length;

    /// <summary>
    /// Collapses equal rows. Rows are equal where all their numbers are, 0 and -0 being equal; rows that differ in the last bit are different. O(n d) time
    /// expected, 12 n bytes beside the result.
    /// </summary>
    /// <param name="points">n x d finite numbers, row-major; n may be 0.</param>
    /// <param name="dimensions">d, at least 1; divides the length of <paramref name="points"/>.</param>
    /// <param name="weights">n numbers of copies, 1 or more, in all at most <see cref="int.MaxValue"/>; null for one each.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="ArgumentException">The dimensions do not divide the data, a number is not finite, or a weight is out of range; the message names its place.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    public static DistinctRows Of(ReadOnlyMemory<float> points, int dimensions, ReadOnlyMemory<int>? weights = null, CancellationToken ct = default)
    {
        int n = MatrixChecks.Rows(points.Span, dimensions, nameof(points));
        if (weights is not null)
        {
            _ = PointWeights.Total(weights.Value.Span, n, nameof(weights));
        }

        ReadOnlySpan<float> rows = points.Span;
        int[] rowOf = new int[n], firsts = new int[16];
        RowTable table = new(16);
        int count = 0;
        for (int row = 0; row < n; row++)
        {
            if (row % RowsBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            if (count == firsts.Length)
            {
                Array.Resize(ref firsts, 2 * count);
                table = RowTable.Of(rows, dimensions, firsts.AsSpan(0, count));
            }

            rowOf[row] = table.FindOrAdd(rows, dimensions, firsts, row, count);
            if (rowOf[row] == count)
            {
                firsts[count++] = row;
            }
        }

        float[] distinct = new float[count * dimensions];
        for (int i = 0; i < count; i++)
        {
            rows.Slice(firsts[i] * dimensions, dimensions).CopyTo(distinct.AsSpan(i * dimensions));
        }

        int[] totals = new int[count];
        for (int row = 0; row < n; row++)
        {
            totals[rowOf[row]] += weights is null ? 1 : weights.Value.Span[row];
        }

        return new DistinctRows(distinct, dimensions, totals, rowOf);
    }

    /// <summary>Gives every given row the value of its different row, such as its label. O(n).</summary>
    /// <param name="values">m values.</param>
    /// <returns>n values.</returns>
    /// <exception cref="ArgumentException">There is not one value for each of the different rows.</exception>
    public T[] Spread<T>(ReadOnlySpan<T> values)
    {
        if (values.Length != Count)
        {
            throw new ArgumentException(FormattableString.Invariant($"{nameof(values)} holds {values.Length} values; there must be one for each of the {Count} different rows."), nameof(values));
        }

        T[] spread = new T[RowOf.Length];
        for (int row = 0; row < spread.Length; row++)
        {
            spread[row] = values[RowOf[row]];
        }

        return spread;
    }

    /// <summary>An open hash table of the different rows, with room for twice as many as there may be before it grows.</summary>
    private sealed class RowTable
    {
        private readonly int[] _places;

        public RowTable(int rows) => _places = new int[4 * rows];

        /// <summary>The number of the equal row among the first ones, or <paramref name="count"/> after adding the row.</summary>
        public int FindOrAdd(ReadOnlySpan<float> rows, int dimensions, int[] firsts, int row, int count)
        {
            ReadOnlySpan<float> own = rows.Slice(row * dimensions, dimensions);
            for (int at = Hash(own) & (_places.Length - 1); ; at = (at + 1) & (_places.Length - 1))
            {
                int found = _places[at] - 1;
                if (found < 0)
                {
                    _places[at] = count + 1;
                    return count;
                }

                if (own.SequenceEqual(rows.Slice(firsts[found] * dimensions, dimensions)))
                {
                    return found;
                }
            }
        }

        /// <summary>A table of some rows, with room for as many more.</summary>
        public static RowTable Of(ReadOnlySpan<float> rows, int dimensions, ReadOnlySpan<int> firsts)
        {
            RowTable grown = new(2 * firsts.Length);
            for (int i = 0; i < firsts.Length; i++)
            {
                int at = Hash(rows.Slice(firsts[i] * dimensions, dimensions)) & (grown._places.Length - 1);
                while (grown._places[at] != 0)
                {
                    at = (at + 1) & (grown._places.Length - 1);
                }

                grown._places[at] = i + 1;
            }

            return grown;
        }

        /// <summary>A hash of the numbers, in which 0 and -0 are the same.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static int Hash(ReadOnlySpan<float> row)
        {
            ulong hash = (ulong)row.Length;
            foreach (float value in row)
            {
                hash = (hash ^ BitConverter.SingleToUInt32Bits(value + 0f)) * 0x9E3779B97F4A7C15;
                hash ^= hash >> 32;
            }

            return (int)hash;
        }
    }
}
