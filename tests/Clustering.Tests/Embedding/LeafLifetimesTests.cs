namespace Pipeline.Clustering.Tests.Embedding;

[TestClass]
public sealed class LeafLifetimesTests
{
    // 40 points; the root splits at distance 2 into clusters of 10 and 28, the larger at distance 1 into clusters of 9 and 14.
    private static readonly LeafLifetimes Lifetimes = LeafLifetimes.Of(Tree(), 5);

    [TestMethod]
    public void A_cluster_is_a_leaf_until_its_sibling_is_too_small_and_its_parent_from_then_on() => Lifetimes.Sizes.ShouldBe([5, 10]);

    // At 5: the leaf of 10 lives from 5 to 10, those of 9 and 14 from 5 to 9. At 10: the leaf of 28 takes the place of the latter two, for that one size.
    [TestMethod]
    public void Persistence_adds_up_the_lives_of_the_leaves() => Lifetimes.Persistence().ShouldBe([6 + 5 + 5, 6 + 1]);

    [TestMethod]
    public void Sizes_are_as_alike_as_their_leaves()
    {
        Lifetimes.Similarity(5, 7).ShouldBe(1);
        Lifetimes.Similarity(5, 10).ShouldBe(0.25);
        Lifetimes.Similarity(5, 11).ShouldBe(0);
    }

    [TestMethod]
    public void A_tree_without_a_split_has_no_sizes()
    {
        int[] points = [.. Enumerable.Range(0, 6)];
        LeafLifetimes lifetimes = LeafLifetimes.Of(new CondensedTree(6, [.. points.Select(_ => 6)], points, [.. points.Select(_ => 1d)], [.. points.Select(_ => 1)]), 5);
        lifetimes.Sizes.ShouldBeEmpty();
        lifetimes.Persistence().ShouldBeEmpty();
    }

    private static CondensedTree Tree()
    {
        List<(int Parent, int Child, double Lambda, int Size)> rows = [(40, 41, 0.5, 10), (40, 42, 0.5, 28), (42, 43, 1, 9), (42, 44, 1, 14)];
        int point = 0;
        foreach ((int parent, int count, double lambda) in new[] { (40, 2, 0.4), (41, 10, 3), (42, 5, 0.8), (43, 9, 3), (44, 14, 3) })
        {
            for (int i = 0; i < count; i++)
                rows.Add((parent, point++, lambda, 1));
        }

        return new CondensedTree(40, [.. rows.Select(r => r.Parent)], [.. rows.Select(r => r.Child)], [.. rows.Select(r => r.Lambda)], [.. rows.Select(r => r.Size)]);
    }
}
