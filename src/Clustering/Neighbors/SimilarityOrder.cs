using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Keeps the most similar candidates of a point in order.</summary>
internal static class SimilarityOrder
{
    /// <summary>Puts a candidate in its place among those kept, the most similar first and equals in order of arrival; the last one falls out. O(places moved).</summary>
    /// <param name="similarities">The similarities kept, falling.</param>
    /// <param name="indices">The points that they belong to.</param>
    /// <param name="similarity">The candidate's similarity, above the last one kept.</param>
    /// <param name="index">The candidate.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Insert(Span<float> similarities, Span<int> indices, float similarity, int index)
    {
        int at = similarities.Length - 1;
        for (; at > 0 && similarities[at - 1] < similarity; at--)
        {
            similarities[at] = similarities[at - 1];
            indices[at] = indices[at - 1];
        }

        similarities[at] = similarity;
        indices[at] = index;
    }
}
