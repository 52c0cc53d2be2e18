namespace Pipeline.Clustering;

/// <summary>DBSCAN over given radii: two points are linked when their distance is within both.</summary>
internal sealed class DensityLinks(PointSet points, IRadiusSearch search, DbscanOptions options, CancellationToken ct)
{
    private const double ShareOfCounting = 0.5;

    // The square of a radius may be rounded to below the square of a distance that equals it.
    private const double Hair = 1 + 1e-12;

    /// <summary>Clusters.</summary>
    /// <param name="radii">Per point, its radius.</param>
    /// <param name="scale">What all radii are multiplied by.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <returns>Per point, its cluster, numbered by the first point in it, or -1; and whether it is a core point.</returns>
    public (int[] Labels, bool[] Core) Cluster(double[] radii, double scale, IProgress<double>? progress)
    {
        double[] reach = Array.ConvertAll(radii, radius => radius * scale);
        double[] squared = Array.ConvertAll(reach, radius => points.ToSquared(radius) * Hair);
        bool[] core = new bool[points.Count];
        search.Run(squared, (point, near) => core[point] = 1 + Links(point, near, reach) >= options.MinPoints, options.Threads, progress.Part(0, ShareOfCounting), ct);

        DisjointSet sets = new(points.Count);
        int[] nearestCore = [.. Enumerable.Repeat(-1, points.Count)];
        search.Run(
            squared,
            (point, near) =>
            {
                if (core[point])
                {
                    Join(point, near, reach, core, sets);
                }
                else
                {
                    nearestCore[point] = NearestCore(point, near, reach, core);
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

    private int Links(int point, List<(int Point, double Squared)> near, double[] reach)
    {
        int links = 0;
        foreach ((int other, double squared) in near)
        {
            links += Linked(point, other, squared, reach) ? 1 : 0;
        }

        return links;
    }

    private void Join(int point, List<(int Point, double Squared)> near, double[] reach, bool[] core, DisjointSet sets)
    {
        foreach ((int other, double squared) in near)
        {
            if (other < point && core[other] && Linked(point, other, squared, reach))
            {
                sets.Union(point, other);
            }
        }
    }

    private int NearestCore(int point, List<(int Point, double Squared)> near, double[] reach, bool[] core)
    {
        (int Point, double Squared) nearest = (-1, double.PositiveInfinity);
        foreach ((int other, double squared) in near)
        {
            if (core[other] && Linked(point, other, squared, reach) && (squared < nearest.Squared || (squared == nearest.Squared && other < nearest.Point)))
            {
                nearest = (other, squared);
            }
        }

        return nearest.Point;
    }

    private bool Linked(int point, int other, double squared, double[] reach) => points.ToDistance(squared) <= Math.Min(reach[point], reach[other]);

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
