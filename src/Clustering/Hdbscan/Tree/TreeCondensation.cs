using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Condenses the single linkage hierarchy: a split counts only where both sides are large enough.</summary>
public static class TreeCondensation
{
    private const int NodesBetweenLooks = 65_536;

    /// <summary>
    /// Walks the hierarchy from the root, level by level, left before right. A side with fewer points than
    /// <paramref name="minClusterSize"/> falls out of its cluster point by point. A point that stands for copies leaves with them in one
    /// row; where it is as large as a cluster, it leaves at 1 over the distance at which they join. O(n) time and memory.
    /// </summary>
    /// <param name="linkage">The hierarchy of at least two points, copies counted.</param>
    /// <param name="minClusterSize">The smallest cluster, at least 2.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was cancelled.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static CondensedTree Build(SingleLinkageTree linkage, int minClusterSize, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(linkage);
        ArgumentOutOfRangeException.ThrowIfLessThan(minClusterSize, 2);
        int points = linkage.PointCount;
        Rows rows = new(points, RowsAtMost(linkage, minClusterSize));
        NodeQueue alive = new(), clusters = new(), falling = new();
        int nextCluster = points + 1;
        if (linkage.SizeOf(2 * points - 2) > 1)
        {
            alive.Add(2 * points - 2);
            clusters.Add(points);
        }

        for (int looked = 0; alive.Count > 0; looked++)
        {
            if (looked % NodesBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            int node = alive.Take(), cluster = clusters.Take();
            if (node < points)
            {
                rows.Add(cluster, node, Lambda(linkage.Copies!.Distances[node]), linkage.SizeOf(node));
                continue;
            }

            int left = linkage.Left[node - points], right = linkage.Right[node - points];
            double lambda = Lambda(linkage.Distances[node - points]);
            int leftSize = linkage.SizeOf(left), rightSize = linkage.SizeOf(right);

            // What lies at one place is one group, also where it was given as several points with copies.
            bool onePlace = linkage.Copies is not null && double.IsInfinity(lambda);
            bool keepLeft = leftSize >= minClusterSize && !onePlace, keepRight = rightSize >= minClusterSize && !onePlace;
            if (keepLeft && keepRight)
            {
                rows.Add(cluster, nextCluster, lambda, leftSize);
                rows.Add(cluster, nextCluster + 1, lambda, rightSize);
                alive.Add(left);
                alive.Add(right);
                clusters.Add(nextCluster);
                clusters.Add(nextCluster + 1);
                nextCluster += 2;
                continue;
            }

            Keep(left, keepLeft, cluster, lambda);
            Keep(right, keepRight, cluster, lambda);
        }

        return rows.ToTree();

        void Keep(int node, bool keep, int cluster, double lambda)
        {
            if (keep)
            {
                alive.Add(node);
                clusters.Add(cluster);
            }
            else
            {
                FallOut(linkage, node, cluster, lambda, falling, rows);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FallOut(SingleLinkageTree linkage, int node, int cluster, double lambda, NodeQueue falling, Rows rows)
    {
        int points = linkage.PointCount;
        falling.Add(node);
        while (falling.Count > 0)
        {
            int at = falling.Take();
            if (at < points)
            {
                rows.Add(cluster, at, lambda, linkage.SizeOf(at));
            }
            else
            {
                falling.Add(linkage.Left[at - points]);
                falling.Add(linkage.Right[at - points]);
            }
        }
    }

    /// <summary>A row for each point and two for each split; what is large enough to split hangs together from the root down.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int RowsAtMost(SingleLinkageTree linkage, int minClusterSize)
    {
        int rows = linkage.PointCount;
        for (int row = 0; row < linkage.Left.Length; row++)
        {
            rows += linkage.SizeOf(linkage.Left[row]) >= minClusterSize && linkage.SizeOf(linkage.Right[row]) >= minClusterSize ? 2 : 0;
        }

        return rows;
    }

    private static double Lambda(double distance) => distance > 0 ? 1 / distance : double.PositiveInfinity;

    private sealed class Rows(int points, int most)
    {
        private readonly int[] _parents = new int[most];
        private readonly int[] _children = new int[most];
        private readonly double[] _lambdas = new double[most];
        private readonly int[] _sizes = new int[most];
        private int _count;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(int parent, int child, double lambda, int size)
        {
            _parents[_count] = parent;
            _children[_count] = child;
            _lambdas[_count] = lambda;
            _sizes[_count++] = size;
        }

        public CondensedTree ToTree() =>
            _count == most
                ? new CondensedTree(points, _parents, _children, _lambdas, _sizes)
                : new CondensedTree(points, _parents[.._count], _children[.._count], _lambdas[.._count], _sizes[.._count]);
    }
}

/// <summary>
/// The condensed tree (Campello, Moulavi, Sander 2013; McInnes, Healy 2017): rows (parent, child, lambda, size).
/// Ids below <see cref="PointCount"/> are points, the root cluster's id is <see cref="PointCount"/>, and a split
/// gives its two clusters the next two ids, so that ids ascend from the root down.
/// </summary>
/// <param name="PointCount">The number of points.</param>
/// <param name="Parents">Per row, the cluster that is left.</param>
/// <param name="Children">Per row, the point or cluster that leaves.</param>
/// <param name="Lambdas">Per row, 1/distance at which it leaves; infinite at distance 0.</param>
/// <param name="ChildSizes">Per row, the number of points in the child, copies counted; for a point its weight, 1 unless it has copies.</param>
public sealed record CondensedTree(int PointCount, int[] Parents, int[] Children, double[] Lambdas, int[] ChildSizes);
