namespace Pipeline.Clustering;

/// <summary>How well the clusters of one labelling are found again in another (Hennig 2007).</summary>
internal static class LabelSimilarity
{
    /// <summary>Per cluster of the first, the largest Jaccard similarity with a cluster of the second: 0 to 1. O(n).</summary>
    public static double[] Best(int[] labels, int[] others)
    {
        int[] sizes = Sizes(labels), otherSizes = Sizes(others);
        Dictionary<(int Cluster, int Other), int> common = [];
        for (int point = 0; point < labels.Length; point++)
        {
            if (labels[point] >= 0 && others[point] >= 0)
            {
                common[(labels[point], others[point])] = common.GetValueOrDefault((labels[point], others[point])) + 1;
            }
        }

        double[] best = new double[sizes.Length];
        foreach (((int cluster, int other), int count) in common)
        {
            best[cluster] = Math.Max(best[cluster], (double)count / (sizes[cluster] + otherSizes[other] - count));
        }

        return best;
    }

    private static int[] Sizes(int[] labels)
    {
        int[] sizes = new int[labels.DefaultIfEmpty(-1).Max() + 1];
        foreach (int label in labels.Where(label => label >= 0))
        {
            sizes[label]++;
        }

        return sizes;
    }
}
