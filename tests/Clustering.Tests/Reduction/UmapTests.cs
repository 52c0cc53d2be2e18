using System.Runtime.InteropServices;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class UmapTests
{
    private static readonly float[] Sample = SampleVectors.Groups(600, 20, 6, 0.25, 11);
    private static readonly Lazy<UmapModel> Model = new(() => Umap.Fit(Sample, 20));

    [TestMethod]
    [DataRow(0.0, 1.9328, 0.7905)]
    [DataRow(0.1, 1.5769, 0.8951)]
    [DataRow(0.5, 0.5830, 1.3342)]
    public void The_curve_is_fitted_as_umap_learn_fits_it(double minDistance, double a, double b)
    {
        // umap.umap_.find_ab_params of umap-learn 0.5.3, spread 1.
        UmapModel model = Umap.Fit(Sample.AsMemory(0, 200), 20, new UmapOptions { MinDistance = minDistance, Epochs = 0 });
        model.A.ShouldBe(a, 1e-3);
        model.B.ShouldBe(b, 1e-3);
    }

    [TestMethod]
    public void Points_of_one_group_stay_together_and_groups_stay_apart()
    {
        float[] layout = Model.Value.Embedding;
        for (int i = 0; i < 60; i++)
            Nearest(layout, 5, i, 10).ShouldAllBe(j => j % 6 == i % 6);
    }

    [TestMethod]
    [DataRow(5, 0.9441)]
    [DataRow(2, 0.9402)]
    public void A_layout_is_as_trustworthy_as_that_of_umap_learn(int components, double reference)
    {
        // sklearn.manifold.trustworthiness (15 neighbours, cosine) of umap-learn 0.5.3 with the same options on the same points, random_state 42.
        float[] points = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SharedFiles.Require("golden/emb500_d384/data.f32"))).ToArray();
        float[] layout = Umap.Fit(points, 384, new UmapOptions { Components = components }).Embedding;
        Trustworthiness.Compute(points, 384, layout, components, 15, DistanceMetric.Cosine).ShouldBeGreaterThan(reference - 0.01);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        UmapModel one = Umap.Fit(Sample, 20, new UmapOptions { MaxDegreeOfParallelism = 1 });
        UmapModel many = Umap.Fit(Sample, 20, new UmapOptions { MaxDegreeOfParallelism = 5 });
        many.Embedding.ShouldBe(one.Embedding);
        many.Embedding.ShouldBe(Model.Value.Embedding);
        many.Transform(Sample).ShouldBe(one.Transform(Sample));
    }

    [TestMethod]
    public void Another_seed_gives_another_layout()
    {
        Umap.Fit(Sample, 20, new UmapOptions { Seed = 7, Epochs = 20 }).Embedding.ShouldNotBe(Model.Value.Embedding);
    }

    [TestMethod]
    public void The_more_pushes_weigh_the_farther_groups_lie_apart()
    {
        UmapGraph graph = Umap.BuildGraph(Sample, 20);
        double[] extents = [.. new[] { 0.25, 1, 4 }.Select(strength => Extent(Umap.Layout(graph, new UmapOptions { RepulsionStrength = strength })))];
        extents.ShouldBeInOrder(SortDirection.Ascending);
        extents[2].ShouldBeGreaterThan(1.5 * extents[0]);

        static double Extent(float[] layout) => Enumerable.Range(0, 5).Max(c => layout.Where((_, i) => i % 5 == c).Max() - layout.Where((_, i) => i % 5 == c).Min());
    }

    [TestMethod]
    public void One_graph_serves_several_layouts()
    {
        UmapGraph graph = Umap.BuildGraph(Sample, 20);
        Umap.Layout(graph).ShouldBe(Model.Value.Embedding);
        float[] map = Umap.Layout(graph, new UmapOptions { Components = 2, Epochs = 200 });
        map.Length.ShouldBe(1200);
        Nearest(map, 2, 0, 10).ShouldAllBe(j => j % 6 == 0);
    }

    [TestMethod]
    public void One_search_serves_graphs_of_several_neighbourhoods()
    {
        UmapOptions few = new() { Neighbors = 10 }, many = new() { Neighbors = 30 };
        NeighborTable neighbors = Umap.FindNeighbors(Sample, 20, many);
        UmapGraph graph = Umap.BuildGraph(neighbors, Sample, 20, few), alone = Umap.BuildGraph(Sample, 20, few), wide = Umap.BuildGraph(neighbors, 600, many);
        graph.Columns.ShouldBe(alone.Columns);
        graph.Weights.ShouldBe(alone.Weights);
        graph.Anchors.ShouldBe(alone.Anchors);
        wide.Columns.ShouldBe(Umap.BuildGraph(Sample, 20, many).Columns);
        Umap.Layout(wide, many with { Epochs = 20 }).ShouldAllBe(value => float.IsFinite(value));
        Should.Throw<ArgumentException>(() => Umap.BuildGraph(neighbors, 600, new UmapOptions { Neighbors = 31 })).Message.ShouldContain("30 or more");
        Should.Throw<ArgumentException>(() => Umap.BuildGraph(neighbors, 599, many)).Message.ShouldContain("599 points");
    }

    [TestMethod]
    public void An_approximate_search_lays_groups_out_as_well()
    {
        float[] layout = Umap.Fit(Sample, 20, new UmapOptions { NeighborSearch = NeighborSearchMethod.Approximate }).Embedding;
        for (int i = 0; i < 60; i++)
            Nearest(layout, 5, i, 10).ShouldAllBe(j => j % 6 == i % 6);
    }

    [TestMethod]
    public void The_graph_is_symmetric_with_memberships_of_at_most_one()
    {
        UmapGraph graph = Umap.BuildGraph(Sample, 20);
        Dictionary<(int, int), float> edges = [];
        for (int i = 0; i < graph.Count; i++)
        {
            for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1]; e++)
                edges.Add((i, graph.Columns[e]), graph.Weights[e]);
        }

        edges.ShouldAllBe(edge => edge.Value > 0 && edge.Value <= 1 && edge.Key.Item1 != edge.Key.Item2);
        edges.ShouldAllBe(edge => edges[new ValueTuple<int, int>(edge.Key.Item2, edge.Key.Item1)] == edge.Value);
        Enumerable.Range(0, graph.Count).ShouldAllBe(i => graph.RowOffsets[i + 1] - graph.RowOffsets[i] >= 14);
    }

    [TestMethod]
    [DataRow(1, 8, DistanceMetric.Cosine)]
    [DataRow(2, 8, DistanceMetric.Cosine)]
    [DataRow(3, 8, DistanceMetric.Euclidean)]
    [DataRow(14, 8, DistanceMetric.Cosine)]
    [DataRow(15, 1, DistanceMetric.Euclidean)]
    [DataRow(16, 1, DistanceMetric.Cosine)]
    public void Small_sets_are_laid_out(int count, int dimensions, DistanceMetric metric)
    {
        float[] points = SampleVectors.Groups(count, dimensions, 2, 0.5, 12);
        UmapModel model = Umap.Fit(points, dimensions, new UmapOptions { Metric = metric, Epochs = 100 });
        model.Embedding.Length.ShouldBe(count * 5);
        model.Embedding.ShouldAllBe(value => float.IsFinite(value));
        model.Transform(SampleVectors.Groups(5, dimensions, 2, 0.5, 13)).ShouldAllBe(value => float.IsFinite(value));
    }

    [TestMethod]
    [DataRow(DistanceMetric.Cosine)]
    [DataRow(DistanceMetric.Euclidean)]
    public void Identical_points_are_laid_out(DistanceMetric metric)
    {
        float[] points = [.. Enumerable.Repeat(new float[] { 0.3f, -1, 2 }, 100).SelectMany(row => row)];
        UmapModel model = Umap.Fit(points, 3, new UmapOptions { Metric = metric, Epochs = 100 });
        model.Embedding.ShouldAllBe(value => float.IsFinite(value));
        model.Transform(new float[] { 0.3f, -1, 2, 5, 5, 5 }).ShouldAllBe(value => float.IsFinite(value));
    }

    [TestMethod]
    [DataRow(DistanceMetric.Cosine)]
    [DataRow(DistanceMetric.Euclidean)]
    public void Stacks_of_exact_duplicates_are_kept_apart(DistanceMetric metric)
    {
        float[] stacks = SampleVectors.Groups(4, 10, 4, 1, 14);
        float[] points = [.. Enumerable.Range(0, 200).SelectMany(i => stacks[(i % 4 * 10)..((i % 4 * 10) + 10)])];
        UmapModel model = Umap.Fit(points, 10, new UmapOptions { Metric = metric, Epochs = 100 });
        model.Embedding.ShouldAllBe(value => float.IsFinite(value));
        for (int i = 0; i < 20; i++)
            Nearest(model.Embedding, 5, i, 10).ShouldAllBe(j => j % 4 == i % 4);
    }

    [TestMethod]
    public void Zero_vectors_under_the_cosine_are_at_distance_one_from_everything()
    {
        float[] points = [.. SampleVectors.Groups(60, 6, 2, 0.2, 15), .. new float[18]];
        UmapModel model = Umap.Fit(points, 6);
        model.Embedding.ShouldAllBe(value => float.IsFinite(value));
        model.FindNeighbors(new float[6]).Distances.ShouldAllBe(distance => distance == 1);
        model.Transform(new float[6]).ShouldAllBe(value => float.IsFinite(value));
    }

    [TestMethod]
    public void A_new_point_lands_in_its_group()
    {
        float[] all = SampleVectors.Groups(660, 20, 6, 0.25, 11);
        UmapModel model = Umap.Fit(all.AsMemory(0, 600 * 20), 20);
        float[] placed = model.Transform(all.AsMemory(600 * 20));
        for (int i = 0; i < 60; i++)
            Nearest([.. model.Embedding, .. placed.AsSpan(i * 5, 5)], 5, 600, 10).ShouldAllBe(j => j % 6 == i % 6);
    }

    [TestMethod]
    public void A_new_points_place_does_not_depend_on_the_rest_of_the_batch()
    {
        float[] points = SampleVectors.Groups(40, 20, 6, 0.3, 16);
        float[] together = Model.Value.Transform(points);
        for (int i = 0; i < 40; i += 7)
            Model.Value.Transform(points.AsMemory(i * 20, 20)).ShouldBe(together[(i * 5)..((i * 5) + 5)]);
    }

    [TestMethod]
    public void A_model_restored_from_its_arrays_places_points_as_before()
    {
        UmapModel model = Model.Value;
        UmapModel restored = new(model.TrainingPoints.ToArray(), model.Dimensions, model.Embedding, model.Options, model.A, model.B);
        float[] points = SampleVectors.Groups(30, 20, 6, 0.3, 17);
        restored.Transform(points).ShouldBe(model.Transform(points));
    }

    [TestMethod]
    public void An_empty_batch_of_new_points_is_fine()
    {
        Model.Value.Transform(Array.Empty<float>()).ShouldBeEmpty();
    }

    [TestMethod]
    public void Progress_ends_at_one_and_cancellation_ends_the_work()
    {
        LastReport progress = new();
        Umap.Fit(Sample, 20, new UmapOptions { Epochs = 5 }, progress);
        progress.Value.ShouldBe(1);
        progress.All.ShouldBeInOrder();
        progress.All.ShouldContain(value => value > 0 && value < 0.5, "the search of neighbours");
        Should.Throw<OperationCanceledException>(() => Umap.Fit(Sample, 20, ct: new CancellationToken(true)));
    }

    [TestMethod]
    [DataRow(20_000, 384, false)]
    [DataRow(50_000, 384, true)]
    [DataRow(50_000, 50, false)]
    [DataRow(200_000, 50, true)]
    [DataRow(int.MaxValue, 1, true)]
    public void Neighbours_are_searched_by_the_method_that_was_measured_to_be_faster(int points, int dimensions, bool approximately)
    {
        new UmapOptions().SearchesApproximately(points, dimensions).ShouldBe(approximately);
        new UmapOptions { NeighborSearch = NeighborSearchMethod.Exact }.SearchesApproximately(points, dimensions).ShouldBeFalse();
        new UmapOptions { NeighborSearch = NeighborSearchMethod.Approximate }.SearchesApproximately(points, dimensions).ShouldBeTrue();
    }

    [TestMethod]
    public void Options_out_of_range_are_refused_by_name()
    {
        Refused(new UmapOptions { Components = 0 }, "Components");
        Refused(new UmapOptions { Neighbors = 1 }, "Neighbors");
        Refused(new UmapOptions { MinDistance = 2 }, "MinDistance");
        Refused(new UmapOptions { Spread = 0 }, "Spread");
        Refused(new UmapOptions { LearningRate = double.NaN }, "LearningRate");
        Refused(new UmapOptions { NeighborSearch = (NeighborSearchMethod)3 }, "NeighborSearch");
        Refused(new UmapOptions { Epochs = -1 }, "Epochs");
        Refused(new UmapOptions { NegativeSampleRate = -1 }, "NegativeSampleRate");
        Refused(new UmapOptions { RepulsionStrength = -0.1 }, "RepulsionStrength");
        Refused(new UmapOptions { RepulsionStrength = double.PositiveInfinity }, "RepulsionStrength");
        Refused(new UmapOptions { MaxDegreeOfParallelism = 0 }, "MaxDegreeOfParallelism");

        static void Refused(UmapOptions options, string name) =>
            Should.Throw<ArgumentOutOfRangeException>(() => Umap.Fit(Sample, 20, options)).Message.ShouldContain($"{name} is ");
    }

    private static int[] Nearest(float[] layout, int components, int point, int count) =>
        [.. Enumerable.Range(0, layout.Length / components).Where(j => j != point)
            .OrderBy(j => Enumerable.Range(0, components).Sum(c => Math.Pow(layout[(point * components) + c] - layout[(j * components) + c], 2)))
            .Take(count)];
}
