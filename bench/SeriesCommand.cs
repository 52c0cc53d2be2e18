using System.CommandLine;
using System.Globalization;
using Pipeline.Forecasting;

namespace Pipeline.Bench;

/// <summary><c>m4</c>: the forecaster's ensemble on a public set of series, measured as the M4 competition did.</summary>
internal static class SeriesCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("path") { Description = "The folder with Train and Test, as the M4 competition's repository has it in Dataset; or the file M3.rda of R's package Mcomp." };
        Option<string> set = new("--set") { Description = "yearly, quarterly, monthly, weekly, daily, hourly or other.", DefaultValueFactory = _ => "weekly" };
        set.AcceptOnlyFromAmong(SeriesSet.Names);
        Option<int> sample = new("--sample") { Description = "About so many series, evenly over the set; 0 for all." };
        Command command = new("m4", "sMAPE, MASE and OWA of the ensemble on a public set of series, beside Naive2 and each of the ensemble's methods.") { folder, set, sample };
        command.SetAction(parsed =>
        {
            SeriesSet all = SeriesSet.Read(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(set));
            int asked = parsed.GetValue(sample);
            int every = asked == 0 ? 1 : Math.Max(1, all.Series.Count / asked);
            Write(all with { Series = [.. all.Series.Where((_, i) => i % every == 0)] });
        });
        return command;
    }

    private static void Write(SeriesSet set)
    {
        (string Name, Func<double[], int, double[]> Forecast)[] ways =
        [
            ("Naive2", (known, steps) => SeriesMeasures.Naive2(known, set.Season, steps)),
            ("ensemble", (known, steps) => Ensemble(known, set.EnsembleSeason, steps)),
            .. ForecastMethods.All.Select(m => (m.Name, (Func<double[], int, double[]>)((known, steps) => m.Method(known, set.EnsembleSeason, steps)))),
        ];
        (double Smape, double Mase)[][] scores = new (double, double)[set.Series.Count][];
        Parallel.For(0, set.Series.Count, i => scores[i] = [.. ways.Select(w => SeriesMeasures.Of(set.Series[i], w.Forecast(set.Series[i].Known, set.Series[i].Came.Length), set.Season))]);
        (double naiveSmape, double naiveMase) = (scores.Average(s => s[0].Smape), scores.Average(s => s[0].Mase));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Name}: {set.Series.Count} series, {set.Horizon} steps. Naive2 as the M4 competition published it for its own set: sMAPE {set.Published.Smape:0.000}, MASE {set.Published.Mase:0.000}"));
        Console.WriteLine("| | sMAPE | MASE | OWA |");
        Console.WriteLine("|---|---|---|---|");
        for (int way = 0; way < ways.Length; way++)
        {
            double smape = scores.Average(s => s[way].Smape), mase = scores.Average(s => s[way].Mase);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {ways[way].Name} | {smape:0.000} | {mase:0.000} | {((smape / naiveSmape) + (mase / naiveMase)) / 2:0.000} |"));
        }
    }

    private static double[] Ensemble(double[] known, int season, int steps)
    {
        SeriesEnsemble ensemble = new(new EnsembleOptions(season, TestSteps: steps));
        return ensemble.Forecast(known, ensemble.Fit(known).Methods, steps);
    }
}
