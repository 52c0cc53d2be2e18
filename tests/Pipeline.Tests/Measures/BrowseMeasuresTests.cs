using Pipeline.Measures;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Measures;

[TestClass]
public sealed class BrowseMeasuresTests
{
    private readonly MemoryWarehouse _warehouse = new();
    private readonly ManualClock _clock = new();

    [TestMethod]
    public async Task A_measure_is_told_by_tech_center_and_day()
    {
        DateTimeOffset today = new(_clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        await _warehouse.SaveMeasuresAsync(
        [
            new Measure(today.AddDays(-1).AddHours(1), "Network", null, "drift", 0.2), new Measure(today.AddDays(-1).AddHours(9), "Network", null, "drift", 0.4),
            new Measure(today, "Network", null, "drift", 0.5), new Measure(today.AddDays(-1), "Voice", null, "drift", 0.1),
            new Measure(today.AddDays(-1), null, null, "drift", double.NaN), new Measure(today.AddDays(-90), "Network", null, "drift", 0.9), new Measure(today, "Network", null, "quality", 0.7),
        ]);
        _clock.Advance(TimeSpan.FromHours(1));

        MeasureHistory history = await AskAsync(("name", "drift"));

        history.Series.Select(s => s.TechCenter).ShouldBe(["Network", "Voice"]);
        MeasuredDay[] days = [.. history.Series[0].Days];
        days.Select(d => d.Day.DayNumber).ShouldBe([DateOnly.FromDateTime(today.UtcDateTime).DayNumber - 1, DateOnly.FromDateTime(today.UtcDateTime).DayNumber]);
        (days[0].Count, days[0].Low, days[0].High, days[0].Last).ShouldBe((2, 0.2, 0.4, 0.4));
        days[0].Mean.ShouldBe(0.3, 1e-9);
        (await AskAsync(("name", "drift"), ("techCenter", "Voice"))).Series.ShouldHaveSingleItem().TechCenter.ShouldBe("Voice");
    }

    [TestMethod]
    public async Task A_measure_must_be_named_and_days_be_in_their_range()
    {
        (await SmallCompany.RefusedAsync(() => AskAsync())).Errors.Keys.ShouldBe(["name"]);
        (await SmallCompany.RefusedAsync(() => AskAsync(("name", "drift"), ("days", "401")))).Errors.Keys.ShouldBe(["days"]);
    }

    private Task<MeasureHistory> AskAsync(params (string Name, string Value)[] asked) => new BrowseMeasures(_warehouse, _clock).RunAsync(name => asked.FirstOrDefault(a => a.Name == name).Value);
}
