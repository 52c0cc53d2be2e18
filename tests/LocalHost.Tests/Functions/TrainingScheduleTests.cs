using Microsoft.Extensions.Configuration;
using Pipeline.Adapters.Local;
using Pipeline.LocalHost.Tests.Hosting;
using Pipeline.TestSupport;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class TrainingScheduleTests : IDisposable
{
    private const string HalfYearly = "0 0 0 1 6,12 *";

    private readonly TempFolder _folder = new();
    private readonly SqliteWarehouse _warehouse;

    public TrainingScheduleTests() => _warehouse = new SqliteWarehouse(_folder["warehouse.db"]);

    public void Dispose()
    {
        _warehouse.Dispose();
        _folder.Dispose();
    }

    [TestMethod]
    public async Task A_new_schedule_has_missed_nothing()
    {
        (await At("2026-07-15T09:00:00Z").FindDueAsync(isDue: false)).ShouldBeNull();
        (await At("2026-11-30T23:59:58Z").FindDueAsync(isDue: false)).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_due_date_that_was_missed_is_found_until_it_is_taken_up()
    {
        DateTimeOffset december = new(2026, 12, 1, 0, 0, 0, TimeSpan.Zero);
        await At("2026-07-15T09:00:00Z").FindDueAsync(isDue: false);

        (await At("2026-12-01T00:10:00Z").FindDueAsync(isDue: false)).ShouldBe(december);
        (await At("2026-12-03T00:10:00Z").FindDueAsync(isDue: false)).ShouldBe(december);
        await At("2026-12-03T00:10:00Z").TakeUpAsync(december);
        (await At("2026-12-03T01:10:00Z").FindDueAsync(isDue: false)).ShouldBeNull();
        (await At("2026-12-03T01:10:00Z").FindDueAsync(isDue: true)).ShouldBeNull("it was taken up already");
    }

    [TestMethod]
    public async Task Of_several_missed_dates_the_last_counts()
    {
        await At("2025-07-15T09:00:00Z").FindDueAsync(isDue: false);

        (await At("2026-06-02T00:10:00Z").FindDueAsync(isDue: false)).ShouldBe(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    public async Task The_clock_may_strike_a_moment_early()
    {
        await At("2026-07-15T09:00:00Z").FindDueAsync(isDue: false);

        (await At("2026-11-30T23:59:59.900Z").FindDueAsync(isDue: true)).ShouldBe(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    [DataRow(HalfYearly)]
    [DataRow("01:30:00")]
    public async Task The_first_time_that_the_clock_strikes_is_a_due_date(string schedule) =>
        (await At("2026-12-01T00:00:00.200Z", schedule).FindDueAsync(isDue: true)).ShouldBe(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

    [TestMethod]
    public async Task A_date_of_a_changed_schedule_that_lies_behind_was_never_promised()
    {
        await At("2026-07-15T09:00:00Z").FindDueAsync(isDue: false);

        (await At("2026-09-15T09:00:00Z", "0 0 0 1 * *").FindDueAsync(isDue: false)).ShouldBeNull();
        (await At("2026-10-01T09:00:00Z", "0 0 0 1 * *").FindDueAsync(isDue: false)).ShouldBe(new DateTimeOffset(2026, 10, 1, 0, 0, 0, TimeSpan.Zero));
    }

    private TrainingSchedule At(string now, string schedule = HalfYearly) => new(
        _warehouse, new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["TrainSchedule"] = schedule }).Build(), new ManualClock(now));
}
