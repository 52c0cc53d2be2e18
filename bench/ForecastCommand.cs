using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Demo;
using Pipeline.Forecasting;
using Pipeline.Problems;

namespace Pipeline.Bench;

/// <summary><c>forecast</c>: forecasts of the demo's own problems and tech centers against what came, and against the seasonal naive forecast.</summary>
internal static class ForecastCommand
{
    private static readonly int[] Seeds = [42, 7, 11, 1, 2, 3, 4, 5, 6, 8];

    public static Command Create()
    {
        Option<int> count = new("--incidents") { Description = "Incidents of the demo company.", DefaultValueFactory = _ => 20_000 };
        Option<int> weeks = new("--weeks") { Description = "Weeks that are held back and forecast.", DefaultValueFactory = _ => ForecastTest.Weeks };
        Command command = new("forecast", "MASE of the last weeks of the demo's problems and tech centers against the seasonal naive forecast, and how many counts lay in the intervals: ten seeds.") { count, weeks };
        command.SetAction(parsed =>
        {
            Measured[] all = [.. Seeds.Select(seed => Measure(parsed.GetValue(count), seed, parsed.GetValue(weeks)))];
            Write("problems", all, m => m.Problems);
            Write("tech centers", all, m => m.Centers);
            Write("the company", all, m => m.Company);
        });
        return command;
    }

    private static Measured Measure(int count, int seed, int weeks)
    {
        Row[] rows = [.. DemoIncidents.GenerateWithProblems(count, seed).Select(r => new Row(r.Incident.TechCenter, r.Problem, r.Incident.CreatedOn!.Value))];
        TrendPeriod period = TrendPeriod.Of(rows.Select(r => (r.Created, 1L)), window: null, TimeProvider.System);
        return new Measured(
            seed,
            Tests(rows.Where(r => r.Problem is not null).GroupBy(r => (r.Center, r.Problem)), period, weeks),
            Tests(rows.GroupBy(r => r.Center, StringComparer.Ordinal), period, weeks),
            Tests(rows.GroupBy(_ => 0), period, weeks));
    }

    private static ForecastTest[] Tests<T>(IEnumerable<IGrouping<T, Row>> groups, TrendPeriod period, int weeks) =>
    [
        .. groups.Select(group => ForecastTest.Of(Counts(group, period), before => CountForecaster.Fit(before, HolidayCalendar.None, HolidayEffect.Default), HolidayCalendar.None, weeks)).OfType<ForecastTest>(),
    ];

    private static WeeklySeries Counts(IEnumerable<Row> rows, TrendPeriod period)
    {
        int[] counts = new int[period.Weeks.Count];
        foreach (Row row in rows)
        {
            counts[period.IndexOf(row.Created)!.Value]++;
        }

        return WeeklySeries.Of(period.Weeks, counts);
    }

    private static void Write(string what, Measured[] all, Func<Measured, ForecastTest[]> of)
    {
        Console.WriteLine($"| {what}: seed | series | MASE | seasonal naive | better | in the 80 % interval | in the 95 % interval |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (Measured one in all)
        {
            Write(one.Seed.ToString(CultureInfo.InvariantCulture), of(one));
        }

        Write("all", [.. all.SelectMany(of)]);
        double[] better = [.. all.Select(m => Better(of(m)))];
        double mean = better.Average();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"better: mean {mean:0.0} %, standard deviation over the seeds {Math.Sqrt(better.Average(b => (b - mean) * (b - mean))):0.0}"));
        Console.WriteLine();
    }

    private static double Better(ForecastTest[] tests) => 100.0 * tests.Count(s => s.Mase < s.Naive) / tests.Length;

    private static void Write(string name, ForecastTest[] tests) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {tests.Length} | {tests.Average(s => s.Mase):0.000} | {tests.Average(s => s.Naive):0.000} | {Better(tests):0.0} % | {100 * tests.Average(s => s.In80):0.0} % | {100 * tests.Average(s => s.In95):0.0} % |"));

    private sealed record Row(string Center, DemoProblem? Problem, DateTimeOffset Created);

    private sealed record Measured(int Seed, ForecastTest[] Problems, ForecastTest[] Centers, ForecastTest[] Company);
}
