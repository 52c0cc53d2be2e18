using Pipeline.Alerts;

namespace Pipeline.Tests.Alerts;

[TestClass]
public sealed class DeliverAlertsTests
{
    [TestMethod]
    public async Task The_same_alert_a_hundred_times_is_one_message()
    {
        Company company = new();
        for (int i = 0; i < 100; i++)
        {
            await company.DriftAsync();
            if (i % 10 == 0)
            {
                await company.PassAsync(1);
            }
        }

        company.Mail.Sent.ShouldHaveSingleItem().Subject.ShouldBe("[Warning] Incidents drift: Network");
        (await company.Log.ReadAlertsAsync(10)).ShouldHaveSingleItem().Count.ShouldBe(100);
    }

    [TestMethod]
    public async Task A_hundred_raised_at_once_are_one_message()
    {
        Company company = new();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => company.DriftAsync()));
        await company.Deliver.RunAsync();

        company.Mail.Sent.ShouldHaveSingleItem();
        (await company.Log.ReadAlertsAsync(10)).ShouldHaveSingleItem().Count.ShouldBe(100);
    }

    [TestMethod]
    public async Task What_goes_on_after_the_window_is_told_again_and_another_tech_center_at_once()
    {
        Company company = new();
        await company.DriftAsync();
        await company.DriftAsync("Mail");
        await company.PassAsync(61);
        await company.DriftAsync();
        await company.PassAsync(1);

        company.Mail.Sent.Take(2).Select(m => m.Alert.TechCenter).ShouldBe(["Network", "Mail"], ignoreOrder: true);
        company.Mail.Sent.Skip(2).ShouldHaveSingleItem().Alert.TechCenter.ShouldBe("Network");
    }

    [TestMethod]
    public async Task Nobody_answers_and_the_next_route_is_told_when_the_time_is_over()
    {
        Company company = new();
        await company.DriftAsync();
        await company.Deliver.RunAsync();
        await company.PassAsync(29);
        company.Pager.Sent.ShouldBeEmpty();

        await company.PassAsync(1);
        company.Pager.Sent.ShouldHaveSingleItem().Subject.ShouldBe("[Warning, nobody answered] Incidents drift: Network");
        await company.PassAsync(500);
        company.Pager.Sent.Count.ShouldBe(1);
        company.Mail.Sent.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task Who_answers_in_time_is_the_last_to_be_told()
    {
        Company company = new();
        Alert alert = await company.DriftAsync();
        await company.PassAsync(10);
        Alert answered = await company.Answer.AcknowledgeAsync(alert.Id, " ann ");
        await company.Answer.AcknowledgeAsync(alert.Id, "bob");
        await company.PassAsync(100);

        company.Pager.Sent.ShouldBeEmpty();
        (answered.State, answered.AcknowledgedBy).ShouldBe((AlertState.Acknowledged, "ann"));
        (await company.Log.FindAlertAsync(alert.Id))!.AcknowledgedBy.ShouldBe("ann");
    }

    [TestMethod]
    public async Task A_channel_that_comes_back_takes_the_message_late_and_once()
    {
        Company company = new();
        company.Mail.IsDown = true;
        await company.DriftAsync();
        await company.PassAsync(5);
        company.Mail.Attempts.ShouldBe(3, "at once, after one minute, after two more");
        company.Mail.IsDown = false;
        await company.PassAsync(30);

        company.Mail.Sent.ShouldHaveSingleItem();
        company.Mail.Attempts.ShouldBe(4);
    }

    [TestMethod]
    public async Task A_channel_that_stays_away_is_an_alert_on_the_others()
    {
        Company company = new(new AlertOptions
        {
            Channels = [new AlertChannelOptions { Name = "mail" }, new AlertChannelOptions { Name = "pager" }],
            Routes = [new AlertRoute { Name = "all", Channels = ["mail", "pager"] }],
        });
        company.Mail.IsDown = true;
        await company.DriftAsync();
        await company.PassAsync(60);

        company.Pager.Sent.Select(m => m.Alert.Rule).ShouldBe(["drift", "channel-failed"]);
        company.Pager.Sent[1].Alert.Text.ShouldContain("'mail' took no message in 5 attempts. mail is away.");
        company.Mail.Attempts.ShouldBe(5);
    }

    [TestMethod]
    public async Task Routes_choose_by_rule_severity_and_tech_center()
    {
        Company company = new(new AlertOptions
        {
            Channels = [new AlertChannelOptions { Name = "mail" }, new AlertChannelOptions { Name = "pager" }],
            Routes =
            [
                new AlertRoute { Name = "network", Channels = ["mail"], TechCenters = ["Network"], Rules = ["drift"] },
                new AlertRoute { Name = "bad", Channels = ["pager"], Severity = AlertSeverity.Critical },
            ],
        });
        await company.DriftAsync();
        await company.DriftAsync("Mail");
        await company.Raise.RunAsync(new AlertEvent(AlertRules.GateRefused, "Noise 0.8.", "Network"));
        await company.Raise.RunAsync(new AlertEvent(AlertRules.BackupFailed, "No space."));
        await company.PassAsync(1);

        company.Mail.Sent.Select(m => (m.Alert.Rule, m.Alert.TechCenter)).ShouldBe([("drift", "Network")]);
        company.Pager.Sent.Select(m => m.Alert.Rule).ShouldBe(["backup-failed"]);
    }

    [TestMethod]
    public async Task During_maintenance_alerts_are_kept_and_nobody_is_told()
    {
        Company company = new();
        DateTimeOffset now = company.Clock.GetUtcNow();
        Company quiet = new(company.Options with { Maintenance = [new MaintenanceWindow { From = now, Until = now.AddHours(1), TechCenters = ["Network"] }] });
        await quiet.DriftAsync();
        await quiet.DriftAsync("Mail");
        await quiet.PassAsync(61);
        await quiet.DriftAsync();
        await quiet.PassAsync(1);

        quiet.Mail.Sent.Select(m => m.Alert.TechCenter).ShouldBe(["Mail", "Network"]);
        (await quiet.Log.ReadAlertsAsync(10)).Select(a => a.State).ShouldContain(AlertState.Muted);
    }

    [TestMethod]
    public async Task Two_processes_that_deliver_lose_no_answer()
    {
        Company company = new();
        Alert alert = await company.DriftAsync();
        await Task.WhenAll(company.Deliver.RunAsync(), company.Answer.AcknowledgeAsync(alert.Id, "ann"), company.DriftAsync());

        Alert stored = (await company.Log.FindAlertAsync(alert.Id))!;
        (stored.State, stored.Count).ShouldBe((AlertState.Acknowledged, 2));
    }

    [TestMethod]
    public async Task An_outage_of_the_warehouse_is_told_past_it_at_the_second_failure_and_once()
    {
        Company company = new();
        TellOfOutage outage = new([company.Mail, company.Pager], company.Options, company.Clock);

        (await outage.FailedAsync("The disk is full.")).ShouldBe(0);
        outage.Answered();
        (await outage.FailedAsync("The disk is full.")).ShouldBe(0);
        (await outage.FailedAsync("The disk is full.")).ShouldBe(1);
        (await outage.FailedAsync("The disk is full.")).ShouldBe(0);

        company.Mail.Sent.ShouldHaveSingleItem().PlainText.ShouldContain("The disk is full.");
    }
}
