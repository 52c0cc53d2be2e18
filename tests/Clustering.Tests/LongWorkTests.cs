using Pipeline.Clustering.Tests.Reduction;

namespace Pipeline.Clustering.Tests;

/// <summary>Whatever can take long tells how far it is, and stops when asked to, in every phase.</summary>
[TestClass]
[DoNotParallelize]
public sealed class LongWorkTests
{
    private const int MostStops = 30;
    private static readonly float[] Plane = TestPoints.Blobs(3000, 2, 5, seed: 3);
    private static readonly float[] Wide = TestPoints.Blobs(2200, 30, 5, seed: 4);
    private static readonly int[] Groups = SampleVectors.GroupLabels(600, 4);
    private static readonly float[] Grouped = SampleVectors.Groups(600, 24, 4, 0.3, 5);
    private static readonly Lazy<HdbscanPredictor> InPlane = new(() => new HdbscanPredictor(Hdbscan.Fit(Plane, 2).ToModel(Plane)));
    private static readonly Lazy<HdbscanPredictor> InMany = new(() => new HdbscanPredictor(Hdbscan.Fit(Wide, 30).ToModel(Wide)));
    private static readonly Lazy<UmapGraph> Graph = new(() => Umap.BuildGraph(Grouped, 24));
    private static readonly Lazy<UmapModel> Layout = new(() => Umap.Fit(Grouped, 24));
    private static readonly Lazy<BirchSubclusters> Subclusters = new(() => Inserted(null, default).Subclusters());

    private static readonly Dictionary<string, Action<IProgress<double>?, CancellationToken>> Work = new(StringComparer.Ordinal)
    {
        ["Hdbscan.Fit over a tree"] = (progress, ct) => Hdbscan.Fit(Plane, 2, null, progress, ct),
        ["Hdbscan.Fit over panels"] = (progress, ct) => Hdbscan.Fit(Wide, 30, null, progress, ct),
        ["Hdbscan.Fit over all pairs"] = (progress, ct) => Hdbscan.Fit(Plane.AsMemory(0, 1600), 2, null, progress, ct),
        ["Hdbscan.Fit with weights"] = (progress, ct) => Hdbscan.Fit(Plane, 2, Enumerable.Repeat(2, 3000).ToArray(), null, progress, ct),
        ["Hdbscan.Fit, approximate"] = (progress, ct) => Hdbscan.Fit(Grouped, 24, new HdbscanOptions { NeighborSearch = NeighborSearchMethod.Approximate }, progress, ct),
        ["Hdbscan.FitGraph"] = (progress, ct) => Hdbscan.FitGraph(Chain(9000), null, progress, ct),
        ["CoreDistances.Compute"] = (progress, ct) => CoreDistances.Compute(Plane, 2, 5, progress: progress, ct: ct),
        ["Predict in a plane"] = (progress, ct) => InPlane.Value.Predict(Plane, progress, ct),
        ["Predict in many dimensions"] = (progress, ct) => InMany.Value.Predict(Wide, progress, ct),
        ["PredictOutlierScores"] = (progress, ct) => InPlane.Value.PredictOutlierScores(Plane, progress, ct),
        ["MembershipVectors"] = (progress, ct) => InPlane.Value.MembershipVectors(Plane, progress, ct),
        ["AllPointsMembership"] = (progress, ct) => InPlane.Value.AllPointsMembership(progress, ct),
        ["Dbscan.Fit with local radii"] = (progress, ct) => Dbscan.Fit(Plane, 2, null, progress, ct),
        ["Dbscan.Fit over panels"] = (progress, ct) => Dbscan.Fit(Wide, 30, null, progress, ct),
        ["Birch.InsertMany"] = (progress, ct) => Inserted(progress, ct),
        ["BirchSubclusters.Label"] = (progress, ct) => Subclusters.Value.Label(TestPoints.Blobs(9000, 2, 5, seed: 6), null, progress, ct),
        ["BirchSubclusters.Agglomerate"] = (progress, ct) => Subclusters.Value.Agglomerate(4, progress, ct),
        ["Umap.Fit"] = (progress, ct) => Umap.Fit(Grouped, 24, new UmapOptions { Epochs = 20 }, progress, ct),
        ["Umap.Fit without epochs"] = (progress, ct) => Umap.Fit(Grouped, 24, new UmapOptions { Epochs = 0 }, progress, ct),
        ["Umap.BuildGraph, approximate"] = (progress, ct) => Umap.BuildGraph(Grouped, 24, new UmapOptions { NeighborSearch = NeighborSearchMethod.Approximate }, progress, ct),
        ["Umap.Layout"] = (progress, ct) => Umap.Layout(Graph.Value, new UmapOptions { Epochs = 20 }, progress, ct),
        ["UmapModel.Transform"] = (progress, ct) => Layout.Value.Transform(Grouped, progress, ct),
        ["UmapModel.Transform of few"] = (progress, ct) => Layout.Value.Transform(Grouped.AsMemory(0, 24 * 40), progress, ct),
        ["UmapModel.FindNeighbors"] = (progress, ct) => Layout.Value.FindNeighbors(Grouped, progress, ct),
        ["EmbeddingClustering.Fit"] = (progress, ct) => EmbeddingClustering.Fit(Grouped, 24, null, progress, ct),
        ["Pca.Fit"] = (progress, ct) => Pca.Fit(Grouped, 24, 5, progress: progress, ct: ct),
        ["Dbcv.Compute"] = (progress, ct) => Dbcv.Compute(Grouped, 24, Groups, progress: progress, ct: ct),
        ["Silhouette.Compute"] = (progress, ct) => Silhouette.Compute(Grouped, 24, Groups, progress: progress, ct: ct),
        ["Trustworthiness.Compute"] = (progress, ct) => Trustworthiness.Compute(Grouped, 24, Grouped, 24, progress: progress, ct: ct),
    };

    public static IEnumerable<object[]> Names => Work.Keys.Select(name => new object[] { name });

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Progress_never_falls_and_ends_at_one(string name)
    {
        List<double> shares = Reported(name);
        shares.Count.ShouldBeGreaterThan(2);
        shares.ShouldBe(shares.Order());
        shares[0].ShouldBeGreaterThanOrEqualTo(0);
        shares[^1].ShouldBe(1);
    }

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Work_that_is_asked_to_stop_at_any_share_stops(string name)
    {
        double[] shares = [.. Reported(name).Where(share => share < 1).Distinct()];
        foreach (double share in shares.Where((_, at) => at % ((shares.Length / MostStops) + 1) == 0 || at >= shares.Length - 8))
        {
            using CancellationTokenSource stop = new();
            Should.Throw<OperationCanceledException>(() => Work[name](new StopAtShare(share, stop), stop.Token), $"{name} at {share}");
        }
    }

    [TestMethod]
    public void Work_that_tells_nothing_stops_too()
    {
        CancellationToken stopped = new(true);
        HdbscanResult fit = Hdbscan.Fit(Plane, 2);
        Should.Throw<OperationCanceledException>(() => SingleLinkage.Build(fit.MinimumSpanningTree, ct: stopped));
        Should.Throw<OperationCanceledException>(() => TreeCondensation.Build(fit.SingleLinkageTree, 5, stopped));
        Should.Throw<OperationCanceledException>(() => new HdbscanPredictor(fit.ToModel(Plane), ct: stopped));
        Should.Throw<OperationCanceledException>(() => InPlane.Value.StreamMembershipVectors(Plane, ct: stopped).Count());
        Should.Throw<OperationCanceledException>(() => InPlane.Value.StreamAllPointsMembership(ct: stopped).Count());
        Should.Throw<OperationCanceledException>(() => Pca.Fit(Grouped, 24, 5).Transform(Grouped, ct: stopped));
    }

    private static List<double> Reported(string name)
    {
        ProgressLog log = new();
        Work[name](log, CancellationToken.None);
        return log.Values;
    }

    private static Birch Inserted(IProgress<double>? progress, CancellationToken ct)
    {
        Birch birch = new(2);
        birch.InsertMany(Plane, progress: progress, ct: ct);
        return birch;
    }

    /// <summary>Each point lists the next three.</summary>
    private static NeighborGraph Chain(int count) => NeighborGraph.FromLists(
        3,
        [.. Enumerable.Range(0, count).SelectMany(point => Enumerable.Range(1, 3).Select(step => (point + step) % count))],
        [.. Enumerable.Range(0, count).SelectMany(point => Enumerable.Range(1, 3).Select(step => step * (1 + (point % 7 * 0.1))))]);
}
