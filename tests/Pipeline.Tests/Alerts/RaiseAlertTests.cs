using Pipeline.Alerts;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Alerts;

[TestClass]
public sealed class RaiseAlertTests
{
    [TestMethod]
    [DynamicData(nameof(HostileTexts.Rows), typeof(HostileTexts))]
    public async Task An_alert_says_what_others_wrote_as_text_on_the_lines_that_it_has(string name)
    {
        string text = HostileTexts.All[name];

        Alert alert = await new Company().Raise.RunAsync(new AlertEvent(AlertRules.Drift, $"It drifts.\n{text}", text));

        HostileTexts.Active(alert.Title).ShouldBeEmpty();
        alert.Title.ShouldNotContain("\n");
        HostileTexts.Active(alert.Text).ShouldBeEmpty();
        alert.Text.ShouldStartWith("It drifts.\n");
        alert.TechCenter.ShouldBe(text, "it is known by its name as it is");
    }
}
