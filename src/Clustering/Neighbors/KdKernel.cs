using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Clustering;

/// <summary>
/// Squared distances from one row to eight boxes or eight points of a <see cref="KdTree"/>, in double precision. Terms are added in feature order and
/// without fusing, as <see cref="RowDistance"/> does for short rows: the same bits, and no box is farther than a point in it.
/// </summary>
internal static class KdKernel
{
    /// <summary>The squared distances to the eight boxes of a block; infinite for a missing child.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SquaredToBoxes(KdTree tree, int block, ReadOnlySpan<double> row)
    {
        Debug.Assert(block >= 0 && (block + 1L) * row.Length * 2 * KdTree.Fan <= tree.Boxes.Length, "The tree has the block.");
        ref float ends = ref MemoryMarshal.GetArrayDataReference(tree.Boxes);
        nuint at = (nuint)block * (nuint)(row.Length * 2 * KdTree.Fan);
        Vector512<double> sum = default;
        for (int t = 0; t < row.Length; t++, at += 2 * KdTree.Fan)
        {
            Vector512<double> x = Vector512.Create(row[t]);
            Vector512<double> below = RowDistance.Widen(ref ends, at) - x, above = x - RowDistance.Widen(ref ends, at + KdTree.Fan);
            Vector512<double> outside = Vector512.MaxNative(Vector512.MaxNative(below, above), Vector512<double>.Zero);
            sum += outside * outside;
        }

        return sum;
    }

    /// <summary>The squared distances between a box and the eight boxes of a block.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="block">The block.</param>
    /// <param name="low">The box's lower ends.</param>
    /// <param name="high">The box's upper ends.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SquaredBetweenBoxes(KdTree tree, int block, ReadOnlySpan<double> low, ReadOnlySpan<double> high)
    {
        Debug.Assert(low.Length == high.Length && block >= 0 && (block + 1L) * low.Length * 2 * KdTree.Fan <= tree.Boxes.Length, "The tree has the block.");
        ref float ends = ref MemoryMarshal.GetArrayDataReference(tree.Boxes);
        nuint at = (nuint)block * (nuint)(low.Length * 2 * KdTree.Fan);
        Vector512<double> sum = default;
        for (int t = 0; t < low.Length; t++, at += 2 * KdTree.Fan)
        {
            Vector512<double> below = RowDistance.Widen(ref ends, at) - Vector512.Create(high[t]);
            Vector512<double> above = Vector512.Create(low[t]) - RowDistance.Widen(ref ends, at + KdTree.Fan);
            Vector512<double> outside = Vector512.MaxNative(Vector512.MaxNative(below, above), Vector512<double>.Zero);
            sum += outside * outside;
        }

        return sum;
    }

    /// <summary>The squared distances to the points at eight positions, the first a multiple of eight; infinite past the last point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<double> SquaredToPoints(KdTree tree, int position, ReadOnlySpan<double> row)
    {
        Debug.Assert(position >= 0 && position % Vector512<double>.Count == 0 && ((position / KdTree.LeafSize) + 1L) * KdTree.LeafSize * row.Length <= tree.Rows.Length, "The tree has the positions.");
        ref float rows = ref MemoryMarshal.GetArrayDataReference(tree.Rows);
        nuint at = (nuint)((position / KdTree.LeafSize * KdTree.LeafSize * row.Length) + (position % KdTree.LeafSize));
        Vector512<double> sum = default;
        if (tree.Scales.Length > 0)
        {
            Vector512<double> scale = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(tree.Scales), (nuint)position);
            for (int t = 0; t < row.Length; t++, at += KdTree.LeafSize)
            {
                Vector512<double> difference = Vector512.Create(row[t]) - (RowDistance.Widen(ref rows, at) * scale);
                sum += difference * difference;
            }

            return sum;
        }

        for (int t = 0; t < row.Length; t++, at += KdTree.LeafSize)
        {
            Vector512<double> difference = Vector512.Create(row[t]) - RowDistance.Widen(ref rows, at);
            sum += difference * difference;
        }

        return sum;
    }
}
