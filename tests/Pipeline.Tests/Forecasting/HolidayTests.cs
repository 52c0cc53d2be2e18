using Pipeline.Forecasting;
using Pipeline.Problems;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Forecasting;

[TestClass]
public sealed class HolidayTests
{
    private static readonly DateOnly Monday = new(2025, 1, 6);

    [TestMethod]
    public void Dates_are_counted_by_their_week_and_weekends_are_not()
    {
        HolidayCalendar calendar = HolidayCalendar.Parse("2026-12-25, 2026-12-26\n2026-12-24;2026-12-24");

        calendar.DaysIn(new DateOnly(2026, 12, 21)).ShouldBe(2);
        calendar.DaysIn(new DateOnly(2026, 12, 28)).ShouldBe(0);
        HolidayCalendar.Parse(" ").IsEmpty.ShouldBeTrue();
    }

    [TestMethod]
    public void A_file_has_a_date_on_each_line_and_may_name_the_day()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["holidays.txt"], "# Christmas\n2026-12-25 Christmas Day\n\n2027-01-01,New Year\n");

        HolidayCalendar calendar = new ForecastOptions { Holidays = folder["holidays.txt"] }.Calendar();

        (calendar.DaysIn(new DateOnly(2026, 12, 21)), calendar.DaysIn(new DateOnly(2026, 12, 28))).ShouldBe((1, 1));
        new ForecastOptions().Calendar().IsEmpty.ShouldBeTrue();
    }

    [TestMethod]
    public void What_is_no_date_and_no_file_is_named_with_what_to_write() =>
        Should.Throw<SettingException>(() => new ForecastOptions { Holidays = "25.12.2026" }.Calendar()).Message.ShouldMatch("^Forecast:Holidays cannot be read: '25.12.2026' is no date like 2026-12-25. It must be dates");

    [TestMethod]
    public void A_file_that_is_none_of_holidays_is_told_by_its_path_and_line_and_nothing_of_it_is_shown()
    {
        using TempFolder folder = new();
        File.WriteAllText(folder["secret.txt"], "# key\n\nhunter2hunter2 is the key\n");

        SettingException refused = Should.Throw<SettingException>(() => new ForecastOptions { Holidays = folder["secret.txt"] }.Calendar());

        refused.Message.ShouldStartWith($"Forecast:Holidays cannot be read: {folder["secret.txt"]}, line 3 does not begin with a date. It must be dates");
        refused.ToString().ShouldNotContain("hunter2");
    }

    [TestMethod]
    public void The_effect_is_learned_where_weeks_had_holidays()
    {
        // Two weeks of 100, of which one day each was a holiday on which a tenth of a day came.
        WeeklySeries series = Weekly(60, week => week is 20 or 40 ? 82 : 100);

        HolidayEffect learned = HolidayEffect.Learn(series, Holidays(20, 40), HolidayEffect.Default);

        learned.Share.ShouldBe(0.77, 0.01);
        learned.Factor(Holidays(20, 40), series.Week(40)).ShouldBe(1 - (learned.Share / 5), 1e-9);
        learned.Factor(Holidays(20, 40), series.Week(41)).ShouldBe(1);
    }

    [TestMethod]
    public void Few_incidents_move_the_effect_little_and_none_leave_it()
    {
        WeeklySeries series = Weekly(60, week => week == 20 ? 0 : 1);

        HolidayEffect.Learn(series, Holidays(20), HolidayEffect.Default).Share.ShouldBeInRange(0.5, 0.6);
        HolidayEffect.Learn(series, HolidayCalendar.None, HolidayEffect.Default).ShouldBe(HolidayEffect.Default);
        HolidayEffect.Learn(series, Holidays(70), new HolidayEffect(0.9)).Share.ShouldBe(0.9);
    }

    [TestMethod]
    public void Holidays_beside_each_other_are_held_against_weeks_without_any()
    {
        WeeklySeries series = Weekly(60, week => week is 20 or 21 or 22 ? 60 : 100);

        HolidayEffect.Learn(series, new HolidayCalendar([.. new[] { 20, 21, 22 }.SelectMany(week => new[] { series.Week(week), series.Week(week).AddDays(1) })]), HolidayEffect.Default).Share.ShouldBe(0.93, 0.01);
    }

    [TestMethod]
    public void A_week_with_holidays_is_expected_lower_and_the_history_of_them_misleads_nobody()
    {
        WeeklySeries series = Weekly(80, week => week is 25 or 78 or 79 ? 60 : 100);
        HolidayCalendar calendar = new([.. new[] { 25, 78, 79, 81 }.SelectMany(week => new[] { series.Week(week), series.Week(week).AddDays(1) })]);

        CountForecast forecast = CountForecaster.Run(series, 3, CountForecaster.Fit(series, calendar, HolidayEffect.Default), calendar);
        CountForecast blind = CountForecaster.Run([.. series.Counts], 3);

        forecast.Weeks[0].Mean.ShouldBe(100, 4);
        forecast.Weeks[1].Mean.ShouldBe(61, 4);
        forecast.Weeks[2].Mean.ShouldBe(100, 4);
        blind.Weeks[0].Mean.ShouldBeLessThan(92);
    }

    private static WeeklySeries Weekly(int weeks, Func<int, double> count) => new(Monday, [.. Enumerable.Range(0, weeks).Select(count)]);

    // A Wednesday in each of the weeks.
    private static HolidayCalendar Holidays(params int[] weeks) => new(weeks.Select(week => Monday.AddDays((7 * week) + 2)));
}
