using System.Globalization;
using System.Text;
using Pipeline.Incidents;
using Pipeline.Intake;

namespace Pipeline.Tests.Intake;

[TestClass]
public sealed class DateTests
{
    [TestMethod]
    [DataRow("2026/1/5 9:05", "2026-01-05T09:05:00", DisplayName = "Excel, Japan and China")]
    [DataRow("2026年1月5日 14:15", "2026-01-05T14:15:00")]
    [DataRow("2026年1月5日(月) 午後2時15分", "2026-01-05T14:15:00")]
    [DataRow("2026/1/5 下午 2:15:30", "2026-01-05T14:15:30")]
    [DataRow("2026. 1. 5. 오후 2:15", "2026-01-05T14:15:00")]
    [DataRow("05/ene/26 2:15 PM", "2026-01-05T14:15:00", DisplayName = "Jira, Spanish")]
    [DataRow("05/Mai/26 9:15 AM", "2026-05-05T09:15:00", DisplayName = "Jira, German")]
    [DataRow("05/févr./26 2:15 PM", "2026-02-05T14:15:00", DisplayName = "Jira, French")]
    [DataRow("05/мар/26 14:15", "2026-03-05T14:15:00", DisplayName = "Jira, Russian")]
    [DataRow("05-Jan-2026 14:15:00", "2026-01-05T14:15:00", DisplayName = "ServiceNow, day and month")]
    [DataRow("25.01.26 14:15", "2026-01-25T14:15:00")]
    [DataRow("25.01.2026, 14:15 Uhr", "2026-01-25T14:15:00")]
    [DataRow("Montag, 5. Januar 2026 14:15", "2026-01-05T14:15:00")]
    [DataRow("lunes, 5 de enero de 2026, 2:15 p. m.", "2026-01-05T14:15:00")]
    [DataRow("5 janvier 2026 à 14h15", "2026-01-05T14:15:00")]
    [DataRow("January 5th, 2026 12:15 AM", "2026-01-05T00:15:00")]
    [DataRow("Mon Jan 05 10:00:00 CET 2026", "2026-01-05T09:00:00", DisplayName = "java.util.Date")]
    [DataRow("Mon Jan 05 2026 10:00:00 GMT+0100 (Central European Standard Time)", "2026-01-05T09:00:00", DisplayName = "JavaScript")]
    [DataRow("Mon, 05 Jan 2026 10:00:00 -0500", "2026-01-05T15:00:00", DisplayName = "mail")]
    [DataRow("2026-01-05T10:00:00.123456789+05:30", "2026-01-05T04:30:00")]
    [DataRow("20260105T101530Z", "2026-01-05T10:15:30")]
    [DataRow("20260105101530", "2026-01-05T10:15:30")]
    [DataRow("20260105", "2026-01-05T00:00:00")]
    [DataRow("1767607200", "2026-01-05T10:00:00", DisplayName = "seconds since 1970")]
    [DataRow("1767607200123", "2026-01-05T10:00:00", DisplayName = "milliseconds since 1970")]
    [DataRow("46027.59375", "2026-01-05T14:15:00", DisplayName = "serial number")]
    [DataRow("46027", "2026-01-05T00:00:00")]
    [DataRow("05-01-2026 24:00", "2026-01-06T00:00:00")]
    [DataRow("２０２６／１／５ ９：０５", "2026-01-05T09:05:00")]
    public void A_date_is_read_in_the_form_of_its_export(string written, string expected) =>
        Read([written, "13/01/2026"]).First().Incident!.CreatedOn!.Value.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture).ShouldBe(expected);

    [TestMethod]
    [DataRow("INC0010001")]
    [DataRow("12345")]
    [DataRow("31.02.2026")]
    [DataRow("13/13/2026")]
    [DataRow("2026-01-05 25:00")]
    [DataRow("5 January")]
    [DataRow("1.2.3")]
    [DataRow("in the year 2026")]
    [DataRow("99999999999999999999")]
    public void What_is_no_date_is_none(string written)
    {
        IntakeRow row = Read([written, "2026-01-05"]).First();
        row.Incident.ShouldBeNull();
        row.Reject!.Kind.ShouldBe(RejectKind.InvalidDate);
    }

    [TestMethod]
    public void Where_no_row_tells_day_and_month_apart_the_user_is_asked()
    {
        IntakeException error = Should.Throw<IntakeException>(() => Read(["03/04/2026 10:00", "05/06/2026 11:00", "03/04/2026 10:00"]));
        error.IsUsageError.ShouldBeTrue();
        error.Message.ShouldContain("column opened_at");
        error.Message.ShouldContain("'03/04/2026 10:00' and '05/06/2026 11:00'");
        error.Message.ShouldContain("--day-first");
        error.Message.ShouldContain("--date-format");

        Read(["03/04/2026"], new IntakeOptions { DayFirst = true })[0].Incident!.CreatedOn!.Value.Month.ShouldBe(4);
        Read(["03/04/2026"], new IntakeOptions { DayFirst = false })[0].Incident!.CreatedOn!.Value.Month.ShouldBe(3);
        Read(["03/04/2026"], new IntakeOptions { DateFormat = "dd/MM/yyyy" })[0].Incident!.CreatedOn!.Value.Month.ShouldBe(4);
        Read(["05/05/2026"])[0].Incident!.CreatedOn!.Value.Month.ShouldBe(5);
    }

    [TestMethod]
    public void Rows_that_say_both_are_asked_about_and_a_single_stray_one_is_not()
    {
        Should.Throw<IntakeException>(() => Read(["25/04/2026", "04/25/2026", "03/04/2026"])).Message.ShouldContain("'25/04/2026' has the day first, '04/25/2026' the month");

        List<IntakeRow> rows = Read([.. Enumerable.Repeat("25/04/2026", 50), "04/25/2026", "03/04/2026"]);
        rows.ShouldAllBe(row => row.Incident!.CreatedOn!.Value.Month == 4);
    }

    [TestMethod]
    public void A_few_open_dates_among_many_others_are_rejects_and_stop_nothing()
    {
        List<IntakeRow> rows = Read([.. Enumerable.Repeat("2026-01-05", 40), "03/04/2026"]);
        rows.Count(row => row.Incident is not null).ShouldBe(40);
        rows[^1].Reject!.Reason.ShouldContain("--day-first");
    }

    [TestMethod]
    [DataRow("Europe/Berlin", "2026-07-05T08:00:00")]
    [DataRow("+05:30", "2026-07-05T04:30:00")]
    [DataRow("-03:00", "2026-07-05T13:00:00")]
    [DataRow(null, "2026-07-05T10:00:00")]
    public void Dates_without_a_zone_are_in_the_zone_that_is_named(string? zone, string expected)
    {
        List<IntakeRow> rows = Read(["2026-07-05 10:00", "2026-07-05T10:00:00Z"], new IntakeOptions { TimeZone = zone });
        rows[0].Incident!.CreatedOn!.Value.ToString("s", CultureInfo.InvariantCulture).ShouldBe(expected);
        rows[1].Incident!.CreatedOn!.Value.ToString("s", CultureInfo.InvariantCulture).ShouldBe("2026-07-05T10:00:00");
        Should.Throw<IntakeException>(() => Read(["2026-07-05"], new IntakeOptions { TimeZone = "Atlantis" })).IsUsageError.ShouldBeTrue();
    }

    [TestMethod]
    [DataRow("1989-12-31T23:59:59Z", false)]
    [DataRow("1990-01-01T00:00:00Z", true)]
    [DataRow("2026-08-02T12:00:00Z", true)]
    [DataRow("2026-08-02T12:00:01Z", false)]
    public void A_date_lies_between_1990_and_tomorrow(string date, bool accepted)
    {
        IntakeRow row = Read([date], clock: new FixedClock(new DateTimeOffset(2026, 8, 1, 12, 0, 0, TimeSpan.Zero))).Single();
        (row.Incident is not null).ShouldBe(accepted);
        if (!accepted)
        {
            row.Reject!.Reason.ShouldContain("between 1990-01-01 and 2026-08-02");
        }
    }

    [TestMethod]
    public void No_single_row_decides_the_newest_date()
    {
        DateTimeOffset[] days = [.. Enumerable.Range(0, 80).Select(day => new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(80 - day))];
        DateTimeOffset late = new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);

        Newest(days).ShouldBe(days[0]);
        Newest([late, .. days]).ShouldBe(days[0]);
        Newest([late, late, .. days]).ShouldBe(late, "two incidents are no slip");
        Newest([days[0].AddDays(100), .. days]).ShouldBe(days[0].AddDays(100), "a quiet quarter is usual");
        Newest([late, .. days[..9]]).ShouldBe(late, "of ten rows none can be told to be wrong");
        Newest([]).ShouldBeNull();

        static DateTimeOffset? Newest(DateTimeOffset[] dates) => NewestDate.Of(dates.Select(d => (d, 1L)).Take((int)NewestDate.Depth(dates.Length)), dates.Length);
    }

    private static List<IntakeRow> Read(string[] dates, IntakeOptions? options = null, TimeProvider? clock = null)
    {
        string text = "number\topened_at\tshort_description\n" + string.Concat(dates.Select((date, i) => $"{i}\t{date}\ttext\n"));
        return [.. new IncidentReader(options ?? new IntakeOptions(), clock).Read(new MemoryStream(Encoding.UTF8.GetBytes(text)))];
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
