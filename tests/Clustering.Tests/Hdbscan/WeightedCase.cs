namespace Pipeline.Clustering.Tests;

/// <summary>A random set of weighted points with random parameters, and the same points as real copies, each point's copies in a row.</summary>
internal sealed class WeightedCase
{
    private static readonly int[] Sizes = [1, 2, 3, 7, 20, 45, 80];
    private static readonly int[] Widths = [1, 2, 3, 5, 24];

    public WeightedCase(int seed)
    {
        Random random = new(seed);
        int count = Sizes[random.Next(Sizes.Length)];
        Dimensions = Widths[random.Next(Widths.Length)];
        Points = TestPoints.Blobs(count, Dimensions, 3, seed);
        int heaviest = random.Next(2) == 0 ? 4 : 25;
        Weights = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0 ? random.Next(2, heaviest + 1) : 1)];
        Weights[0] += count == 1 ? 1 : 0;
        Owners = [.. Enumerable.Range(0, count).SelectMany(point => Enumerable.Repeat(point, Weights[point]))];
        Firsts = [.. Enumerable.Range(0, count).Select(point => Array.IndexOf(Owners, point))];
        Options = new HdbscanOptions
        {
            MinClusterSize = random.Next(2, 13),
            MinSamples = random.Next(1, 10),
            Metric = Dimensions > 1 && random.Next(3) == 0 ? DistanceMetric.Cosine : DistanceMetric.Euclidean,
            SelectionMethod = random.Next(3) == 0 ? ClusterSelectionMethod.Leaf : ClusterSelectionMethod.ExcessOfMass,
            ClusterSelectionEpsilon = random.Next(4) == 0 ? random.NextDouble() * 2 : 0,
            AllowSingleCluster = random.Next(4) == 0,
            MaxClusterSize = random.Next(6) == 0 ? 60 : null,
        };
    }

    public int Dimensions { get; }

    public float[] Points { get; }

    public int[] Weights { get; }

    /// <summary>Per copy, its point.</summary>
    public int[] Owners { get; }

    /// <summary>Per point, its first copy.</summary>
    public int[] Firsts { get; }

    public HdbscanOptions Options { get; }

    public float[] Copies() => TestPoints.Reorder(Points, Dimensions, Owners);

    public HdbscanResult Fit() => Hdbscan.Fit(Points, Dimensions, Weights, Options);

    /// <summary>The fit of the real copies.</summary>
    public HdbscanResult FitCopies() => Hdbscan.Fit(Copies(), Dimensions, Options);

    /// <summary>The same with the edges between copies before others of equal weight.</summary>
    public HdbscanResult CopiesFirst(HdbscanResult real)
    {
        MinimumSpanningTree tree = real.MinimumSpanningTree;
        int[] order = [.. Enumerable.Range(0, tree.Weights.Length).OrderBy(edge => IsFirst(tree.Targets[edge]) ? 1 : 0)];
        MinimumSpanningTree arranged = new(
            Array.ConvertAll(order, edge => Firsts[Owners[IsFirst(tree.Targets[edge]) ? tree.Sources[edge] : tree.Targets[edge]]]),
            Array.ConvertAll(order, edge => tree.Targets[edge]),
            Array.ConvertAll(order, edge => tree.Weights[edge]));
        return Hdbscan.Cluster(SingleLinkage.Build(arranged), Options) with
        {
            Dimensions = Dimensions,
            MinSamples = real.MinSamples,
            PredictionCoreDistances = real.PredictionCoreDistances,
        };
    }

    public bool IsFirst(int copy) => Firsts[Owners[copy]] == copy;
}
