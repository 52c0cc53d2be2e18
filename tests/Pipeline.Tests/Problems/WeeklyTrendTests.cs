using Pipeline.Problems;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class WeeklyTrendTests
{
    [TestMethod]
    public void Weeks_run_from_monday_to_monday_without_gaps()
    {
        IReadOnlyList<DateOnly> weeks = WeeklyTrend.Weeks(At(2026, 6, 7), At(2026, 6, 22));

        weeks.ShouldBe([new DateOnly(2026, 6, 1), new DateOnly(2026, 6, 8), new DateOnly(2026, 6, 15), new DateOnly(2026, 6, 22)]);
        WeeklyTrend.IndexOf(weeks, At(2026, 6, 14)).ShouldBe(1);
    }

    [TestMethod]
    public void Without_dates_there_are_no_weeks() => WeeklyTrend.Weeks(null, null).ShouldBeEmpty();

    [TestMethod]
    [DataRow(new[] { 2, 2, 2, 2, 2, 2, 2, 2 }, ClusterTrend.Steady)]
    [DataRow(new[] { 2, 2, 2, 2, 2, 2, 2, 6 }, ClusterTrend.Rising)]
    [DataRow(new[] { 4, 4, 4, 4, 4, 4, 4, 1 }, ClusterTrend.Falling)]
    [DataRow(new[] { 0, 0, 0, 0, 0, 0, 0, 9 }, ClusterTrend.New)]
    [DataRow(new[] { 9, 0, 0, 0, 0, 0, 0, 0 }, ClusterTrend.Gone)]
    [DataRow(new[] { 1, 0, 0, 0, 0, 0, 0, 1 }, ClusterTrend.Unknown)]
    [DataRow(new[] { 9 }, ClusterTrend.Unknown)]
    [DataRow(new int[0], ClusterTrend.Unknown)]
    public void The_newest_eighth_is_held_against_what_was_before(int[] counts, ClusterTrend expected) => WeeklyTrend.Of(counts).ShouldBe(expected);

    private static DateTimeOffset At(int year, int month, int day) => new(year, month, day, 23, 0, 0, TimeSpan.Zero);
}
