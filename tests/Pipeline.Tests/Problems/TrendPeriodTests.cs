using Pipeline.Models;
using Pipeline.Problems;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class TrendPeriodTests
{
    [TestMethod]
    public void Weeks_run_from_monday_to_monday_without_gaps_and_know_how_much_of_each_lies_in_the_period()
    {
        TrendPeriod period = TrendPeriod.Between(At(2026, 6, 6), At(2026, 6, 23));

        period.Weeks.ShouldBe([new DateOnly(2026, 6, 1), new DateOnly(2026, 6, 8), new DateOnly(2026, 6, 15), new DateOnly(2026, 6, 22)]);
        period.Days.ShouldBe([2, 7, 7, 1], 1e-9);
        period.IndexOf(At(2026, 6, 14)).ShouldBe(1);
        period.IndexOf(At(2026, 5, 31)).ShouldBeNull();
        period.IndexOf(At(2026, 6, 29)).ShouldBeNull();
    }

    [TestMethod]
    public void Without_dates_there_are_no_weeks()
    {
        TrendPeriod.Of([], null, TimeProvider.System).Weeks.ShouldBeEmpty();
        TrendPeriod.Empty.IndexOf(At(2026, 6, 1)).ShouldBeNull();
    }

    [TestMethod]
    public void A_strange_date_and_what_is_older_than_the_window_change_nothing()
    {
        (DateTimeOffset, long)[] days = [.. Enumerable.Range(1, 28).Select(day => (At(2026, 2, day), 2L))];
        TrainingWindow window = new(At(2024, 4, 1), At(2026, 4, 1));
        TrendPeriod plain = TrendPeriod.Of(days, window, TimeProvider.System);

        TrendPeriod spoilt = TrendPeriod.Of([.. days, (At(9999, 12, 31), 1), (At(1, 1, 1), 1), (At(2023, 1, 1), 5)], window, TimeProvider.System);

        spoilt.Weeks.ShouldBe(plain.Weeks);
        spoilt.Days.ShouldBe(plain.Days);
    }

    private static DateTimeOffset At(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
