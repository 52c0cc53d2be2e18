namespace Pipeline.Clustering;

/// <summary>DBSCAN over given radii: two points are linked when their distance is within both.</summary>
internal sealed class DensityLinks(PointSet points, IRadiusSearch search, DbscanOptions options, CancellationToken ct)
{
    private const double ShareOfCounting = 0.5;

    /// <summary>Clusters.</summary>
    /// <param name="radii">Per point, its radius.</param>
    /// <param name="scale">What all radii are multiplied by.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <returns>Per point, its cluster, numbered by the first point in it, or -1; and whether it is a core point.</returns>
    public (int[] Labels, bool[] Core) Cluster(double[] radii, double scale, IProgress<double>? progress)
    {
        double[] squared = Array.ConvertAll(radii, radius => points.ToSquared(radius * scale));
        bool[] core = new bool[points.Count];
        search.Run(squared, (point, near) => core[point] = 1 + Links(near, squared) >= options.MinPoints, options.Threads, progress.Part(0, ShareOfCounting), ct);

        SharedDisjointSet sets = new(points.Count);
        int[] nearestCore = [.. Enumerable.Repeat(-1, points.Count)];
        search.Run(
            squared,
            (point, near) =>
            {
                if (core[point])
                {
                    Join(point, near, squared, core, sets);
                }
                else
                {
                    nearestCore[point] = NearestCore(near, squared, core);
                }
            },
            options.Threads,
            progress.Part(ShareOfCounting, 1 - ShareOfCounting),
            ct);
        for (int point = 0; point < nearestCore.Length; point++)
        {
            int member = core[point] ? point : nearestCore[point];
            nearestCore[point] = member < 0 ? -1 : sets.Find(member);
        }

        return (Number(nearestCore), core);
    }

    private static int Links(List<(int Point, double Squared)> near, double[] squared)
    {
        int links = 0;
        foreach ((int other, double distance) in near)
        {
            links += distance <= squared[other] ? 1 : 0;
        }

        return links;
    }

    private static void Join(int point, List<(int Point, double Squared)> near, double[] squared, bool[] core, SharedDisjointSet sets)
    {
        foreach ((int other, double distance) in near)
        {
            if (other < point && core[other] && distance <= squared[other])
            {
                sets.Union(point, other);
            }
        }
    }

    private static int NearestCore(List<(int Point, double Squared)> near, double[] squared, bool[] core)
    {
        (int Point, double Squared) nearest = (-1, double.PositiveInfinity);
        foreach ((int other, double distance) in near)
        {
            if (core[other] && distance <= squared[other] && (distance < nearest.Squared || (distance == nearest.Squared && other < nearest.Point)))
            {
                nearest = (other, distance);
            }
        }

        return nearest.Point;
    }

    private int[] Number(int[] roots)
    {
        int[] sizes = new int[roots.Length], numbers = new int[roots.Length], labels = new int[roots.Length];
        foreach (int root in roots.Where(root => root >= 0))
        {
            sizes[root]++;
        }

        int next = 0;
        for (int point = 0; point < roots.Length; point++)
        {
            int root = roots[point];
            bool kept = root >= 0 && sizes[root] >= options.MinClusterSize;
            if (kept && numbers[root] == 0)
            {
                numbers[root] = ++next;
            }

            labels[point] = kept ? numbers[root] - 1 : -1;
        }

        return labels;
    }
}
