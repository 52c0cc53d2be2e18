namespace Pipeline.Clustering.Tests;

[TestClass]
public sealed class DistinctRowsTests
{
    [TestMethod]
    public void Equal_rows_become_one_in_the_order_of_their_first_appearance()
    {
        DistinctRows rows = DistinctRows.Of(new float[] { 1, 2, 0, 3, 1, 2, -0f, 3, 1, 3 }, 2);

        rows.Points.ShouldBe([1, 2, 0, 3, 1, 3]);
        rows.Weights.ShouldBe([2, 2, 1]);
        rows.RowOf.ShouldBe([0, 1, 0, 1, 2]);
        rows.Spread<string>(["a", "b", "c"]).ShouldBe(["a", "b", "a", "b", "c"]);
    }

    [TestMethod]
    [DataRow(0, 1)]
    [DataRow(1, 5)]
    [DataRow(5000, 3)]
    [DataRow(5000, 5000)]
    public void Every_row_is_found_again_and_every_copy_is_counted(int count, int different)
    {
        const int Dimensions = 7;
        Random random = new(count + different);
        float[] texts = [.. Enumerable.Range(0, different * Dimensions).Select(_ => (float)random.Next(3))];
        int[] of = [.. Enumerable.Range(0, count).Select(_ => random.Next(different))], weights = [.. of.Select(_ => random.Next(1, 9))];
        float[] points = [.. of.SelectMany(text => texts[(text * Dimensions)..((text + 1) * Dimensions)])];

        DistinctRows rows = DistinctRows.Of(points, Dimensions, weights);

        rows.Spread<int>([.. Enumerable.Range(0, rows.Count)]).SelectMany(row => rows.Points[(row * Dimensions)..((row + 1) * Dimensions)]).ShouldBe(points);
        Enumerable.Range(0, rows.Count).Select(row => string.Join(' ', rows.Points[(row * Dimensions)..((row + 1) * Dimensions)])).Distinct(StringComparer.Ordinal).Count().ShouldBe(rows.Count);
        rows.Weights.ShouldBe(Enumerable.Range(0, rows.Count).Select(row => Enumerable.Range(0, count).Where(i => rows.RowOf[i] == row).Sum(i => weights[i])));
    }

    [TestMethod]
    public void A_fit_of_the_different_rows_gives_the_clusters_of_all_rows()
    {
        float[] texts = TestPoints.Blobs(60, 12, 3, seed: 5);
        Random random = new(4);
        int[] of = [.. Enumerable.Range(0, 900).Select(_ => random.Next(60))];
        float[] points = [.. of.SelectMany(text => texts[(text * 12)..((text + 1) * 12)])];
        HdbscanOptions options = new() { MinClusterSize = 40, MinSamples = 5 };

        DistinctRows rows = DistinctRows.Of(points, 12);
        int[] labels = rows.Spread<int>(Hdbscan.Fit(rows.Points, 12, rows.Weights, options).Labels);

        HdbscanResult all = Hdbscan.Fit(points, 12, options);
        all.ClusterCount.ShouldBeGreaterThan(2);
        Closeness.SamePartition(labels, all.Labels).ShouldBeTrue();
    }

    [TestMethod]
    public void What_does_not_fit_is_refused()
    {
        Should.Throw<ArgumentException>(() => DistinctRows.Of(new float[5], 2)).Message.ShouldContain("does not divide the 5 numbers");
        Should.Throw<ArgumentException>(() => DistinctRows.Of(new float[] { 1, float.NaN }, 1)).Message.ShouldContain("NaN in row 1");
        Should.Throw<ArgumentException>(() => DistinctRows.Of(new float[4], 2, new[] { 1, 0 })).Message.ShouldContain("weights holds 0 at 1");
        Should.Throw<ArgumentException>(() => DistinctRows.Of(new float[4], 2).Spread<int>([1, 2])).Message.ShouldContain("one for each of the 1 different rows");
    }
}
