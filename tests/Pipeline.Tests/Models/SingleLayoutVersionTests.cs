using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Tests.Models;

/// <summary>Versions that were published before several layouts were compared hold other arrays, and answer as they did.</summary>
[TestClass]
public sealed class SingleLayoutVersionTests
{
    private const int Dimensions = 32;
    private static readonly TrainingParameters Parameters = new(24, 12, 0.25, 15, 5, 15, 5, 0.13, 42, 50, 2);

    [TestMethod]
    public void A_version_of_a_single_layout_answers_texts_like_its_clusters_and_leaves_out_the_others()
    {
        float[] vectors = Groups(new Random(3), groups: 4, each: 40);
        (Dictionary<string, SafeTensor> arrays, int[] labels) = Fit(vectors);

        ClusterAssignment[] answers = ClusterGeometry.Read(arrays, Parameters, maxDegreeOfParallelism: 1).Classify(Groups(new Random(4), groups: 4, each: 10));
        ClusterAssignment odd = ClusterGeometry.Read(arrays, Parameters, maxDegreeOfParallelism: 1).Classify(Direction(9)).Single();

        for (int group = 0; group < 4; group++)
        {
            int expected = 100 + labels[group * 40];
            answers[(group * 10)..((group + 1) * 10)].ShouldAllBe(answer => answer.ClusterId == expected && answer.Confidence > 0);
        }

        odd.ShouldBe(ClusterAssignment.None);
        MemberGeometry.IsIn(arrays).ShouldBeFalse();
    }

    private static (Dictionary<string, SafeTensor> Arrays, int[] Labels) Fit(float[] vectors)
    {
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal);
        EmbeddingReduction reduction = EmbeddingReduction.Fit(vectors, Dimensions, Parameters, 1, CancellationToken.None);
        float[] reduced = reduction.Transform(vectors, 1);
        int count = vectors.Length / Dimensions;
        UmapModel layout = Umap.Fit(reduced, reduction.Dimensions, ClusterGeometry.LayoutOptions(Parameters, 1));
        HdbscanResult found = Hdbscan.Fit(layout.Embedding, Parameters.LayoutDimensions, new HdbscanOptions { MinClusterSize = Parameters.MinClusterSize, MinSamples = Parameters.MinSamples });
        HdbscanModel tree = found.ToModel(layout.Embedding);
        reduction.Write(arrays);
        arrays["layout.input"] = SafeTensor.From<float>(reduced, count, reduction.Dimensions);
        arrays["layout.output"] = SafeTensor.From<float>(layout.Embedding, count, Parameters.LayoutDimensions);
        arrays["layout.curve"] = SafeTensor.From<double>([layout.A, layout.B], 2);
        arrays["tree.min_samples"] = SafeTensor.From<int>([tree.MinSamples], 1);
        arrays["tree.core_distances"] = SafeTensor.From<double>(tree.CoreDistances, count);
        arrays["tree.point_parents"] = SafeTensor.From<int>(tree.PointParents, count);
        arrays["tree.point_lambdas"] = SafeTensor.From<double>(tree.PointLambdas, count);
        arrays["tree.cluster_parents"] = SafeTensor.From<int>(tree.ClusterParents, tree.ClusterParents.Length);
        arrays["tree.cluster_births"] = SafeTensor.From<double>(tree.ClusterBirthLambdas, tree.ClusterBirthLambdas.Length);
        arrays["tree.selected"] = SafeTensor.From<int>(tree.SelectedClusters, tree.SelectedClusters.Length);
        arrays["tree.max_lambdas"] = SafeTensor.From<double>(tree.MaxLambdas, tree.MaxLambdas.Length);
        arrays["tree.directions"] = SafeTensor.From<float>(ClusterCoherence.Of(reduced, reduction.Dimensions, found.Labels, found.ClusterCount).Directions, found.ClusterCount, reduction.Dimensions);
        arrays["tree.min_likeness"] = SafeTensor.From<double>([Parameters.MinCoherence * 2 / 3], 1);
        arrays["tree.cluster_ids"] = SafeTensor.From<int>([.. Enumerable.Range(100, found.ClusterCount)], found.ClusterCount);
        return (arrays, found.Labels);
    }

    private static float[] Groups(Random random, int groups, int each) =>
        [.. Enumerable.Range(0, groups * each).SelectMany(i => Direction(i / each).Select(v => v + (float)(0.2 * (random.NextDouble() - 0.5))))];

    private static float[] Direction(int direction) => [.. Enumerable.Range(0, Dimensions).Select(d => d == direction ? 1f : 0f)];
}
