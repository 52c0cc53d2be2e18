using System.Numerics.Tensors;

namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class BirchTests
{
    private const int Dimensions = 3;

    [TestMethod]
    [DataRow(4, DisplayName = "points of 4 dimensions")]
    [DataRow(40, DisplayName = "points of 40 dimensions")]
    public void Every_point_is_in_one_subcluster_whose_radius_is_within_the_threshold(int dimensions)
    {
        float[] points = TestPoints.Blobs(3000, dimensions, 6, seed: 3);
        double threshold = 0.4 * Math.Sqrt(dimensions);
        BirchSubclusters found = Fit(points, dimensions, new BirchOptions { Threshold = threshold, BranchingFactor = 12 });

        found.Weights.Sum().ShouldBe(3000);
        found.Radii.ShouldAllBe(radius => radius <= threshold);
        found.Radii.ShouldContain(radius => radius > 0);
        found.Ids.Distinct().Count().ShouldBe(found.Count);
    }

    [TestMethod]
    public void The_centroids_are_the_means_of_the_points()
    {
        float[] points = TestPoints.Blobs(2000, Dimensions, 5, seed: 8);
        BirchSubclusters found = Fit(points, Dimensions, new BirchOptions { Threshold = 1 });
        for (int t = 0; t < Dimensions; t++)
        {
            double mean = Enumerable.Range(0, 2000).Average(i => (double)points[i * Dimensions + t]);
            Enumerable.Range(0, found.Count).Sum(i => found.Weights[i] * found.CentroidOf(i)[t] / 2000).ShouldBe(mean, 1e-5);
        }
    }

    [TestMethod]
    public void A_huge_offset_loses_neither_small_distances_nor_radii()
    {
        // 1/16 is the last bit of single precision at 2^19.
        float[] points = [.. Enumerable.Range(0, 4000).SelectMany(i => new[] { 524288f + i % 2 / 16f + i / 2 % 2 / 4f, 524288f })];
        BirchSubclusters found = Fit(points, 2, new BirchOptions { Threshold = 0.04 });

        found.Weights.ShouldBe([2000, 2000]);
        found.Radii.ShouldAllBe(radius => Math.Abs(radius - 1 / 32.0) < 1e-9);
    }

    [TestMethod]
    public void Equal_points_are_one_subcluster_without_radius_at_threshold_zero()
    {
        float[] points = [.. Enumerable.Range(0, 400).SelectMany(i => new float[] { 1e6f + i % 7, 0.1f * (i % 7) })];
        BirchSubclusters found = Fit(points, 2, new BirchOptions { Threshold = 0, BranchingFactor = 3 });

        found.Count.ShouldBe(7);
        found.Radii.ShouldAllBe(radius => radius == 0);
    }

    [TestMethod]
    public void A_weighted_point_counts_as_that_many_points()
    {
        float[] points = TestPoints.Blobs(300, 2, 3, seed: 4);
        Birch weighted = new(2, new BirchOptions { Threshold = 100 }), repeated = new(2, new BirchOptions { Threshold = 100 });
        for (int i = 0; i < 300; i++)
        {
            int copies = 1 + i % 4;
            weighted.Insert(points.AsSpan(i * 2, 2), copies);
            for (int c = 0; c < copies; c++)
            {
                repeated.Insert(points.AsSpan(i * 2, 2));
            }
        }

        BirchSubclusters a = weighted.Subclusters(), b = repeated.Subclusters();
        a.Weights.ShouldBe(b.Weights);
        a.Radii[0].ShouldBe(b.Radii[0], 1e-9);
        a.Centroids.ShouldBe(b.Centroids);
    }

    [TestMethod]
    public void Many_points_at_once_are_the_same_as_one_by_one()
    {
        float[] points = TestPoints.Blobs(1000, Dimensions, 4, seed: 5);
        Birch one = new(Dimensions, new BirchOptions { BranchingFactor = 5 });
        for (int i = 0; i < 1000; i++)
        {
            one.Insert(points.AsSpan(i * Dimensions, Dimensions));
        }

        Same(one.Subclusters(), Fit(points, Dimensions, new BirchOptions { BranchingFactor = 5 }));
        one.Inserted.ShouldBe(1000);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(25)]
    [DataRow(150)]
    public void There_are_never_more_subclusters_than_allowed(int most)
    {
        float[] points = TestPoints.Blobs(3000, 2, 6, seed: 6);
        Birch birch = new(2, new BirchOptions { Threshold = 0.01, BranchingFactor = 10, MaximumSubclusters = most });
        for (int i = 0; i < 3000; i += 100)
        {
            birch.InsertMany(points.AsMemory(i * 2, 200));
            birch.Subclusters().Count.ShouldBeInRange(1, most);
        }

        birch.Threshold.ShouldBeGreaterThan(0.01);
        BirchSubclusters found = birch.Subclusters();
        found.Radii.ShouldAllBe(radius => radius <= birch.Threshold);
        found.Weights.Sum().ShouldBe(3000, 1e-6);
    }

    [TestMethod]
    public void A_cancelled_bulk_insert_keeps_what_was_inserted()
    {
        using CancellationTokenSource stop = new();
        Birch birch = new(2);
        Progress progress = new(share => { if (share > 0.5) stop.Cancel(); });

        Should.Throw<OperationCanceledException>(() => birch.InsertMany(TestPoints.Blobs(1000, 2, 3, seed: 1), progress: progress, ct: stop.Token));
        birch.Inserted.ShouldBeInRange(500, 999);
        birch.Subclusters().Weights.Sum().ShouldBe(birch.Inserted);
    }

    [TestMethod]
    public void A_condensation_that_was_stopped_is_made_up_for()
    {
        float[] points = TestPoints.Blobs(600, 2, 3, seed: 1);
        BirchOptions options = new() { Threshold = 0.01, MaximumSubclusters = 100 };
        Birch stopped = new(2, options), whole = new(2, options);
        whole.InsertMany(points);
        CancellationToken stop = new(true);
        int point = 0;
        for (bool going = true; going; point++)
        {
            try
            {
                stopped.Insert(points.AsSpan(2 * point, 2), ct: stop);
            }
            catch (OperationCanceledException)
            {
                going = false;
            }
        }

        stopped.Inserted.ShouldBe(point);
        Should.Throw<OperationCanceledException>(() => stopped.Insert(points.AsSpan(2 * point, 2), ct: stop));
        stopped.Inserted.ShouldBe(point);
        stopped.InsertMany(points.AsMemory(2 * point));
        stopped.Inserted.ShouldBe(600);
        stopped.Subclusters().Centroids.ShouldBe(whole.Subclusters().Centroids);
        stopped.Threshold.ShouldBe(whole.Threshold);
    }

    [TestMethod]
    public void Progress_rises_to_one()
    {
        List<double> shares = [];
        new Birch(2).InsertMany(TestPoints.Blobs(500, 2, 3, seed: 1), progress: new Progress(shares.Add));
        shares.ShouldBe(shares.Order());
        shares[^1].ShouldBe(1);
    }

    [TestMethod]
    public void Threads_that_insert_at_the_same_time_lose_nothing()
    {
        float[] points = TestPoints.Blobs(2000, 2, 4, seed: 2);
        Birch birch = new(2);
        Parallel.For(0, 2000, i => birch.Insert(points.AsSpan(i * 2, 2)));
        birch.Subclusters().Weights.Sum().ShouldBe(2000);
    }

    [TestMethod]
    [DataRow(2, DisplayName = "in 2 dimensions")]
    [DataRow(32, DisplayName = "in 32 dimensions")]
    public void Points_are_labelled_with_the_nearest_centroid_on_any_number_of_threads(int dimensions)
    {
        float[] points = TestPoints.Blobs(2000, dimensions, 5, seed: 9);
        BirchSubclusters found = Fit(points, dimensions, new BirchOptions { Threshold = 0.3 * Math.Sqrt(dimensions) });
        int[] labels = found.Label(points, maxDegreeOfParallelism: 1);

        found.Label(points, maxDegreeOfParallelism: 4).ShouldBe(labels);
        for (int i = 0; i < 2000; i += 13)
        {
            float[] row = points[(i * dimensions)..((i + 1) * dimensions)];
            double least = Enumerable.Range(0, found.Count).Min(s => Squared(row, found.CentroidOf(s)));
            Squared(row, found.CentroidOf(labels[i])).ShouldBe(least, 1e-4 * least + 1e-9);
        }
    }

    [TestMethod]
    public void Without_points_there_are_no_subclusters_and_labels_are_minus_one()
    {
        BirchSubclusters none = new Birch(2).Subclusters();
        none.Count.ShouldBe(0);
        none.Label(new float[] { 1, 2, 3, 4 }).ShouldBe([-1, -1]);
        none.Agglomerate(3).ShouldBeEmpty();
    }

    [TestMethod]
    public void Bad_input_is_refused_with_its_name_its_value_and_its_range()
    {
        Birch birch = new(2, new BirchOptions { HalfLife = 1 });
        Message(() => _ = new Birch(0)).ShouldContain("dimensions is 0; it must be 1 or more");
        Message(() => _ = new Birch(2, new BirchOptions { Threshold = -1 })).ShouldContain("Threshold is -1; it must be finite and 0 or more");
        Message(() => _ = new Birch(2, new BirchOptions { BranchingFactor = 1 })).ShouldContain("BranchingFactor is 1; it must be 2 to 10000");
        Message(() => _ = new Birch(2, new BirchOptions { BranchingFactor = 10_001 })).ShouldContain("BranchingFactor is 10001; it must be 2 to 10000");
        Message(() => _ = new Birch(2, new BirchOptions { HalfLife = 0 })).ShouldContain("HalfLife is 0; it must be null, or finite and above 0");
        Message(() => _ = new Birch(2, new BirchOptions { MinimumWeight = 1 })).ShouldContain("MinimumWeight is 1; it must be 0 where HalfLife is null");
        Message(() => _ = new Birch(2, new BirchOptions { MaximumSubclusters = 0 })).ShouldContain("MaximumSubclusters is 0; it must be null or 1 or more");
        Message(() => birch.Insert([1, float.NaN])).ShouldContain("point holds NaN");
        Message(() => birch.Insert([1])).ShouldContain("point holds 1 numbers; it must hold 2");
        Message(() => birch.Insert([1, 2], weight: 0)).ShouldContain("weight is 0; it must be 1E-100 to 1E+100");
        Message(() => birch.Insert([1, 2], time: double.NaN)).ShouldContain("time is NaN; it must be finite");
        Message(() => birch.InsertMany(new float[] { 1, 2, 3 })).ShouldContain("dimensions is 2, which does not divide the 3 numbers of points");
        Message(() => birch.InsertMany(new float[] { 1, 2 }, weights: new double[] { 1, 1 })).ShouldContain("weights holds 2 numbers; it must hold none or 1");
        Message(() => birch.InsertMany(new float[] { 1, 2, 3, float.PositiveInfinity })).ShouldContain("row 1, column 1");
        Message(() => birch.Subclusters().Agglomerate(0)).ShouldContain("clusters");
        birch.Inserted.ShouldBe(0);
    }

    private static string Message(Action act) => Should.Throw<ArgumentException>(act).Message;

    private static double Squared(ReadOnlySpan<float> a, ReadOnlySpan<float> b) => Math.Pow(TensorPrimitives.Distance(a, b), 2);

    private static BirchSubclusters Fit(float[] points, int dimensions, BirchOptions options)
    {
        Birch birch = new(dimensions, options);
        birch.InsertMany(points);
        return birch.Subclusters();
    }

    private static void Same(BirchSubclusters a, BirchSubclusters b)
    {
        a.Centroids.ShouldBe(b.Centroids);
        a.Weights.ShouldBe(b.Weights);
        a.Radii.ShouldBe(b.Radii);
        a.Ids.ShouldBe(b.Ids);
    }

    private sealed class Progress(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
