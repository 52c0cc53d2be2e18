namespace Pipeline.Clustering.Tests.Reduction;

[TestClass]
public sealed class PcaTests
{
    [TestMethod]
    public void The_components_of_a_small_set_are_those_of_scikit_learn()
    {
        // sklearn.decomposition.PCA(svd_solver='full') 1.2.1 on the same seven points.
        float[] points = [2, 1, 0, 0, 3, 1, 4, 4, 2, 1, 0, 5, 3, 2, 2, 5, 1, 1, 0, 0, 1];
        PcaModel model = Pca.Fit(points, 3, 3);
        ShouldBeClose(model.ExplainedVariance, [4.35191f, 2.57898f, 1.73578f]);
        ShouldBeClose(model.Components, [0.862708f, 0.436585f, -0.255204f, 0.387561f, -0.246615f, 0.888244f, -0.324857f, 0.865202f, 0.38196f]);
    }

    [TestMethod]
    public void The_variance_of_the_transformed_points_is_the_explained_variance()
    {
        float[] points = SampleVectors.Groups(500, 40, 6, 0.7, 1);
        PcaModel model = Pca.Fit(points, 40, 5);
        float[] scores = model.Transform(points);
        for (int k = 0; k < 5; k++)
        {
            double[] column = [.. Enumerable.Range(0, 500).Select(i => (double)scores[(i * 5) + k])];
            column.Average().ShouldBe(0, 1e-4);
            (column.Sum(value => value * value) / 499).ShouldBe(model.ExplainedVariance[k], 1e-3);
        }
    }

    [TestMethod]
    public void Fewer_points_than_components_give_as_many_components_as_points()
    {
        PcaModel model = Pca.Fit(SampleVectors.Groups(4, 30, 2, 1, 2), 30, 10);
        model.ComponentCount.ShouldBe(4);
        model.Components.ShouldAllBe(value => float.IsFinite(value));
        model.ExplainedVariance[3].ShouldBe(0, 1e-4);
    }

    [TestMethod]
    public void Identical_points_have_no_variance_and_still_orthonormal_components()
    {
        float[] points = [.. Enumerable.Repeat(new float[] { 1, 2, 3 }, 20).SelectMany(row => row)];
        PcaModel model = Pca.Fit(points, 3, 2);
        model.ExplainedVariance.ShouldAllBe(value => value == 0);
        Dot(model.Components, 0, 0).ShouldBe(1, 1e-5);
        Dot(model.Components, 0, 1).ShouldBe(0, 1e-5);
        model.Transform(points).ShouldAllBe(value => value == 0);

        static double Dot(float[] rows, int a, int b) => Enumerable.Range(0, 3).Sum(t => rows[(a * 3) + t] * rows[(b * 3) + t]);
    }

    [TestMethod]
    public void The_number_of_threads_does_not_change_a_bit()
    {
        float[] points = SampleVectors.Groups(700, 60, 5, 0.8, 3);
        PcaModel one = Pca.Fit(points, 60, 20, maxDegreeOfParallelism: 1), many = Pca.Fit(points, 60, 20, maxDegreeOfParallelism: 4);
        many.Components.ShouldBe(one.Components);
        many.ExplainedVariance.ShouldBe(one.ExplainedVariance);
        many.Transform(points, 3).ShouldBe(one.Transform(points, 1));
    }

    [TestMethod]
    public void The_seed_hardly_matters_to_the_result()
    {
        float[] points = SampleVectors.Groups(600, 50, 8, 0.3, 4);
        ShouldBeClose(Pca.Fit(points, 50, 5, seed: 1).Components, Pca.Fit(points, 50, 5, seed: 2).Components);
    }

    [TestMethod]
    public void A_model_restored_from_its_arrays_transforms_as_before()
    {
        float[] points = SampleVectors.Groups(100, 12, 3, 0.5, 5);
        PcaModel model = Pca.Fit(points, 12, 4);
        new PcaModel(model.Mean, model.Components, model.ExplainedVariance).Transform(points).ShouldBe(model.Transform(points));
    }

    [TestMethod]
    public void Bad_input_is_refused_by_name()
    {
        Should.Throw<ArgumentException>(() => Pca.Fit(new float[5], 2, 1)).Message.ShouldContain("points");
        Should.Throw<ArgumentException>(() => Pca.Fit(Array.Empty<float>(), 2, 1)).Message.ShouldContain("points");
        Should.Throw<ArgumentException>(() => Pca.Fit(new float[] { 1, float.NaN }, 2, 1)).Message.ShouldContain("row 0");
        Should.Throw<ArgumentException>(() => Pca.Fit(new float[4], 2, 0)).Message.ShouldContain("components");
        Should.Throw<ArgumentException>(() => Pca.Fit(new float[4], 2, 1, maxDegreeOfParallelism: 0)).Message.ShouldContain("maxDegreeOfParallelism");
    }

    private static void ShouldBeClose(float[] actual, float[] expected)
    {
        actual.Length.ShouldBe(expected.Length);
        for (int i = 0; i < actual.Length; i++)
            actual[i].ShouldBe(expected[i], 2e-4f);
    }
}
