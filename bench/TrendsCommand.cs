using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Demo;
using Pipeline.Problems;

namespace Pipeline.Bench;

/// <summary><c>trends</c>: how often what is said of a trend is true, on the demo's own problems and on dates without any trend.</summary>
internal static class TrendsCommand
{
    private static readonly int[] Seeds = [42, 7, 11, 1, 2, 3, 4, 5, 6, 8];

    public static Command Create()
    {
        Option<int> count = new("--incidents") { Description = "Incidents of the demo company.", DefaultValueFactory = _ => 20_000 };
        Command command = new("trends", "Precision and recall of 'rising' on the demo's problems, and the share of statements on uniformly random dates: ten seeds.") { count };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| seed | rising problems | told | right | precision | recall | told as new | statements on random dates |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            List<double> precision = [];
            List<double> recall = [];
            List<double> random = [];
            foreach (int seed in Seeds)
            {
                List<Row> rows = [.. DemoIncidents.GenerateWithProblems(parsed.GetValue(count), seed).Select(r => new Row(r.Incident.TechCenter, r.Problem, r.Incident.CreatedOn!.Value))];
                List<(DemoProblem Problem, ClusterTrend Trend)> told = Tell(rows);

                // A problem that has ended rises no more, whatever it did before.
                HashSet<DemoProblem> rising = [.. told.Select(t => t.Problem).Where(p => p.Has("rising") && p.ToMonth >= 24)];
                DemoProblem[] said = [.. told.Where(t => t.Trend == ClusterTrend.Rising).Select(t => t.Problem)];
                int right = said.Count(rising.Contains);
                int fresh = told.Count(t => t.Trend == ClusterTrend.New && rising.Contains(t.Problem));
                precision.Add((double)right / said.Length);
                recall.Add((double)(right + fresh) / rising.Count);
                random.Add(OnRandomDates(rows, seed));
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {seed} | {rising.Count} | {said.Length} | {right} | {precision[^1]:0.00} | {recall[^1]:0.00} | {fresh} | {100 * random[^1]:0.0} % |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| mean | | | | {precision.Average():0.00} | {recall.Average():0.00} | | {100 * random.Average():0.0} % |"));
        });
        return command;
    }

    private static double OnRandomDates(List<Row> rows, int seed)
    {
        Random random = new(seed);
        (DateTimeOffset first, DateTimeOffset last) = (rows.Min(r => r.Created), rows.Max(r => r.Created));
        List<(DemoProblem Problem, ClusterTrend Trend)> told = Tell([.. rows.Select(r => r with { Created = first + (random.NextDouble() * (last - first)) })]);
        return (double)told.Count(t => t.Trend is not (ClusterTrend.Steady or ClusterTrend.Unknown)) / told.Count;
    }

    private static List<(DemoProblem Problem, ClusterTrend Trend)> Tell(List<Row> rows)
    {
        List<(DemoProblem Problem, ClusterTrend Trend)> told = [];
        foreach (IGrouping<string, Row> center in rows.GroupBy(r => r.TechCenter, StringComparer.Ordinal))
        {
            TrendPeriod period = TrendPeriod.Of(center.Select(r => (r.Created, 1L)), window: null, TimeProvider.System);
            IGrouping<DemoProblem?, Row>[] problems = [.. center.Where(r => r.Problem is not null).GroupBy(r => r.Problem)];
            IReadOnlyList<ProblemTrend> trends = ProblemTrends.Of(period, Counts(center, period), [.. problems.Select(p => Counts(p, period))]);
            told.AddRange(problems.Zip(trends, (p, t) => (p.Key!, t.Trend)));
        }

        return told;
    }

    private static int[] Counts(IEnumerable<Row> rows, TrendPeriod period)
    {
        int[] counts = new int[period.Weeks.Count];
        foreach (Row row in rows)
        {
            if (period.IndexOf(row.Created) is int week)
            {
                counts[week]++;
            }
        }

        return counts;
    }

    private sealed record Row(string TechCenter, DemoProblem? Problem, DateTimeOffset Created);
}
