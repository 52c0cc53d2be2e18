using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class StormTests
{
    private const int Problems = 20;
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public void Ordinary_weeks_raise_no_more_false_alarms_than_is_stated()
    {
        foreach (int seed in new[] { 1, 2, 3 })
        {
            StreamState state = Run(seed, weeks: 52, falseAlarms: 1, burst: null);

            state.Ledger.Events.Count.ShouldBeLessThanOrEqualTo(3, $"seed {seed}: one a year on the mean");
        }
    }

    [TestMethod]
    public void A_burst_is_told_in_its_first_hours_with_its_problem_and_rate()
    {
        StreamState state = Run(seed: 4, weeks: 10, falseAlarms: 1, burst: new Burst(7, HoursAfterStart: (8 * 168) + 10, Hours: 3, Times: 40));

        StreamEvent storm = state.Ledger.Events.Single(e => e.Problem == 7);
        storm.Kind.ShouldBe(StreamEventKind.Storm);
        storm.Label.ShouldBe("problem 7");
        (storm.NoticedAt - Start).TotalHours.ShouldBeInRange((8 * 168) + 10, (8 * 168) + 12);
        storm.Rate.ShouldBeGreaterThan(3 * storm.RateBefore);
        storm.FadedAt.ShouldNotBeNull("nothing of it lasts to the end");
    }

    [TestMethod]
    public void The_busy_hours_of_every_week_are_no_storm_and_the_same_count_at_night_is_one()
    {
        StreamState busy = Run(seed: 5, weeks: 12, falseAlarms: 1, burst: null);
        StreamState night = Run(seed: 5, weeks: 12, falseAlarms: 1, burst: new Burst(3, HoursAfterStart: (11 * 168) + 2, Hours: 1, Times: 800));

        busy.Ledger.Events.ShouldBeEmpty();
        night.Ledger.Events.ShouldHaveSingleItem().Problem.ShouldBe(3);
    }

    [TestMethod]
    public void Nothing_is_told_before_two_weeks_are_known_and_an_incident_counts_once()
    {
        StreamState young = Run(seed: 6, weeks: 2, falseAlarms: 100, burst: new Burst(1, HoursAfterStart: 200, Hours: 5, Times: 50));
        young.Ledger.Events.ShouldBeEmpty();

        StreamState again = new(new StreamConfigVersion(1, Start, "test", new StreamConfig { FalseAlarmsPerYear = 100 }));
        again.Apply(new StreamEntry(1, Tallies: [.. Enumerable.Range(0, 400).Select(i => new ProblemTally($"a{i}", 1, "one", Start.AddHours(i * 2)))]));
        again.Apply(new StreamEntry(2, Tallies: [.. Enumerable.Range(0, 50).Select(_ => new ProblemTally("same", 1, "one", Start.AddHours(800)))]));
        again.Ledger.Events.ShouldBeEmpty();
    }

    // Poisson arrivals, ten times as many in office hours; each problem about three to thirty a week.
    private static StreamState Run(int seed, int weeks, double falseAlarms, Burst? burst)
    {
        Random random = new(seed);
        StreamState state = new(new StreamConfigVersion(1, Start, "test", new StreamConfig { FalseAlarmsPerYear = falseAlarms }));
        long sequence = 0;
        for (int hour = 0; hour < weeks * 168; hour++)
        {
            List<ProblemTally> tallies = [];
            for (int problem = 0; problem < Problems; problem++)
            {
                double office = hour % 24 is >= 8 and < 18 && hour % 168 < 120 ? 1 : 0.1;
                double storm = burst is not null && problem == burst.Problem && hour >= burst.HoursAfterStart && hour < burst.HoursAfterStart + burst.Hours ? burst.Times : 1;
                for (int count = Poisson(random, (0.05 + (0.025 * problem)) * office * storm); count > 0; count--)
                {
                    tallies.Add(new ProblemTally($"{hour}-{problem}-{count}", problem, $"problem {problem}", Start.AddHours(hour + (random.NextDouble() * 0.99))));
                }
            }

            if (tallies.Count > 0)
            {
                state.Apply(new StreamEntry(++sequence, Tallies: [.. tallies.OrderBy(t => t.Time)]));
            }
        }

        return state;
    }

    private static int Poisson(Random random, double mean)
    {
        double limit = Math.Exp(-mean), product = random.NextDouble();
        int count = 0;
        for (; product > limit; count++)
        {
            product *= random.NextDouble();
        }

        return count;
    }

    private sealed record Burst(int Problem, int HoursAfterStart, int Hours, double Times);
}
