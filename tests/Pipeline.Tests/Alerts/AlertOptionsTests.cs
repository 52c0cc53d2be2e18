using Pipeline.Alerts;

namespace Pipeline.Tests.Alerts;

[TestClass]
public sealed class AlertOptionsTests
{
    private static readonly AlertChannelOptions Mail = new() { Name = "mail", Kind = AlertChannelKind.Email, Host = "mail.example.com", From = "p@example.com", To = ["a@example.com"] };
    private static readonly AlertChannelOptions Slack = new() { Name = "slack", Kind = AlertChannelKind.Slack, Url = "https://hooks.slack.com/services/x" };

    [TestMethod]
    public void What_is_complete_is_taken() => new AlertOptions { Channels = [Mail, Slack], Routes = [new AlertRoute { Name = "all", Channels = ["mail", "slack"], Rules = ["drift"], EscalateTo = "all" }] }.Validate();

    [TestMethod]
    public void What_is_missing_is_named_with_its_setting()
    {
        Refused(new AlertOptions { Channels = [Mail with { Host = "" }] }).ShouldStartWith("Alerts:Channels:0:Host is missing");
        Refused(new AlertOptions { Channels = [Mail, Slack with { Url = "http://example.com/hook" }] }).ShouldStartWith("Alerts:Channels:1:Url must be an address that begins with https://.");
        Refused(new AlertOptions { Channels = [Mail with { Tls = false }] }).ShouldStartWith("Alerts:Channels:0:Tls is false; only");
        Refused(new AlertOptions { Channels = [Mail, Mail] }).ShouldStartWith("Alerts:Channels has two entries of the Name 'mail'.");
        Refused(new AlertOptions { Channels = [Mail], Routes = [new AlertRoute { Name = "all", Channels = ["pager"] }] }).ShouldStartWith("Alerts:Routes:0:Channels names 'pager', which is not there. Known: mail.");
        Refused(new AlertOptions { Channels = [Mail], Routes = [new AlertRoute { Name = "all", Rules = ["dritf"] }] }).ShouldStartWith("Alerts:Routes:0:Rules names 'dritf'");
        Should.Throw<ArgumentOutOfRangeException>(() => new AlertOptions { SuppressMinutes = 0 }.Validate()).Message.ShouldContain("Alerts:SuppressMinutes is 0");
    }

    [TestMethod]
    public void Every_rule_has_a_condition_or_is_set_off_by_an_event_that_the_code_knows()
    {
        string[] events = [AlertRules.GateRefused, AlertRules.RolloutReverted, AlertRules.ModelUnusable, AlertRules.EmergingProblem, AlertRules.BackupFailed, AlertRules.Drift, AlertRules.DriftHigh, AlertRules.KeyAging, AlertRules.KeyOverdue, AlertRules.CertificateExpiring, AlertRules.AuditDamaged, AlertRules.ChannelFailed, AlertRules.Test];

        AlertRules.All.Where(rule => rule.When is null).Select(rule => rule.Name).ShouldBe(events, ignoreOrder: true);
        AlertRules.All.Select(rule => rule.Name).ShouldBeUnique(StringComparer.Ordinal);
        Should.Throw<ArgumentException>(() => AlertRules.Find("nothing")).Message.ShouldContain("prediction-errors");
    }

    private static string Refused(AlertOptions options) => Should.Throw<SettingException>(options.Validate).Message;
}
