namespace Pipeline.Clustering.Tests;

/// <summary>New points at places of infinite density, where a fit has as many copies as its core distances count.</summary>
[TestClass]
public sealed class DuplicatePredictionTests
{
    private static readonly HdbscanOptions Five = new() { MinClusterSize = 5 };

    /// <summary>Three places of 30 copies each and 20 points that lie apart, on a line.</summary>
    private static readonly float[] Places =
        [.. new[] { 0f, 5f, 10f }.SelectMany(x => Enumerable.Repeat(x, 30)), .. Enumerable.Range(0, 20).Select(i => 20 + (i * 0.1f))];

    [TestMethod]
    [DataRow(ClusterSelectionMethod.ExcessOfMass)]
    [DataRow(ClusterSelectionMethod.Leaf)]
    public void A_copy_of_duplicates_has_the_label_and_strength_that_the_fit_gave_them(ClusterSelectionMethod method)
    {
        HdbscanResult fit = Hdbscan.Fit(Places, 1, Five with { SelectionMethod = method });
        HdbscanPrediction predicted = new HdbscanPredictor(fit.ToModel(Places)).Predict(new[] { 0f, 5f, 10f });

        predicted.Strengths.ShouldBe([1, 1, 1]);
        for (int place = 0; place < 3; place++)
        {
            fit.Probabilities[place * 30].ShouldBe(1);
            fit.Labels[(place * 30)..((place + 1) * 30)].ShouldContain(predicted.Labels[place]);
        }
    }

    [TestMethod]
    public void Copies_that_are_given_as_weights_are_predicted_as_the_fit_has_them()
    {
        float[] points = [0, 5, 10, .. Enumerable.Range(0, 20).Select(i => 20 + (i * 0.1f))];
        int[] weights = [30, 30, 30, .. Enumerable.Repeat(1, 20)];
        HdbscanResult fit = Hdbscan.Fit(points, 1, weights, Five);

        HdbscanPrediction predicted = new HdbscanPredictor(fit.ToModel(points)).Predict(new[] { 0f, 5f, 10f });

        predicted.Labels.ShouldBe(fit.Labels[..3]);
        predicted.Labels.ShouldAllBe(label => label >= 0);
        predicted.Strengths.ShouldBe([1, 1, 1]);
    }

    [TestMethod]
    public void One_text_seen_500_times_among_four_others_has_the_strength_of_the_fit()
    {
        float[] points = [0, 0, 1, 0, 0, 1, 1, 1, 50, 50];
        HdbscanResult fit = Hdbscan.Fit(points, 2, new[] { 500, 1, 1, 1, 9 }, Five);
        HdbscanPredictor predictor = new(fit.ToModel(points));

        HdbscanPrediction predicted = predictor.Predict(points);

        fit.ClusterCount.ShouldBe(2);
        predicted.Labels[0].ShouldBe(fit.Labels[0]);
        predicted.Labels[4].ShouldBe(fit.Labels[4]);
        predicted.Strengths[0].ShouldBe(1);
        predicted.Strengths[4].ShouldBe(1);
        predictor.MembershipVectors(points).Cast<double>().ShouldAllBe(value => value >= 0 && value <= 1);
    }

    [TestMethod]
    public void Membership_vectors_are_numbers_whatever_is_duplicated()
    {
        float[] fresh = [0, 5, 10, 20, 20.05f, 2.5f, -7, 1e30f, 1e-20f];
        foreach (ClusterSelectionMethod method in Enum.GetValues<ClusterSelectionMethod>())
        {
            foreach (bool single in new[] { false, true })
            {
                foreach (int copies in new[] { 1, 3, 6, 30 })
                {
                    float[] points = [.. Places.Where((_, i) => i >= 90 || i % 30 < copies)];
                    HdbscanOptions options = Five with { SelectionMethod = method, AllowSingleCluster = single };
                    Check(Hdbscan.Fit(points, 1, options), points, fresh);
                    float[] distinct = [.. points.Distinct()];
                    int[] weights = [.. distinct.Select(value => points.Count(other => other == value))];
                    Check(Hdbscan.Fit(distinct, 1, weights, options), distinct, fresh);
                }

                float[] same = new float[60];
                Check(Hdbscan.Fit(same, 1, Five with { SelectionMethod = method, AllowSingleCluster = single }), same, fresh);
            }
        }
    }

    [TestMethod]
    public void A_copy_of_duplicates_belongs_to_their_cluster_and_to_no_other()
    {
        HdbscanResult fit = Hdbscan.Fit(Places, 1, Five);
        HdbscanPredictor predictor = new(fit.ToModel(Places));
        int own = predictor.Predict(new[] { 5f }).Labels[0];

        double[,] fresh = predictor.MembershipVectors(new[] { 5f });
        double[,] all = predictor.AllPointsMembership();

        for (int cluster = 0; cluster < fit.ClusterCount; cluster++)
        {
            fresh[0, cluster].ShouldBe(cluster == own ? 1 : 0, 1e-12);
            all[30, cluster].ShouldBe(cluster == own ? 1 : 0, 1e-12);
        }
    }

    private static void Check(HdbscanResult fit, float[] points, float[] fresh)
    {
        HdbscanPredictor predictor = new(fit.ToModel(points));
        foreach (double value in predictor.MembershipVectors(fresh).Cast<double>().Concat(predictor.AllPointsMembership().Cast<double>()))
        {
            value.ShouldBeInRange(0, 1 + 1e-9);
        }

        predictor.Predict(fresh).Strengths.ShouldAllBe(strength => strength >= 0 && strength <= 1);
    }
}
