namespace Pipeline.Clustering;

/// <summary>The nearest neighbours of every point of a set, nearest first, ties in order of index.</summary>
/// <param name="K">Neighbours per point.</param>
/// <param name="Indices">n x <paramref name="K"/>, row-major: which points.</param>
/// <param name="Distances">n x <paramref name="K"/>, row-major: how far.</param>
public sealed record NeighborTable(int K, int[] Indices, float[] Distances)
{
    /// <summary>The nearest of them alone.</summary>
    internal NeighborTable Nearest(int k, int count)
    {
        if (k == K)
            return this;
        NeighborTable nearest = new(k, new int[count * k], new float[count * k]);
        for (int i = 0; i < count; i++)
        {
            Indices.AsSpan(i * K, k).CopyTo(nearest.Indices.AsSpan(i * k));
            Distances.AsSpan(i * K, k).CopyTo(nearest.Distances.AsSpan(i * k));
        }

        return nearest;
    }
}
