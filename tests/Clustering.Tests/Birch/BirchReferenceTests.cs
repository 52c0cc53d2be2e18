namespace Pipeline.Clustering.Tests;

/// <summary>What scikit-learn 1.2.1 finds in points that both can make without a file.</summary>
[TestClass]
public sealed class BirchReferenceTests
{
    private const int Count = 3000;

    [TestMethod]
    [DataRow(0.5, 50, 3000, 3000, 33309084.834473)]
    [DataRow(1.5, 50, 770, 14360, 8391453.073567)]
    [DataRow(1.5, 2, 965, 12490, 10351353.719337)]
    [DataRow(3, 10, 224, 53222, 2516113.829308)]
    [DataRow(6, 3, 26, 398904, 294987.215379)]
    [DataRow(12, 50, 5, 1800000, 55208.153602)]
    public void The_subclusters_are_those_of_the_reference(double threshold, int branchingFactor, int subclusters, int squaredWeights, double squaredCentroids)
    {
        Birch birch = new(3, new BirchOptions { Threshold = threshold, BranchingFactor = branchingFactor });
        birch.InsertMany(ReferencePoints());
        BirchSubclusters found = birch.Subclusters();

        found.Count.ShouldBe(subclusters);
        found.Weights.Sum(weight => weight * weight).ShouldBe(squaredWeights);
        found.Centroids.Sum(value => (double)value * value).ShouldBe(squaredCentroids, 1e-6 * squaredCentroids);
    }

    private static float[] ReferencePoints() =>
        [.. Enumerable.Range(0, Count).SelectMany(i => new[]
        {
            (float)((i * 7919L % 1009 / 64.0) + (i % 5 * 40)),
            (float)(i * 104729L % 2003 / 128.0),
            (float)(i * 1299709L % 499 / 32.0),
        })];
}
