using Pipeline.Models;

namespace Pipeline.Tests.Models;

[TestClass]
public sealed class TrainingWindowTests
{
    [TestMethod]
    public void The_window_ends_with_the_quarter_and_reaches_back_its_months()
    {
        TrainingWindow window = TrainingWindow.Ending(2026, 2, 24);

        window.From.ShouldBe(new DateTimeOffset(2024, 7, 1, 0, 0, 0, TimeSpan.Zero));
        window.Until.ShouldBe(new DateTimeOffset(2026, 7, 1, 0, 0, 0, TimeSpan.Zero));
    }

    [TestMethod]
    public void The_last_quarter_ends_with_the_year() =>
        TrainingWindow.Ending(2025, 4, 3).ShouldBe(new TrainingWindow(new DateTimeOffset(2025, 10, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [TestMethod]
    [DataRow(1999, 1, 24, "year")]
    [DataRow(2026, 5, 24, "quarter")]
    [DataRow(2026, 0, 24, "quarter")]
    [DataRow(2026, 1, 0, "months")]
    public void A_number_out_of_range_is_named(int year, int quarter, int months, string name) =>
        Should.Throw<ArgumentOutOfRangeException>(() => TrainingWindow.Ending(year, quarter, months)).ParamName.ShouldBe(name);

    [TestMethod]
    public void A_date_knows_its_quarter_in_utc() =>
        TrainingWindow.QuarterOf(new DateTimeOffset(2026, 4, 1, 0, 30, 0, TimeSpan.FromHours(2))).ShouldBe((2026, 1));
}
