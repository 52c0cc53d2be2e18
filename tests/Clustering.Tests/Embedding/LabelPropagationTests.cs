namespace Pipeline.Clustering.Tests.Embedding;

[TestClass]
public sealed class LabelPropagationTests
{
    /// <summary>Two chains of four nodes, 0 to 3 and 4 to 7, without an edge between them.</summary>
    private static readonly UmapGraph Chains = Graph(8, (0, 1, 0.9f), (1, 2, 0.8f), (2, 3, 0.7f), (4, 5, 0.9f), (5, 6, 0.8f), (6, 7, 0.7f));

    [TestMethod]
    public void A_part_never_reaches_across_a_gap()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            (int[] part, int count) = LabelPropagation.Partition(Chains, 3, seed, 0, new ParallelOptions());
            part.ShouldAllBe(p => p >= 0 && p < count);
            part.Distinct().Count().ShouldBe(count);
            part[..4].Intersect(part[4..]).ShouldBeEmpty();
        }
    }

    [TestMethod]
    public void One_label_takes_all_that_it_reaches_and_what_it_does_not_reach_is_a_part_as_far_as_it_hangs_together()
    {
        UmapGraph graph = Graph(9, (0, 1, 0.9f), (1, 2, 0.8f), (2, 3, 0.7f), (4, 5, 0.9f), (5, 6, 0.8f), (6, 7, 0.7f));
        (int[] part, int count) = LabelPropagation.Partition(graph, 1, 42, 0, new ParallelOptions());
        count.ShouldBe(3);
        part.ShouldBe([0, 0, 0, 0, 1, 1, 1, 1, 2]);
    }

    [TestMethod]
    public void A_graph_of_many_pieces_has_no_more_parts_than_pieces_and_labels()
    {
        UmapGraph pairs = Graph(400, [.. Enumerable.Range(0, 200).Select(pair => (2 * pair, (2 * pair) + 1, 0.5f))]);
        LabelPropagation.Partition(pairs, 3, 42, 0, new ParallelOptions()).Count.ShouldBeInRange(200, 203);
    }

    [TestMethod]
    public void Merged_parts_are_joined_by_the_weight_between_them_over_the_root_of_their_sizes()
    {
        UmapGraph graph = Graph(4, (0, 1, 0.9f), (0, 2, 0.5f), (1, 2, 0.25f), (1, 3, 0.125f));
        UmapGraph merged = GraphContraction.Contract(graph, [0, 0, 1, 2], 3, new ParallelOptions());
        merged.RowOffsets.ShouldBe([0, 2, 3, 4]);
        merged.Columns.ShouldBe([1, 2, 0, 0]);
        float two = (float)(0.75 / Math.Sqrt(2)), three = (float)(0.125 / Math.Sqrt(2));
        merged.Weights.ShouldBe([two, three, two, three]);
    }

    private static UmapGraph Graph(int count, params (int From, int To, float Weight)[] edges)
    {
        (int From, int To, float Weight)[] both = [.. edges.Concat(edges.Select(e => (e.To, e.From, e.Weight))).OrderBy(e => e)];
        return new UmapGraph([.. Enumerable.Range(0, count + 1).Select(i => both.Count(e => e.From < i))], [.. both.Select(e => e.To)], [.. both.Select(e => e.Weight)], [], 0);
    }
}
