namespace Pipeline.Clustering.Tests;

/// <summary>DBSCAN over all pairs, word for word from its definition.</summary>
internal static class BruteForceDbscan
{
    /// <summary>Labels and core points for a radius around each point.</summary>
    public static (int[] Labels, bool[] Core) Cluster(float[] points, int dimensions, DistanceMetric metric, double[] radii, int minPoints)
    {
        PointSet set = PointSet.Create(points, dimensions, metric, nameof(points));
        int n = set.Count;
        int[][] links = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n)
            .Where(j => j != i && set.Distance(i, j) <= Math.Min(radii[i], radii[j])).ToArray())];
        bool[] core = [.. links.Select(others => others.Length + 1 >= minPoints)];
        int[] groups = [.. Enumerable.Repeat(-1, n)];
        for (int start = 0; start < n; start++)
        {
            if (core[start] && groups[start] < 0)
            {
                Spread(start, links, core, groups);
            }
        }

        for (int i = 0; i < n; i++)
        {
            int[] near = [.. links[i].Where(j => core[j]).OrderBy(j => set.Squared(i, j)).ThenBy(j => j)];
            groups[i] = core[i] || near.Length == 0 ? groups[i] : groups[near[0]];
        }

        List<int> first = [.. groups.Where(group => group >= 0).Distinct()];
        return (Array.ConvertAll(groups, first.IndexOf), core);
    }

    /// <summary>Local radii from their description.</summary>
    public static double[] Radii(float[] points, int dimensions, DistanceMetric metric, DbscanOptions options)
    {
        PointSet set = PointSet.Create(points, dimensions, metric, nameof(points));
        int n = set.Count, k = options.MinPoints - 1;
        int[][] neighbors = [.. Enumerable.Range(0, n).Select(i => Enumerable.Range(0, n).Where(j => j != i).OrderBy(j => set.Squared(i, j)).ThenBy(j => j).Take(k).ToArray())];
        double[] distances = [.. Enumerable.Range(0, n).Select(i => set.Distance(i, neighbors[i][^1]))];
        double[] radii = [.. Enumerable.Range(0, n).Select(i => options.EpsilonScale * neighbors[i].Append(i).Select(j => distances[j]).Order().ElementAt((k + 1) / 2))];
        double most = radii.Order().ElementAt((int)Math.Ceiling((1 - options.ExpectedNoise) * n) - 1);
        return [.. radii.Select(radius => Math.Min(radius, most))];
    }

    private static void Spread(int start, int[][] links, bool[] core, int[] groups)
    {
        Stack<int> open = new([start]);
        groups[start] = start;
        while (open.TryPop(out int point))
        {
            foreach (int other in links[point].Where(other => core[other] && groups[other] < 0))
            {
                groups[other] = start;
                open.Push(other);
            }
        }
    }
}
