namespace Pipeline.Clustering.Tests;

/// <summary>Rules of the condensed tree and of the selection that only show where sizes, distances or stabilities are equal.</summary>
[TestClass]
public sealed class CondensedTreeTests
{
    // Points 0 and 1 at one place, 2 and 3 at another one; the two places 1 apart.
    private static readonly SingleLinkageTree TwoPlaces = new([0, 2, 4], [1, 3, 5], [0, 0, 1], [2, 2, 4]);

    [TestMethod]
    public void Points_with_copies_at_one_place_are_one_group_however_many_they_are()
    {
        SingleLinkageTree copied = TwoPlaces with { Sizes = [8, 8, 16], Copies = new PointCopies([4, 4, 4, 4], [0, 0, 0, 0]) };

        CondensedTree tree = TreeCondensation.Build(copied, minClusterSize: 4);

        tree.Children.Where(child => child >= 4).ShouldBe([5, 6], "the two places, and no part of either");
        tree.Children.Where(child => child < 4).ShouldBe([0, 1, 2, 3]);
        tree.Parents[2..].ShouldBe([5, 5, 6, 6]);
        Labels(copied, minClusterSize: 4).ShouldBe([0, 0, 1, 1]);
    }

    [TestMethod]
    public void Points_without_copies_at_one_place_split_as_in_the_reference_implementation()
    {
        SingleLinkageTree plain = new([0, 2, 4], [1, 3, 5], [0, 0, 0], [2, 2, 4]);

        CondensedTree tree = TreeCondensation.Build(plain, minClusterSize: 2);

        tree.Children.Where(child => child >= 4).ShouldBe([5, 6]);
        tree.Lambdas.ShouldAllBe(lambda => double.IsPositiveInfinity(lambda));
    }

    [TestMethod]
    [DataRow(1.0, new[] { 6, 8, 9 }, DisplayName = "more stable together")]
    [DataRow(0.5, new[] { 6, 7 }, DisplayName = "exactly as stable together")]
    [DataRow(0.25, new[] { 6, 7 }, DisplayName = "less stable together")]
    public void Children_replace_a_cluster_only_where_they_are_more_stable_together(double ofEach, int[] chosen)
    {
        // The root (5) splits into 6 and 7, and 7 into 8 and 9.
        CondensedTree tree = new(5, [5, 5, 7, 7, 6, 8, 8, 9, 9], [6, 7, 8, 9, 0, 1, 2, 3, 4], [1, 1, 2, 2, 3, 3, 3, 3, 3], [1, 4, 2, 2, 1, 1, 1, 1, 1]);

        ClusterSelection selection = ClusterSelection.Choose(tree, [0, 1, 1, ofEach, ofEach], new HdbscanOptions { MinClusterSize = 2 });

        selection.Clusters.ShouldBe(chosen);
        selection.Stability[2].ShouldBe(Math.Max(1, 2 * ofEach));
    }

    private static int[] Labels(SingleLinkageTree linkage, int minClusterSize) => Hdbscan.Cluster(linkage, new HdbscanOptions { MinClusterSize = minClusterSize }).Labels;
}
