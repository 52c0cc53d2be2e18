namespace Pipeline.Clustering;

/// <summary>Flat clusters at one distance: what DBSCAN* gives for that radius, at no further cost.</summary>
public static class LinkageCut
{
    /// <summary>
    /// Labels the groups of points that are joined below a distance. Copies of a point count where they are joined themselves. O(n).
    /// </summary>
    /// <param name="tree">The hierarchy.</param>
    /// <param name="distance">Merges at less than this distance count; 0 or more.</param>
    /// <param name="minClusterSize">Smaller groups are noise; at least 1.</param>
    /// <returns>Per point, its cluster, numbered from 0 by the smallest point in it; -1 for noise.</returns>
    public static int[] Label(SingleLinkageTree tree, double distance, int minClusterSize)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentOutOfRangeException.ThrowIfLessThan(minClusterSize, 1);
        if (!(distance >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(distance), distance, FormattableString.Invariant($"{nameof(distance)} is {distance}; it must be 0 or more."));
        }

        int points = tree.PointCount;
        int[] top = new int[points + tree.Left.Length];
        for (int node = top.Length - 1; node >= 0; node--)
        {
            top[node] = top[node] == 0 ? node : top[node];
            if (node >= points && tree.Distances[node - points] < distance)
            {
                top[tree.Left[node - points]] = top[tree.Right[node - points]] = top[node];
            }
        }

        Dictionary<int, int> numbers = [];
        int[] labels = new int[points];
        for (int point = 0; point < points; point++)
        {
            int group = top[point];
            bool apart = group < points && tree.Copies?.Distances[group] >= distance;
            bool large = (apart ? 1 : tree.SizeOf(group)) >= minClusterSize;
            if (large && !numbers.TryGetValue(group, out labels[point]))
            {
                numbers[group] = labels[point] = numbers.Count;
            }
            else if (!large)
            {
                labels[point] = -1;
            }
        }

        return labels;
    }
}
