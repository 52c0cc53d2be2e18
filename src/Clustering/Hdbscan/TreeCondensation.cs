namespace Pipeline.Clustering;

/// <summary>Condenses the single linkage hierarchy: a split counts only where both sides are large enough.</summary>
public static class TreeCondensation
{
    /// <summary>
    /// Walks the hierarchy from the root, level by level, left before right. A side with fewer points than
    /// <paramref name="minClusterSize"/> falls out of its cluster point by point. A point that stands for copies leaves with them in one
    /// row; where it is as large as a cluster, it leaves at 1 over the distance at which they join. O(n) time and memory.
    /// </summary>
    /// <param name="linkage">The hierarchy of at least two points, copies counted.</param>
    /// <param name="minClusterSize">The smallest cluster, at least 2.</param>
    public static CondensedTree Build(SingleLinkageTree linkage, int minClusterSize)
    {
        ArgumentNullException.ThrowIfNull(linkage);
        ArgumentOutOfRangeException.ThrowIfLessThan(minClusterSize, 2);
        int points = linkage.PointCount;
        Rows rows = new(points);
        Queue<(int Node, int Cluster)> alive = new();
        Queue<int> falling = new();
        int nextCluster = points + 1;
        if (linkage.SizeOf(2 * points - 2) > 1)
        {
            alive.Enqueue((2 * points - 2, points));
        }

        while (alive.TryDequeue(out (int Node, int Cluster) at))
        {
            if (at.Node < points)
            {
                rows.Add(at.Cluster, at.Node, Lambda(linkage.Copies!.Distances[at.Node]), linkage.SizeOf(at.Node));
                continue;
            }

            int row = at.Node - points;
            int left = linkage.Left[row], right = linkage.Right[row];
            double lambda = Lambda(linkage.Distances[row]);
            int leftSize = linkage.SizeOf(left), rightSize = linkage.SizeOf(right);

            // What lies at one place is one group, also where it was given as several points with copies.
            bool onePlace = linkage.Copies is not null && double.IsInfinity(lambda);
            bool keepLeft = leftSize >= minClusterSize && !onePlace, keepRight = rightSize >= minClusterSize && !onePlace;
            if (keepLeft && keepRight)
            {
                rows.Add(at.Cluster, nextCluster, lambda, leftSize);
                rows.Add(at.Cluster, nextCluster + 1, lambda, rightSize);
                alive.Enqueue((left, nextCluster));
                alive.Enqueue((right, nextCluster + 1));
                nextCluster += 2;
                continue;
            }

            Keep(left, keepLeft, at.Cluster, lambda);
            Keep(right, keepRight, at.Cluster, lambda);
        }

        return rows.ToTree();

        void Keep(int node, bool keep, int cluster, double lambda)
        {
            if (keep)
            {
                alive.Enqueue((node, cluster));
                return;
            }

            falling.Enqueue(node);
            while (falling.TryDequeue(out int at))
            {
                if (at < points)
                {
                    rows.Add(cluster, at, lambda, linkage.SizeOf(at));
                }
                else
                {
                    falling.Enqueue(linkage.Left[at - points]);
                    falling.Enqueue(linkage.Right[at - points]);
                }
            }
        }
    }

    private static double Lambda(double distance) => distance > 0 ? 1 / distance : double.PositiveInfinity;

    private sealed class Rows(int points)
    {
        private readonly List<int> _parents = new(points);
        private readonly List<int> _children = new(points);
        private readonly List<double> _lambdas = new(points);
        private readonly List<int> _sizes = new(points);

        public void Add(int parent, int child, double lambda, int size)
        {
            _parents.Add(parent);
            _children.Add(child);
            _lambdas.Add(lambda);
            _sizes.Add(size);
        }

        public CondensedTree ToTree() => new(points, [.. _parents], [.. _children], [.. _lambdas], [.. _sizes]);
    }
}
