using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Demo;
using Pipeline.Forecasting;
using Pipeline.Problems;

namespace Pipeline.Bench;

/// <summary><c>forecast</c>: forecasts of the demo's own problems against what came, and against the seasonal naive forecast.</summary>
internal static class ForecastCommand
{
    private const int LeastHistory = 26;
    private const int LeastIncidents = 10;
    private static readonly int[] Seeds = [42, 7, 11, 1, 2, 3, 4, 5, 6, 8];

    public static Command Create()
    {
        Option<int> count = new("--incidents") { Description = "Incidents of the demo company.", DefaultValueFactory = _ => 20_000 };
        Option<int> weeks = new("--weeks") { Description = "Weeks that are held back and forecast.", DefaultValueFactory = _ => 8 };
        Command command = new("forecast", "MASE of the last weeks of the demo's problems against the seasonal naive forecast, and how many counts lay in the intervals: ten seeds.") { count, weeks };
        command.SetAction(parsed =>
        {
            Console.WriteLine("| seed | problems | MASE | seasonal naive | better | in the 80 % interval | in the 95 % interval |");
            Console.WriteLine("|---|---|---|---|---|---|---|");
            List<Score[]> all = [];
            foreach (int seed in Seeds)
            {
                all.Add(Measure(parsed.GetValue(count), seed, parsed.GetValue(weeks)));
                Write(seed.ToString(CultureInfo.InvariantCulture), all[^1]);
            }

            Write("all", [.. all.SelectMany(s => s)]);
            double[] better = [.. all.Select(Better)];
            double mean = better.Average();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"better: mean {mean:0.0} %, standard deviation over the seeds {Math.Sqrt(better.Average(b => (b - mean) * (b - mean))):0.0}"));
        });
        return command;
    }

    private static Score[] Measure(int count, int seed, int weeks)
    {
        (string Center, DemoProblem? Problem, DateTimeOffset Created)[] rows = [.. DemoIncidents.GenerateWithProblems(count, seed).Select(r => (r.Incident.TechCenter, r.Problem, r.Incident.CreatedOn!.Value))];
        TrendPeriod period = TrendPeriod.Of(rows.Select(r => (r.Created, 1L)), window: null, TimeProvider.System);
        return
        [
            .. rows.Where(r => r.Problem is not null).GroupBy(r => (r.Center, r.Problem))
                .Select(g => Counts(g.Select(r => r.Created), period))
                .Where(c => c.Length >= LeastHistory + weeks && c.SkipLast(weeks).Sum() >= LeastIncidents)
                .Select(c => Score.Of(c, weeks)).OfType<Score>(),
        ];
    }

    // Whole weeks since the first incident.
    private static double[] Counts(IEnumerable<DateTimeOffset> created, TrendPeriod period)
    {
        double[] counts = new double[period.Weeks.Count];
        foreach (DateTimeOffset instant in created)
        {
            counts[period.IndexOf(instant)!.Value]++;
        }

        return [.. counts.SkipLast(1).SkipWhile(c => c == 0)];
    }

    private static double Better(Score[] scores) => 100.0 * scores.Count(s => s.Mase < s.Naive) / scores.Length;

    private static void Write(string name, Score[] scores) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {scores.Length} | {scores.Average(s => s.Mase):0.000} | {scores.Average(s => s.Naive):0.000} | {Better(scores):0.0} % | {100 * scores.Average(s => s.In80):0.0} % | {100 * scores.Average(s => s.In95):0.0} % |"));

    private sealed record Score(double Mase, double Naive, double In80, double In95)
    {
        /// <summary>The score of one problem; null where its history never changes from season to season.</summary>
        public static Score? Of(double[] counts, int weeks)
        {
            double[] history = counts[..^weeks], came = counts[^weeks..];
            int season = ForecastMethods.SeasonOf(history.Length);
            double scale = history.Skip(season).Zip(history, (now, before) => Math.Abs(now - before)).Average();
            if (scale == 0)
            {
                return null;
            }

            IReadOnlyList<ForecastPoint> points = CountForecaster.Run(history, weeks).Weeks;
            return new Score(
                points.Zip(came, (p, c) => Math.Abs(p.Mean - c)).Average() / scale,
                ForecastMethods.SeasonalNaive(history, weeks).Zip(came, (f, c) => Math.Abs(f - c)).Average() / scale,
                points.Zip(came, (p, c) => c >= p.Low80 && c <= p.High80 ? 1.0 : 0).Average(),
                points.Zip(came, (p, c) => c >= p.Low95 && c <= p.High95 ? 1.0 : 0).Average());
        }
    }
}
