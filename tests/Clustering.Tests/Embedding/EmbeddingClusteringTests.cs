using Pipeline.Clustering.Tests.Reduction;

namespace Pipeline.Clustering.Tests.Embedding;

[TestClass]
public sealed class EmbeddingClusteringTests
{
    private const int Dimensions = 20;
    private const int SuperGroups = 4;
    private const int Groups = 16;

    private static readonly float[] Sample = SampleVectors.Groups(600, Dimensions, 6, 0.25, 11);
    private static readonly Lazy<EmbeddingClusteringResult> Result = new(() => EmbeddingClustering.Fit(Sample, Dimensions));
    private static readonly float[] Nested = TwoLevels(2400);
    private static readonly Lazy<EmbeddingClusteringResult> NestedResult = new(() => EmbeddingClustering.Fit(Nested, Dimensions));

    [TestMethod]
    public void Groups_of_embeddings_become_clusters()
    {
        Result.Value.Clusters.ClusterCount.ShouldBe(6);
        PartitionAgreement.AdjustedRandIndex(SampleVectors.GroupLabels(600, 6), Result.Value.Clusters.Labels).ShouldBeGreaterThan(0.99);
    }

    [TestMethod]
    public void Groups_of_groups_are_a_coarser_layer()
    {
        int[] fine = SampleVectors.GroupLabels(2400, Groups);
        int[] coarse = SampleVectors.GroupLabels(2400, SuperGroups);
        Best(fine).ShouldBeGreaterThan(0.95);
        Best(coarse).ShouldBeGreaterThan(0.95);

        static double Best(int[] truth) => NestedResult.Value.Layers.Max(layer => PartitionAgreement.AdjustedRandIndex(truth, layer.Clusters.Labels));
    }

    [TestMethod]
    public void The_layers_go_from_fine_to_coarse_and_the_chosen_one_is_among_the_most_persistent()
    {
        EmbeddingClusteringResult result = NestedResult.Value;
        result.Layers.Select(layer => layer.MinClusterSize).ShouldBeInOrder(SortDirection.Ascending);
        result.Layers.ShouldAllBe(layer => layer.Persistence > 0 && layer.Persistence <= 1);
        double largest = result.Layers.Max(layer => layer.Persistence);
        result.Layers[result.ChosenLayer].Persistence.ShouldBeGreaterThanOrEqualTo(0.7 * largest);
        result.Layers.Take(result.ChosenLayer).ShouldAllBe(layer => layer.Persistence < 0.7 * largest);
        result.Clusters.ShouldBeSameAs(result.Layers[result.ChosenLayer].Clusters);
    }

    [TestMethod]
    public void Clusters_of_two_layers_are_apart_or_one_contains_the_other()
    {
        List<HashSet<int>> clusters = [.. NestedResult.Value.Layers.SelectMany(layer => Enumerable.Range(0, layer.Clusters.ClusterCount)
            .Select(c => Enumerable.Range(0, 2400).Where(i => layer.Clusters.Labels[i] == c).ToHashSet()))];
        foreach (HashSet<int> one in clusters)
            clusters.ShouldAllBe(other => !one.Overlaps(other) || one.IsSubsetOf(other) || other.IsSubsetOf(one));
    }

    [TestMethod]
    public void A_layer_is_what_HDBSCAN_finds_in_the_embedding()
    {
        EmbeddingClusteringResult result = NestedResult.Value;
        foreach (ClusterLayer layer in result.Layers)
        {
            HdbscanResult alone = Hdbscan.Fit(result.NodeEmbedding, result.Components, layer.Clusters.Options);
            layer.Clusters.Options.MinClusterSize.ShouldBe(layer.MinClusterSize);
            layer.Clusters.Labels.ShouldBe(alone.Labels);
            layer.Clusters.ToModel(result.NodeEmbedding).SelectedClusters.ShouldBe(alone.ToModel(result.NodeEmbedding).SelectedClusters);
        }
    }

    [TestMethod]
    public void A_group_that_is_too_small_for_a_cluster_is_noise()
    {
        float[] few = SampleVectors.Groups(20, Dimensions, 1, 0.25, 99);
        HdbscanResult clusters = EmbeddingClustering.Fit((float[])[.. Sample, .. few], Dimensions, new EmbeddingClusteringOptions { MinClusterSize = 30 }).Clusters;
        clusters.ClusterCount.ShouldBe(6);
        clusters.Labels.Skip(600).ShouldAllBe(label => label == -1);
        clusters.Labels.Take(600).ShouldAllBe(label => label >= 0);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        EmbeddingClusteringResult one = EmbeddingClustering.Fit(Nested, Dimensions, new EmbeddingClusteringOptions { MaxDegreeOfParallelism = 1 });
        EmbeddingClusteringResult many = EmbeddingClustering.Fit(Nested, Dimensions, new EmbeddingClusteringOptions { MaxDegreeOfParallelism = 5 });
        foreach (EmbeddingClusteringResult other in new[] { many, NestedResult.Value })
        {
            other.NodeEmbedding.ShouldBe(one.NodeEmbedding);
            other.ChosenLayer.ShouldBe(one.ChosenLayer);
            other.Layers.Select(layer => (layer.MinClusterSize, layer.Persistence)).ShouldBe(one.Layers.Select(layer => (layer.MinClusterSize, layer.Persistence)));
            other.Clusters.Labels.ShouldBe(one.Clusters.Labels);
        }
    }

    [TestMethod]
    public void Another_seed_gives_another_embedding_and_the_same_groups()
    {
        EmbeddingClusteringResult other = EmbeddingClustering.Fit(Sample, Dimensions, new EmbeddingClusteringOptions { Seed = 7 });
        other.NodeEmbedding.ShouldNotBe(Result.Value.NodeEmbedding);
        PartitionAgreement.AdjustedRandIndex(Result.Value.Clusters.Labels, other.Clusters.Labels).ShouldBeGreaterThan(0.99);
    }

    [TestMethod]
    public void No_more_layers_are_returned_than_asked_for_and_the_choice_stays()
    {
        EmbeddingClusteringResult one = EmbeddingClustering.Fit(Nested, Dimensions, new EmbeddingClusteringOptions { MaxLayers = 1 });
        NestedResult.Value.Layers.Count.ShouldBeGreaterThan(1);
        one.Layers.Count.ShouldBe(1);
        one.Clusters.Labels.ShouldBe(NestedResult.Value.Clusters.Labels);
    }

    [TestMethod]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(16)]
    [DataRow(70)]
    public void Few_embeddings_get_an_answer_each(int count)
    {
        EmbeddingClusteringResult result = EmbeddingClustering.Fit(Sample.AsMemory(0, count * Dimensions), Dimensions);
        result.Layers.Count.ShouldBeGreaterThan(0);
        result.Clusters.Labels.Length.ShouldBe(count);
        result.NodeEmbedding.ShouldAllBe(value => float.IsFinite(value));
    }

    [TestMethod]
    public void Equal_embeddings_and_zero_vectors_are_clustered_too()
    {
        float[] points = [.. Sample.Take(100 * Dimensions), .. Enumerable.Repeat(1f, 100 * Dimensions), .. new float[50 * Dimensions]];
        EmbeddingClusteringResult result = EmbeddingClustering.Fit(points, Dimensions);
        result.NodeEmbedding.ShouldAllBe(value => float.IsFinite(value));
        int[] equal = [.. result.Clusters.Labels.Skip(100).Take(100).Where(label => label >= 0).Distinct()];
        equal.ShouldNotBeEmpty();
        result.Clusters.Labels.Take(100).ShouldAllBe(label => !equal.Contains(label));
    }

    [TestMethod]
    public void One_embedding_is_refused() =>
        Should.Throw<ArgumentException>(() => EmbeddingClustering.Fit(Sample.AsMemory(0, Dimensions), Dimensions)).Message.ShouldContain("points holds 1 rows; clustering needs 2 or more");

    /// <summary>Point i belongs to super-group i modulo 4 and to group i modulo 16.</summary>
    private static float[] TwoLevels(int count)
    {
        float[] wide = SampleVectors.Groups(count, Dimensions, SuperGroups, 0, 3), narrow = SampleVectors.Groups(count, Dimensions, Groups, 1, 4);
        return [.. wide.Zip(narrow, (w, n) => (10 * w) + n)];
    }
}
