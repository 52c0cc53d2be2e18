namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class PrimSpanningTreeTests
{
    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = false)]
    [DataRow(2)]
    [DataRow(5)]
    public void A_worker_that_fails_ends_the_work_of_the_others(int threads)
    {
        // Without the last core distance, only the worker that looks at the last point fails.
        float[] points = TestPoints.Blobs(900, 1200, 3, seed: 1);
        PointSet set = PointSet.Create(points, 1200, DistanceMetric.Euclidean, nameof(points));
        MutualReachability broken = new(set, new double[899], 1);

        AggregateException failed = Should.Throw<AggregateException>(() => PrimSpanningTree.Build(broken, threads, null, CancellationToken.None));

        failed.Flatten().InnerExceptions.ShouldAllBe(e => e is IndexOutOfRangeException);
    }

    [TestMethod]
    [Timeout(60_000, CooperativeCancellation = false)]
    public void A_progress_that_fails_ends_the_work()
    {
        float[] points = TestPoints.Blobs(900, 1200, 3, seed: 1);
        PointSet set = PointSet.Create(points, 1200, DistanceMetric.Euclidean, nameof(points));
        MutualReachability graph = new(set, new double[900], 1);

        AggregateException failed = Should.Throw<AggregateException>(() => PrimSpanningTree.Build(graph, 2, new Broken(), CancellationToken.None));

        failed.ToString().ShouldContain("no room to write");
    }

    private sealed class Broken : IProgress<double>
    {
        public void Report(double value) => throw new IOException("no room to write");
    }
}
