using System.Globalization;
using Pipeline.LocalHost.Hosting.Timers;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class CronScheduleTests
{
    [TestMethod]
    [DataRow("0 0 * * * *", "2026-11-22T01:08:37", "2026-11-22T02:00:00")]
    [DataRow("0 0 */2 * * *", "2026-11-22T23:00:00", "2026-11-23T00:00:00")]
    [DataRow("0 0 0 1 6,12 *", "2026-11-22T01:00:00", "2026-12-01T00:00:00")]
    [DataRow("0 0 0 1 6,12 *", "2026-12-01T00:00:00", "2027-06-01T00:00:00")]
    [DataRow("0 0 0 29 2 *", "2026-01-01T00:00:00", "2028-02-29T00:00:00")]
    [DataRow("0 0 0 29 2 *", "2096-02-29T00:00:00", "2104-02-29T00:00:00")]
    [DataRow("0 0 0 29 2 MON", "2072-03-01T00:00:00", "2112-02-29T00:00:00")]
    [DataRow("0 0 0 31 * *", "2026-01-31T00:00:00", "2026-03-31T00:00:00")]
    [DataRow("59 59 23 31 12 *", "2026-12-31T23:59:59", "2027-12-31T23:59:59")]
    [DataRow("*/20 * * * * *", "2026-11-22T00:00:40.5", "2026-11-22T00:01:00")]
    [DataRow("0 30 9 * Jan-Mar Mon-Fri", "2026-03-31T09:30:00", "2027-01-01T09:30:00")]
    [DataRow("0 0 12 * january monday", "2026-11-22T00:00:00", "2027-01-04T12:00:00")]
    [DataRow("0 0 0 * * 0", "2026-11-22T00:00:00", "2026-11-29T00:00:00")]
    [DataRow("0 0 0 * * SUN", "2026-11-22T00:00:00", "2026-11-29T00:00:00")]
    [DataRow("0 0 0 * * 5,6,0", "2026-11-21T00:00:00", "2026-11-22T00:00:00")]
    [DataRow("5/25 * * * * *", "2026-11-22T00:00:30", "2026-11-22T00:00:55")]
    [DataRow("0 0 0 13 * FRI", "2026-11-22T00:00:00", "2027-08-13T00:00:00")]
    [DataRow("*/5 * * * *", "2026-11-22T00:01:01", "2026-11-22T00:05:00")]
    public void The_next_time_is_the_first_that_satisfies_every_field(string expression, string after, string next) =>
        CronSchedule.Parse(expression).Next(Utc(after)).ShouldBe(Utc(next));

    [TestMethod]
    public void The_next_times_of_random_schedules_are_those_that_trying_every_second_finds()
    {
        Random random = new(11);
        for (int round = 0; round < 300; round++)
        {
            string[] fields = [Field(random, 0, 59), Field(random, 0, 59), Field(random, 0, 23), "*", "*", random.Next(3) == 0 ? Field(random, 0, 6) : "*"];
            CronSchedule schedule = CronSchedule.Parse(string.Join(' ', fields));
            DateTimeOffset after = Utc("2027-12-31T00:00:00").AddSeconds(random.Next(3 * 86400));
            DateTimeOffset end = after.AddDays(2);

            DateTimeOffset? expected = Tries(after.AddSeconds(1), end, TimeSpan.FromSeconds(1), fields);
            DateTimeOffset found = schedule.Next(after);

            (found <= end ? found : (DateTimeOffset?)null).ShouldBe(expected, $"{schedule} after {after:O}");
        }
    }

    [TestMethod]
    public void The_next_dates_of_random_schedules_are_those_that_trying_every_day_finds()
    {
        Random random = new(12);
        for (int round = 0; round < 300; round++)
        {
            string[] fields = ["0", "0", "0", Field(random, 1, 31), Field(random, 1, 12), random.Next(2) == 0 ? Field(random, 0, 6) : "*"];
            DateTimeOffset after = Utc("1999-12-31T00:00:00").AddDays(random.Next(20_000));
            DateTimeOffset? expected = Tries(after.AddDays(1), after.AddYears(60), TimeSpan.FromDays(1), fields);
            if (expected is null)
            {
                Should.Throw<FormatException>(() => CronSchedule.Parse(string.Join(' ', fields)));
            }
            else
            {
                CronSchedule.Parse(string.Join(' ', fields)).Next(after).ShouldBe(expected.Value, $"{string.Join(' ', fields)} after {after:O}");
            }
        }
    }

    [TestMethod]
    [DataRow("0 0 0 30 2 *", "no month it allows has a day it allows")]
    [DataRow("0 0 0 31 4,6,9,11 *", "no month it allows has a day it allows")]
    [DataRow("60 * * * * *", "60 is not from 0 to 59")]
    [DataRow("0 0 24 * * *", "24 is not from 0 to 23")]
    [DataRow("0 0 0 0 * *", "0 is not from 1 to 31")]
    [DataRow("0 0 0 1 13 *", "13 is not from 1 to 12")]
    [DataRow("0 0 0 * * 8", "8 is not from 0 to 6")]
    [DataRow("0 0 0 * * 7", "7 is not from 0 to 6, and Sunday is 0 or SUN")]
    [DataRow("0 0 0 * * 5-7", "7 is not from 0 to 6")]
    [DataRow("0 0 0 * * FRI-MON", "runs backwards")]
    [DataRow("0 */0 * * * *", "a step must be at least 1")]
    [DataRow("0 1,,2 * * * *", "a part of the list is empty")]
    [DataRow("0 1/2/3 * * * *", "more than one step")]
    [DataRow("0 0 x * * *", "'x' is not a value")]
    [DataRow("0 0 0 1 Foo *", "'Foo' is not a value or a name")]
    [DataRow("0 -5 * * * *", "'' is not a value")]
    [DataRow("* * * *", "has 4 fields")]
    [DataRow("0 0 0 1 1 * 2027", "has 7 fields")]
    [DataRow("00:30:00", "is a time span")]
    [DataRow("", "has 0 fields")]
    public void What_is_no_schedule_is_refused_with_the_reason(string expression, string reason)
    {
        string message = Should.Throw<FormatException>(() => CronSchedule.Parse(expression)).Message;
        message.ShouldContain($"'{expression}'");
        message.ShouldContain(reason);
    }

    [TestMethod]
    [DataRow("*/20 * * * * *", true)]
    [DataRow("58,59 0 0 29 2 *", true)]
    [DataRow("59 * * * * *", false)]
    [DataRow("* * * * *", false)]
    public void A_schedule_knows_whether_it_comes_within_minutes(string expression, bool within) =>
        CronSchedule.Parse(expression).IsWithinMinutes.ShouldBe(within);

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>A random field in the simplest spelling, which <see cref="Allows"/> reads in its own way.</summary>
    private static string Field(Random random, int first, int last) => random.Next(4) switch
    {
        0 => "*",
        1 => $"*/{random.Next(1, last + 2)}",
        2 => string.Join(',', Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(first, last + 1))),
        _ => Enumerable.Range(0, 2).Select(_ => random.Next(first, last + 1)).Order().ToArray() is [var from, var to] ? $"{from}-{to}" : "",
    };

    private static DateTimeOffset? Tries(DateTimeOffset from, DateTimeOffset end, TimeSpan step, string[] fields)
    {
        for (DateTimeOffset time = from; time <= end; time += step)
        {
            if (Allows(fields[0], time.Second, 0) && Allows(fields[1], time.Minute, 0) && Allows(fields[2], time.Hour, 0)
                && Allows(fields[3], time.Day, 1) && Allows(fields[4], time.Month, 1) && Allows(fields[5], (int)time.DayOfWeek, 0))
            {
                return time;
            }
        }

        return null;
    }

    private static bool Allows(string field, int value, int first)
    {
        int[] Numbers(char separator) => [.. field.Split(separator).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
        if (field is "*")
        {
            return true;
        }

        if (field.StartsWith("*/", StringComparison.Ordinal))
        {
            return (value - first) % int.Parse(field.AsSpan(2), CultureInfo.InvariantCulture) == 0;
        }

        return field.Contains('-', StringComparison.Ordinal) ? Numbers('-') is [var from, var to] && value >= from && value <= to : Numbers(',').Contains(value);
    }
}
