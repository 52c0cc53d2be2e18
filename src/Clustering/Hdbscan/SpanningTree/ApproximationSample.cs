using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Measures how near an approximate graph and tree come to exact ones, on a sample of points whose distances to all others are computed.</summary>
/// <remarks>
/// A sampled point's part of the excess has two terms. With its exact core distance in place of the listed one, its edges of the tree weigh less. With edges to all other points
/// besides, a minimum spanning tree of the tree and these edges weighs less again; as both ends of an edge that the graph lacks find it, half of that counts.
/// </remarks>
internal sealed class ApproximationSample
{
    private const int MostSampled = 64;
    private const int PointsBetweenLooks = 16384;
    private readonly MutualReachability _graph;
    private readonly NeighborLists _lists;
    private readonly int[]? _weights;
    private readonly int _minSamples;
    private readonly double[] _least;

    private ApproximationSample(MutualReachability graph, MinimumSpanningTree tree, NeighborLists lists, int[]? weights, int minSamples)
    {
        _graph = graph;
        _lists = lists;
        _weights = weights;
        _minSamples = minSamples;
        _least = new double[graph.Points.Count];
        _least.AsSpan().Fill(double.PositiveInfinity);
        for (int edge = 0; edge < tree.Weights.Length; edge++)
        {
            int source = tree.Sources[edge], target = tree.Targets[edge];
            _least[source] = Math.Min(_least[source], tree.Weights[edge]);
            _least[target] = Math.Min(_least[target], tree.Weights[edge]);
        }
    }

    /// <summary>Samples and measures. O(64 n d) time, O(threads n) memory.</summary>
    /// <param name="graph">The graph with the listed core distances.</param>
    /// <param name="tree">Its tree, in the order of Prim's algorithm.</param>
    /// <param name="lists">The neighbours listed.</param>
    /// <param name="weights">Per point, how many copies it stands for; null for one each.</param>
    /// <param name="minSamples">The neighbour whose distance is the core distance.</param>
    /// <param name="options">The seed and the threads; these have no influence on the result.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="ct">Stops the work.</param>
    public static TreeApproximation Measure(
        MutualReachability graph, MinimumSpanningTree tree, NeighborLists lists, int[]? weights, int minSamples, HdbscanOptions options, IProgress<double>? progress, CancellationToken ct)
    {
        int n = graph.Points.Count;
        int[] sample = Choose(n, Math.Min(n, MostSampled), options.Seed);
        double[] recalls = new double[sample.Length], excesses = new double[sample.Length];
        ApproximationSample work = new(graph, tree, lists, weights, minSamples);
        int done = 0;
        ParallelBlocks.Run(sample.Length, options.Threads, () => new Workspace(n, lists.Count), (at, own) =>
        {
            (recalls[at], excesses[at]) = work.Look(sample[at], own, ct);
            progress?.Report((double)Interlocked.Increment(ref done) / sample.Length);
        }, ct);
        double weight = tree.TotalWeight, share = weight > 0 ? n / weight : 0;
        return new TreeApproximation
        {
            SampledPoints = sample.Length,
            Neighbors = lists.Count,
            Recall = recalls.Average(),
            RecallError = Error(recalls, n),
            ExcessWeight = excesses.Average() * share,
            ExcessWeightError = Error(excesses, n) * share,
            Components = 1,
        };
    }

    /// <summary>Different points by chance, ascending (Floyd's algorithm; Bentley 1987).</summary>
    private static int[] Choose(int n, int count, int seed)
    {
        CounterRandom random = CounterRandom.For(seed, count, -4);
        SortedSet<int> chosen = [];
        for (int last = n - count; last < n; last++)
        {
            int point = random.Below(last + 1);
            _ = chosen.Add(point) || chosen.Add(last);
        }

        return [.. chosen];
    }

    /// <summary>The standard error of the mean of a sample from n without repeats.</summary>
    private static double Error(double[] values, int n)
    {
        double mean = values.Average(), squares = values.Sum(value => (value - mean) * (value - mean));
        return values.Length == n ? 0 : Math.Sqrt(squares / (values.Length - 1) / values.Length * (n - values.Length) / (n - 1));
    }

    private (double Recall, double Excess) Look(int point, Workspace own, CancellationToken ct)
    {
        PointSet points = _graph.Points;
        NearestList nearest = NearestList.Start(own.Nearest, own.NearestSquares);
        for (int other = 0; other < points.Count; other++)
        {
            if (other % PointsBetweenLooks == 0)
            {
                ct.ThrowIfCancellationRequested();
            }

            if (other != point)
            {
                double squared = points.Squared(point, other);
                nearest.OfferOrdered(other, squared);
                own.Distances[other] = points.ToDistance(squared);
            }
        }

        double farthest = points.ToDistance(nearest.Limit);
        double recall = (double)_lists.DistancesOf(point).ToArray().Count(distance => distance <= farthest) / _lists.Count;
        double core = Core(point, own);
        return (recall, Excess(point, core, own.Distances));
    }

    private double Core(int point, Workspace own)
    {
        int seen = _weights is null ? 0 : _weights[point] - 1, at = 0;
        while (seen < _minSamples)
        {
            seen += _weights is null ? 1 : _weights[own.Nearest[at]];
            at++;
        }

        return at > 0 ? own.Distances[own.Nearest[at - 1]] : 0;
    }

    /// <summary>What a point's least edge of the tree weighs more than its least edge of all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double Excess(int point, double core, double[] distances)
    {
        double least = double.PositiveInfinity;
        double[] cores = _graph.CoreDistances;
        for (int other = 0; other < distances.Length; other++)
        {
            double weight = _graph.Between(core, cores[other], distances[other]);
            least = other != point && weight < least ? weight : least;
        }

        return Math.Max(0, _least[point] - least);
    }

    private sealed class Workspace(int points, int neighbors)
    {
        public int[] Nearest { get; } = new int[neighbors];

        public double[] NearestSquares { get; } = new double[neighbors];

        /// <summary>Per point, its distance from the point that is looked at.</summary>
        public double[] Distances { get; } = new double[points];
    }
}
