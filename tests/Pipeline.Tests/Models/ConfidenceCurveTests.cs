using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class ConfidenceCurveTests
{
    [TestMethod]
    public void It_never_falls_and_meets_the_rates_it_was_shown()
    {
        // Right as often as the score says, squared.
        Random random = new(3);
        ConfidenceCurve curve = ConfidenceCurve.Fit([.. Enumerable.Range(0, 5_000).Select(_ => random.NextDouble()).Select(score => (score, random.NextDouble() < score * score ? 1.0 : 0))]);

        double[] rates = [.. Enumerable.Range(0, 101).Select(i => curve.At(i / 100.0))];

        rates.ShouldBe(rates.Order());
        foreach (int i in new[] { 20, 50, 80 })
        {
            rates[i].ShouldBe(i * i / 10_000.0, 0.08);
        }
    }

    [TestMethod]
    public void All_right_answers_are_no_certainty_and_none_leave_the_score_as_it_is()
    {
        ConfidenceCurve.Fit(Enumerable.Repeat((1.0, 1.0), 50)).At(1).ShouldBe(51.0 / 52, 1e-9);
        ConfidenceCurve.Fit([]).At(0.3).ShouldBe(0.3, 1e-9);
    }
}
