using Pipeline.Gate;
using Pipeline.Models;

namespace Pipeline.Tests.Gate;

/// <summary>The limits of each test, with figures made up.</summary>
[TestClass]
public sealed class QualityTestsTests
{
    private static readonly GateOptions Limits = new();

    [TestMethod]
    [DataRow(0.79, 0.32, false)]
    [DataRow(0.45, 0.32, true)]
    [DataRow(0.48, 0.32, false)]
    [DataRow(0.10, 0.32, true)]
    [DataRow(0.96, 0.94, false)]
    public void A_rise_of_the_noise_is_refused(double noise, double before, bool passed) =>
        QualityTests.Noise(Metrics(noise: noise), Metrics(noise: before), Limits).Passed.ShouldBe(passed);

    [TestMethod]
    public void Without_a_version_before_only_the_limits_hold()
    {
        QualityTests.Noise(Metrics(noise: 0.9), null, Limits).Passed.ShouldBeTrue();
        QualityTests.Noise(Metrics(noise: 0.96), null, Limits).Errors.ShouldBe(["96 % of the incidents belong to no problem; 95 % may."]);
        QualityTests.Validity(Metrics(dbcv: -0.9), null, Limits).Passed.ShouldBeTrue();
        QualityTests.Stability(Metrics(stability: 0.05), null, Limits).Passed.ShouldBeFalse();
    }

    [TestMethod]
    [DataRow(0.50, 0.60, true)]
    [DataRow(0.30, 0.60, false)]
    public void A_fall_of_the_validity_is_refused(double dbcv, double before, bool passed) =>
        QualityTests.Validity(Metrics(dbcv: dbcv), Metrics(dbcv: before), Limits).Passed.ShouldBe(passed);

    [TestMethod]
    public void What_is_not_defined_is_a_warning()
    {
        GateTest test = QualityTests.Validity(Metrics(dbcv: double.NaN), Metrics(dbcv: 0.5), Limits);

        (test.Passed, test.Warnings.Count).ShouldBe((true, 1));
    }

    [TestMethod]
    [DataRow(0.50, 0.60, true)]
    [DataRow(0.35, 0.60, false)]
    public void A_fall_of_the_stability_is_refused(double stability, double before, bool passed) =>
        QualityTests.Stability(Metrics(stability: stability), Metrics(stability: before), Limits).Passed.ShouldBe(passed);

    [TestMethod]
    public void A_fall_in_a_small_center_is_a_warning_since_it_may_be_chance()
    {
        GateTest stability = QualityTests.Stability(Metrics(stability: 0.35, incidents: 120), Metrics(stability: 0.8), Limits);
        GateTest validity = QualityTests.Validity(Metrics(dbcv: 0.1), Metrics(dbcv: 0.6, incidents: 199), Limits);

        (stability.Passed, validity.Passed).ShouldBe((true, true));
        stability.Warnings.ShouldBe(["The agreement of the training's layouts is 0.35, 0.80 before; 0.60 is the least. Below 200 incidents that may be chance."]);
        validity.Warnings.Count.ShouldBe(1);
    }

    [TestMethod]
    public void Groups_that_are_called_otherwise_agree_and_others_do_not()
    {
        int[] before = [.. Enumerable.Range(0, 60).Select(i => i % 3)];

        QualityTests.Agreement([.. before.Select(g => g + 7)], before, Limits).Metrics["agreement"].ShouldBe(1);
        QualityTests.Agreement([.. Enumerable.Range(0, 60).Select(i => i / 20)], before, Limits).Passed.ShouldBeFalse();
    }

    [TestMethod]
    public void What_belonged_to_problems_and_does_no_more_is_no_agreement()
    {
        GateTest test = QualityTests.Agreement([.. Enumerable.Repeat(-1, 60)], [.. Enumerable.Range(0, 60).Select(i => i % 3)], Limits);

        test.Errors.ShouldBe(["Of 60 texts that belong to a problem in the version before only 0 still do."]);
    }

    [TestMethod]
    public void Too_few_texts_to_compare_are_a_warning()
    {
        GateTest test = QualityTests.Agreement([1, 2, -1], [1, 1, 1], Limits);

        (test.Passed, test.Warnings.Count).ShouldBe((true, 1));
    }

    private static ModelMetrics Metrics(double noise = 0.2, double dbcv = 0.5, double? stability = 0.7, int incidents = 300) => new(incidents, 5, (int)(incidents * noise), noise, dbcv, 0.5, 1, stability);
}
