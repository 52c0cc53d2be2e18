namespace Pipeline.Clustering.Tests.Measures;

/// <summary>Expected values were computed with scikit-learn 1.2.1 on the same arrays; those of DBCV with its published definition in NumPy and SciPy.</summary>
[TestClass]
public sealed class MeasuresTests
{
    private static readonly int[] First = [0, 0, 0, 1, 1, 1, 2, 2, -1, -1, 3, 3];
    private static readonly int[] Second = [0, 0, 1, 1, 1, 1, 2, -1, -1, -1, 2, 4];
    private static readonly float[] Small = [1, 2, 1.5f, 1.8f, 0.8f, 2.3f, 1.1f, 1.2f, 5, 8, 6, 8.5f, 5.5f, 7.7f, 8, 1, 8.4f, 0.4f, 9, 1.5f, 3, 4, 4, 4.4f];
    private static readonly int[] SmallLabels = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, -1];
    private static readonly float[] SmallLayout = [0.1f, 0.3f, 0.2f, 0.6f, 3.1f, 2.8f, 2.9f, 1.4f, 1.5f, 3.0f, 2.0f, 2.2f];

    [TestMethod]
    public void The_adjusted_Rand_index_is_that_of_scikit_learn()
    {
        PartitionAgreement.AdjustedRandIndex(First, Second).ShouldBe(0.4117647058823529, 1e-12);
        PartitionAgreement.AdjustedRandIndex(First, First).ShouldBe(1);
        PartitionAgreement.AdjustedRandIndex([0, 0, 1, 1], [0, 1, 0, 1]).ShouldBe(-0.5, 1e-12);
        PartitionAgreement.AdjustedRandIndex([], []).ShouldBe(1);
        PartitionAgreement.AdjustedRandIndex([5], [2]).ShouldBe(1);
    }

    [TestMethod]
    public void The_normalised_mutual_information_is_that_of_scikit_learn()
    {
        PartitionAgreement.NormalizedMutualInformation(First, Second).ShouldBe(0.725615214493032, 1e-12);
        PartitionAgreement.NormalizedMutualInformation(First, First).ShouldBe(1, 1e-12);
        PartitionAgreement.NormalizedMutualInformation([0, 0, 1, 1], [0, 1, 0, 1]).ShouldBe(0, 1e-12);
        PartitionAgreement.NormalizedMutualInformation([3, 3], [1, 1]).ShouldBe(1);
        PartitionAgreement.NormalizedMutualInformation([0, 0, 0], [0, 1, 2]).ShouldBe(0, 1e-12);
    }

    [TestMethod]
    public void Agreement_does_not_depend_on_the_names_of_the_labels_and_takes_noise_as_one_group()
    {
        int[] renamed = [.. First.Select(label => label < 0 ? label : 40 - label)];
        int[] noisier = [.. First.Select((label, i) => label < 0 ? -1 - i : label)];
        PartitionAgreement.AdjustedRandIndex(renamed, Second).ShouldBe(PartitionAgreement.AdjustedRandIndex(First, Second));
        PartitionAgreement.NormalizedMutualInformation(noisier, Second).ShouldBe(PartitionAgreement.NormalizedMutualInformation(First, Second));
        Should.Throw<ArgumentException>(() => PartitionAgreement.AdjustedRandIndex([1], [1, 2])).Message.ShouldContain("1 and 2 labels");
    }

    [TestMethod]
    public void The_silhouette_is_that_of_scikit_learn_without_the_noise()
    {
        Silhouette.Compute(Small, 2, SmallLabels).ShouldBe(0.7221765833488261, 1e-6);
        Silhouette.Compute(Small, 2, SmallLabels, DistanceMetric.Cosine).ShouldBe(-0.04421572638333537, 1e-5);
    }

    [TestMethod]
    public void A_sampled_silhouette_is_near_the_whole_one_and_repeatable()
    {
        (float[] points, int[] labels) = Waves(600);
        double all = Silhouette.Compute(points, 2, labels), sampled = Silhouette.Compute(points, 2, labels, sampleSize: 200);
        sampled.ShouldBe(all, 0.05);
        sampled.ShouldNotBe(all);
        Silhouette.Compute(points, 2, labels, sampleSize: 200).ShouldBe(sampled);
        Silhouette.Compute(points, 2, labels, sampleSize: 5000).ShouldBe(all);
    }

    [TestMethod]
    public void Trustworthiness_is_that_of_scikit_learn()
    {
        Trustworthiness.Compute(Small, 2, SmallLayout, 1, 3).ShouldBe(0.8253968253968254, 1e-12);
        Trustworthiness.Compute(Small, 2, SmallLayout, 1, 5, DistanceMetric.Cosine).ShouldBe(0.55, 1e-12);
        Trustworthiness.Compute(Small, 2, Small, 2, 5).ShouldBe(1);
    }

    [TestMethod]
    public void Density_based_validation_follows_its_definition()
    {
        (float[] points, int[] labels) = Waves(60);
        Dbcv.Compute(points, 2, labels).ShouldBe(0.19380927034423318, 1e-5);
        Dbcv.Compute(points, 5, labels.AsSpan(0, 24), DistanceMetric.Cosine).ShouldBe(-0.25599830798901324, 1e-5);
        Dbcv.Compute(Small.AsSpan(0, 20), 2, SmallLabels.AsSpan(0, 10)).ShouldBe(0.8595359750648734, 1e-6);
    }

    [TestMethod]
    public void Density_based_validation_works_in_many_dimensions()
    {
        Random random = new(3);
        float[] points = [.. Enumerable.Range(0, 60 * 400).Select(e => (float)((e / 400 % 2 * 10) + random.NextDouble()))];
        int[] labels = [.. Enumerable.Range(0, 60).Select(i => i % 2)];
        Dbcv.Compute(points, 400, labels).ShouldBeInRange(0.9, 1);
    }

    [TestMethod]
    public void Degenerate_clusters_have_a_value_and_too_few_clusters_have_none()
    {
        float[] twins = [0, 0, 0, 0, 0, 0, 5, 5, 5, 5, 9, 9];
        Dbcv.Compute(twins, 2, [0, 0, 0, 1, 1, -1]).ShouldBe(5.0 / 6, 1e-12);
        Dbcv.Compute(twins, 2, [0, 0, 0, 1, 1, 2]).ShouldBe(5.0 / 6, 1e-12);
        Dbcv.Compute(twins, 2, [0, 0, 0, 0, 0, 0]).ShouldBe(double.NaN);
        Silhouette.Compute(twins, 2, [0, 0, 0, 1, 1, -1]).ShouldBe(1);
        Silhouette.Compute(twins, 2, [0, 0, 0, -1, -1, -1]).ShouldBe(double.NaN);
        Silhouette.Compute(new float[8], 2, [0, 0, 1, 1], DistanceMetric.Cosine).ShouldBe(0);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        (float[] points, int[] labels) = Waves(300);
        Silhouette.Compute(points, 2, labels, maxDegreeOfParallelism: 1).ShouldBe(Silhouette.Compute(points, 2, labels, maxDegreeOfParallelism: 4));
        Dbcv.Compute(points, 2, labels, maxDegreeOfParallelism: 1).ShouldBe(Dbcv.Compute(points, 2, labels, maxDegreeOfParallelism: 4));
        Trustworthiness.Compute(points, 2, points.AsSpan(0, 300), 1, maxDegreeOfParallelism: 1).ShouldBe(Trustworthiness.Compute(points, 2, points.AsSpan(0, 300), 1, maxDegreeOfParallelism: 4));
    }

    [TestMethod]
    public void Bad_input_is_refused_by_name()
    {
        Should.Throw<ArgumentException>(() => Silhouette.Compute(Small, 2, [0])).Message.ShouldContain("1 labels for 12 points");
        Should.Throw<ArgumentException>(() => Silhouette.Compute(Small, 2, SmallLabels, sampleSize: 0)).Message.ShouldContain("sampleSize");
        Should.Throw<ArgumentException>(() => Dbcv.Compute(Small, 2, [0])).Message.ShouldContain("1 labels for 12 points");
        Should.Throw<ArgumentException>(() => Trustworthiness.Compute(Small, 2, SmallLayout, 1, 6)).Message.ShouldContain("neighbors");
        Should.Throw<ArgumentException>(() => Trustworthiness.Compute(Small, 2, Small.AsSpan(0, 3), 1)).Message.ShouldContain("3 points");
    }

    /// <summary>Three wavy groups with a tenth of noise.</summary>
    private static (float[] Points, int[] Labels) Waves(int count)
    {
        float[] points = new float[2 * count];
        for (int i = 0; i < count; i++)
        {
            points[2 * i] = (float)(Math.Sin(i * 1.7) + (i % 3 * 3) + (0.3 * Math.Cos(i * i * 0.37)));
            points[(2 * i) + 1] = (float)((Math.Cos(i * 2.3) * (1 + (0.2 * (i % 3)))) + (i % 2 * 0.4) + Math.Sin(i * i * 0.11));
        }

        return (points, [.. Enumerable.Range(0, count).Select(i => i % 10 == 7 ? -1 : i % 3)]);
    }
}
