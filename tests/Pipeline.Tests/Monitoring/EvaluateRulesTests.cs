using Pipeline.Alerts;
using Pipeline.Measures;
using Pipeline.Monitoring;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Monitoring;

[TestClass]
public sealed class EvaluateRulesTests
{
    private readonly ManualClock _clock = new();
    private readonly MemoryWarehouse _warehouse = new();
    private readonly EvaluateRules _evaluate;

    public EvaluateRulesTests()
    {
        AlertOptions options = new();
        _evaluate = new EvaluateRules(_warehouse, _warehouse, new RaiseAlert(_warehouse, options, _clock), new AnswerAlert(_warehouse, _clock), options, _clock);
    }

    [TestMethod]
    [DataRow("prediction-errors", "predictions.failed", 5, 6)]
    [DataRow("training-failed", "errors.train", 0, 1)]
    [DataRow("cpu-high", "cpu.share", 0.8, 0.81)]
    [DataRow("memory-high", "memory.share", 0.8, 0.81)]
    [DataRow("disk-high", "disk.share", 0.8, 0.81)]
    public async Task A_rule_holds_above_its_threshold_and_not_at_it(string rule, string measure, double at, double above)
    {
        await NoteAsync(measure, at);
        (await HeldAsync()).ShouldNotContain(rule, StringComparer.Ordinal);
        await NoteAsync(measure, above);
        (await HeldAsync()).ShouldContain(rule, StringComparer.Ordinal);
    }

    [TestMethod]
    public async Task Failed_predictions_of_one_tech_center_of_fifteen_are_seen_within_the_hour()
    {
        await NoteAsync("predictions", 1_000);
        await NoteAsync("predictions.failed", 4, "Network");
        _clock.Advance(TimeSpan.FromMinutes(50));
        await NoteAsync("predictions.failed", 2, "Network");

        RuleFinding finding = (await _evaluate.RunAsync()).ShouldHaveSingleItem();
        (finding.Rule.Name, finding.Value).ShouldBe(("prediction-errors", 6));
        (await _warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem().Text.ShouldContain("Tech centers: Network.");

        _clock.Advance(TimeSpan.FromMinutes(20));
        (await HeldAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(200, 2, "")]
    [DataRow(200, 3, "error-rate-notice")]
    [DataRow(200, 11, "error-rate-notice error-rate-warning")]
    [DataRow(200, 21, "error-rate-notice error-rate-warning error-rate-critical")]
    [DataRow(19, 19, "")]
    public async Task The_error_rate_has_three_thresholds_and_asks_for_twenty_requests(int requests, int failed, string rules)
    {
        await NoteAsync("requests", requests);
        await NoteAsync("requests.failed", failed);

        string.Join(' ', await HeldAsync()).ShouldBe(rules);
    }

    [TestMethod]
    [DataRow(0.4, 1.9, "")]
    [DataRow(0.6, 1.9, "classify-latency-warning")]
    [DataRow(1.1, 2.1, "classify-latency-warning classify-latency-critical classify-latency-tail")]
    public async Task Slow_answers_are_told_by_the_time_of_95_and_99_in_100(double p95, double p99, string rules)
    {
        await NoteAsync("classify.requests", 20);
        await NoteAsync("classify.seconds.p95", p95);
        await NoteAsync("classify.seconds.p99", p99);

        string.Join(' ', await HeldAsync()).ShouldBe(rules);
    }

    [TestMethod]
    public async Task No_new_data_is_told_after_four_hours_of_watching_and_not_right_after_the_start()
    {
        await NoteAsync("ready", 1);
        (await HeldAsync()).ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromHours(4));
        await NoteAsync("ready", 1);
        (await HeldAsync()).ShouldBe(["no-new-data"]);
        await NoteAsync("incidents.read", 1);
        (await HeldAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Storage_that_is_away_for_a_minute_is_told_and_one_look_that_failed_is_not()
    {
        await NoteAsync("ready", 1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        await NoteAsync("ready", 0);
        (await HeldAsync()).ShouldBeEmpty();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await NoteAsync("ready", 0);
        (await HeldAsync()).ShouldBe(["service-down"]);
    }

    [TestMethod]
    public async Task An_alert_ends_when_its_rule_holds_no_more()
    {
        await NoteAsync("disk.share", 0.9);
        await _evaluate.RunAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));
        await NoteAsync("disk.share", 0.5);
        await _evaluate.RunAsync();

        (await _warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem().State.ShouldBe(AlertState.Ended);
    }

    [TestMethod]
    public async Task A_failed_training_is_told_for_each_tech_center()
    {
        await NoteAsync("errors.train", 1, "Network");
        await NoteAsync("errors.train", 2, "Mail");
        await _evaluate.RunAsync();

        (await _warehouse.ReadAlertsAsync(10)).Select(a => a.Title).ShouldBe(["A training failed: Network", "A training failed: Mail"], ignoreOrder: true);
    }

    private Task NoteAsync(string name, double value, string? techCenter = null) => _warehouse.SaveMeasuresAsync([new Measure(_clock.GetUtcNow(), techCenter, null, name, value)]);

    private async Task<string[]> HeldAsync() => [.. (await _evaluate.RunAsync()).Select(f => f.Rule.Name)];
}
