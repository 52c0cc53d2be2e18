using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>The nearest neighbours of many points.</summary>
/// <param name="Count">k, the number of neighbours per point.</param>
/// <param name="Indices">n x k, row-major: the neighbours, nearest first.</param>
/// <param name="Distances">n x k, row-major: their distances in the metric's unit, ascending; empty where all that is asked of them is that none exceeds the point's core distance.</param>
internal sealed record NeighborLists(int Count, int[] Indices, double[] Distances)
{
    /// <summary>Refuses lists that are too long for one array.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="Array.MaxLength"/> neighbours; the message names the parameter.</exception>
    public static void RequireRoom(int points, long neighbors, string parameter, int value)
    {
        if (points * neighbors > Array.MaxLength)
        {
            throw new ArgumentOutOfRangeException(
                parameter, value, FormattableString.Invariant($"{parameter} is {value}; for {points} points it must be at most {Math.Max(0, (Array.MaxLength / points) - neighbors + value)}."));
        }
    }

    /// <summary>The distance at a place of the lists; 0, which is never above a core distance, where distances are not kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public double DistanceAt(int place) => Distances.Length > 0 ? Distances[place] : 0;

    /// <summary>The neighbours of one point.</summary>
    public ReadOnlySpan<int> IndicesOf(int point) => Indices.AsSpan(point * Count, Count);

    /// <summary>The neighbours' distances of one point.</summary>
    public ReadOnlySpan<double> DistancesOf(int point) => Distances.AsSpan(point * Count, Count);
}
