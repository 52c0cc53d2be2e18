using Pipeline.Problems;

namespace Pipeline.Tests.Problems;

[TestClass]
public sealed class ProblemTrendsTests
{
    private static readonly DateTimeOffset Monday = new(2024, 7, 1, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    [DataRow(4, 4, 4, ClusterTrend.Steady)]
    [DataRow(2, 2, 8, ClusterTrend.Rising)]
    [DataRow(8, 8, 2, ClusterTrend.Falling)]
    [DataRow(0, 0, 4, ClusterTrend.New)]
    [DataRow(4, 4, 0, ClusterTrend.Gone)]
    [DataRow(1, 4, 7, ClusterTrend.Rising)]
    public void A_change_beyond_chance_is_told(int early, int middle, int late, ClusterTrend expected)
    {
        int[] counts = [.. Enumerable.Range(0, 80).Select(week => week < 35 ? early : week < 70 ? middle : late)];

        Told(counts).Trend.ShouldBe(expected);
    }

    [TestMethod]
    public void Few_incidents_and_no_dates_tell_nothing()
    {
        Told([.. Enumerable.Range(0, 80).Select(week => week < 4 ? 1 : 0)]).Trend.ShouldBe(ClusterTrend.Unknown);
        ProblemTrends.Of(TrendPeriod.Empty, [], [[]]).ShouldBe([new ProblemTrend(ClusterTrend.Unknown, null)]);
    }

    [TestMethod]
    public void A_problem_that_grows_as_its_tech_center_does_is_steady()
    {
        int[] counts = [.. Enumerable.Range(0, 80).Select(week => week < 70 ? 2 : 6)];
        TrendPeriod period = Period(80);

        ProblemTrends.Of(period, [.. counts.Select(c => 10 * c)], [counts]).Single().Trend.ShouldBe(ClusterTrend.Steady);
        ProblemTrends.Of(period, [.. counts.Select(_ => 60)], [counts]).Single().Trend.ShouldBe(ClusterTrend.Rising);
    }

    [TestMethod]
    public void A_running_week_counts_by_the_days_that_it_has()
    {
        // Four whole weeks, and a Monday morning of which a third of a day is over.
        TrendPeriod period = TrendPeriod.Between(Monday, Monday.AddDays(28).AddHours(8));
        int[] counts = [15, 15, 15, 15, 0];

        ProblemTrends.Of(period, [.. counts.Select(c => 6 * c)], [counts]).Single().Trend.ShouldBe(ClusterTrend.Steady);
    }

    [TestMethod]
    public void A_problem_that_always_came_in_bursts_does_not_rise_by_one_more()
    {
        int[] bursts = [.. Enumerable.Range(0, 80).Select(week => week % 15 == 14 ? 12 : 0)];

        Told(bursts).Trend.ShouldBe(ClusterTrend.Steady);
    }

    [TestMethod]
    public void The_change_and_its_interval_are_those_of_the_counts()
    {
        RateRatio change = Told([.. Enumerable.Range(0, 80).Select(week => week < 70 ? 2 : 6)]).Change.ShouldNotBeNull();

        change.Ratio.ShouldBe(3);
        change.Low.ShouldBeInRange(2, 2.6);
        change.High.ShouldBeInRange(3.4, 4.2);
    }

    [TestMethod]
    public void Uniformly_random_dates_are_seldom_called_anything()
    {
        Random random = new(1);
        TrendPeriod period = Period(104);
        int told = 0;
        const int Centers = 40;
        const int Problems = 25;
        for (int center = 0; center < Centers; center++)
        {
            int[][] counts = [.. Enumerable.Range(0, Problems).Select(_ => Uniform(random, 104, random.Next(5, 120)))];
            int[] volume = [.. Enumerable.Range(0, 104).Select(week => counts.Sum(c => c[week]))];
            told += ProblemTrends.Of(period, volume, counts).Count(t => t.Trend is not (ClusterTrend.Steady or ClusterTrend.Unknown));
        }

        told.ShouldBeLessThanOrEqualTo(Centers * Problems / 20);
    }

    private static ProblemTrend Told(int[] counts) => ProblemTrends.Of(Period(counts.Length), [.. counts.Select(_ => 40)], [counts]).Single();

    private static TrendPeriod Period(int weeks) => TrendPeriod.Between(Monday, Monday.AddDays(7 * weeks).AddTicks(-1));

    private static int[] Uniform(Random random, int weeks, int incidents)
    {
        int[] counts = new int[weeks];
        for (int i = 0; i < incidents; i++)
        {
            counts[random.Next(weeks)]++;
        }

        return counts;
    }
}
