using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class FrequencyDampingTests
{
    [TestMethod]
    public void The_largest_components_are_damped_most()
    {
        FrequencyDamping damping = FrequencyDamping.Fit([16, 1, 0], 0.5);
        float[] scores = [1, 1, 0];

        damping.Scales.ToArray().ShouldBe([1f, 2f, 1f]);
        damping.Apply(scores);
        scores.ShouldBe([0.4472136f, 0.8944272f, 0f]);
    }

    [TestMethod]
    public void Whitening_makes_all_components_alike()
    {
        float[] scores = [4, 1];
        FrequencyDamping.Fit([16, 1], 1).Apply(scores);

        scores[0].ShouldBe(scores[1]);
    }

    [TestMethod]
    public void Without_damping_only_the_length_changes()
    {
        float[] scores = [3, 4];
        FrequencyDamping.Fit([9, 1], 0).Apply(scores);

        scores.ShouldBe([0.6f, 0.8f]);
    }

    [TestMethod]
    public void A_restored_damping_treats_new_texts_as_the_fitted_one_does()
    {
        FrequencyDamping fitted = FrequencyDamping.Fit([5, 3, 2]);
        FrequencyDamping restored = new(fitted.Scales.ToArray());
        float[] rows = [1, 2, 3, 0, 0, 0];
        float[] row = [1, 2, 3];

        restored.ApplyToRows(rows);
        fitted.Apply(row);

        rows.ShouldBe([.. row, 0, 0, 0]);
    }

    [TestMethod]
    public void A_component_of_hardly_any_variance_is_not_blown_up() => FrequencyDamping.Fit([1, 1e-30], 1).Scales[1].ShouldBe(100f);

    [TestMethod]
    public void Unusable_arguments_are_refused()
    {
        Should.Throw<ArgumentOutOfRangeException>(() => FrequencyDamping.Fit([1], 1.5)).Message.ShouldContain("1.5");
        Should.Throw<ArgumentException>(() => FrequencyDamping.Fit([]));
        Should.Throw<ArgumentException>(() => new FrequencyDamping([float.NaN])).Message.ShouldContain("scales[0]");
        Should.Throw<ArgumentException>(() => FrequencyDamping.Fit([1, 1]).Apply(new float[3])).Message.ShouldContain('3');
        Should.Throw<ArgumentException>(() => FrequencyDamping.Fit([1, 1]).ApplyToRows(new float[3]));
    }
}
