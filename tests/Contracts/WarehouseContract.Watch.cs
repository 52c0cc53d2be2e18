using System.Text.Json;
using Pipeline.Alerts;
using Pipeline.Measures;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of measures and alerts.</content>
public abstract partial class WarehouseContract
{
    [TestMethod]
    public async Task Measures_are_read_by_time_and_name_and_keep_every_digit()
    {
        Measure[] measures =
        [
            new(Day(2), "network", "network/2026_q2", "confidence.p50", 0.1 + 0.2),
            new(Day(1), null, null, "cpu.share", 0.25),
            new(Day(3), "it's \"new\"", null, "predictions", 41),
        ];
        await Measures.SaveMeasuresAsync(measures);
        await Measures.SaveMeasuresAsync([]);

        (await ToListAsync(Measures.ReadMeasuresAsync(Day(1), Day(4)))).ShouldBe([measures[1], measures[0], measures[2]]);
        (await ToListAsync(Measures.ReadMeasuresAsync(Day(1), Day(3)))).ShouldBe([measures[1], measures[0]]);
        (await ToListAsync(Measures.ReadMeasuresAsync(Day(1), Day(4), "predictions"))).ShouldBe([measures[2]]);
    }

    [TestMethod]
    public async Task Old_measures_are_purged_and_counted()
    {
        await Measures.SaveMeasuresAsync([new(Day(1), null, null, "a", 1), new(Day(2), null, null, "a", 2), new(Day(3), null, null, "a", 3)]);

        (await Measures.PurgeMeasuresAsync(Day(3))).ShouldBe(2);
        (await ToListAsync(Measures.ReadMeasuresAsync(Day(1), Day(9)))).ShouldHaveSingleItem().Value.ShouldBe(3);
    }

    [TestMethod]
    public async Task The_lag_of_a_predicted_incident_is_the_time_since_it_arrived()
    {
        DateTimeOffset before = DateTimeOffset.UtcNow.AddMinutes(-1);
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B"), Incident("C", techCenter: "mail")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B"), Preprocessed("C", techCenter: "mail")], [], null, 9);
        await Predictions.SavePredictionsAsync([Answer("A") with { PredictedAt = DateTimeOffset.UtcNow.AddHours(1) }, Answer("C", techCenter: "mail") with { PredictedAt = DateTimeOffset.UtcNow.AddHours(2) }]);

        (await Measures.ReadLagsAsync("network", before)).ShouldHaveSingleItem().ShouldBeInRange(3500, 3700);
        (await Measures.ReadLagsAsync("network", DateTimeOffset.UtcNow.AddMinutes(1))).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_same_alert_within_the_window_is_one_that_is_counted()
    {
        Alert first = NewAlert("1", "drift|network", Day(1));
        JsonSerializer.Serialize(await Alerts.RaiseAlertAsync(first, Day(1))).ShouldBe(JsonSerializer.Serialize(first));
        Alert again = await Alerts.RaiseAlertAsync(NewAlert("2", "drift|network", Day(2)), Day(1));
        await Alerts.RaiseAlertAsync(NewAlert("3", "drift|mail", Day(2)), Day(1));
        await Alerts.RaiseAlertAsync(NewAlert("4", "drift|network", Day(3)), Day(2));

        (again.Id, again.Count, again.LastAt, again.RaisedAt).ShouldBe(("1", 2, Day(2), Day(1)));
        (await Alerts.ReadAlertsAsync(10)).Select(a => (a.Id, a.Count)).ShouldBe([("4", 1), ("3", 1), ("1", 2)]);
        (await Alerts.ReadAlertsAsync(1)).ShouldHaveSingleItem().Id.ShouldBe("4");
    }

    [TestMethod]
    public async Task An_alert_that_was_changed_meanwhile_is_not_overwritten()
    {
        await Alerts.RaiseAlertAsync(NewAlert("1", "f", Day(1)), Day(1));
        Alert read = (await Alerts.FindAlertAsync("1"))!;
        await Alerts.RaiseAlertAsync(NewAlert("2", "f", Day(2)), Day(1));

        (await Alerts.UpdateAlertAsync(read with { State = AlertState.Acknowledged, AcknowledgedBy = "ann" })).ShouldBeFalse();
        (await Alerts.UpdateAlertAsync((await Alerts.FindAlertAsync("1"))! with { State = AlertState.Acknowledged, AcknowledgedBy = "ann" })).ShouldBeTrue();
        Alert stored = (await Alerts.FindAlertAsync("1"))!;
        (stored.State, stored.AcknowledgedBy, stored.Count).ShouldBe((AlertState.Acknowledged, "ann", 2));
        (await Alerts.ReadAlertsAsync(10, openOnly: true)).ShouldBeEmpty();
        (await Alerts.FindAlertAsync("nobody")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Old_alerts_are_purged_and_counted_but_for_those_that_are_open()
    {
        await Alerts.RaiseAlertAsync(NewAlert("open", "a", Day(1)), Day(1));
        await Alerts.RaiseAlertAsync(NewAlert("old", "b", Day(1)) with { State = AlertState.Ended }, Day(1));
        await Alerts.RaiseAlertAsync(NewAlert("new", "c", Day(3)) with { State = AlertState.Ended }, Day(3));

        (await Alerts.PurgeAlertsAsync(Day(3))).ShouldBe(1);
        (await Alerts.ReadAlertsAsync(10)).Select(a => a.Id).ShouldBe(["new", "open"]);
    }

    private static Alert NewAlert(string id, string fingerprint, DateTimeOffset at) => new()
    {
        Id = id,
        Fingerprint = fingerprint,
        Rule = "drift",
        Severity = AlertSeverity.Warning,
        TechCenter = "network",
        Title = "Incidents drift",
        Text = "0.7 of 1",
        RaisedAt = at,
        LastAt = at,
        Steps = [new AlertStep("ops", at, at.AddMinutes(30), "lead")],
        Deliveries = [new AlertDelivery("ops", "mail", DeliveryState.Sent, 1, SentAt: at)],
    };
}
