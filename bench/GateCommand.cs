using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using CsvHelper;
using Pipeline.Gate;
using Pipeline.Incidents;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>gate FOLDER</c>: what the gate says of good trainings, one after the other in one folder, and of versions that are bad on purpose, over seeds.</summary>
internal static class GateCommand
{
    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder with support_tickets.csv." };
        Option<int> seeds = new("--seeds") { Description = "Seeds of the trainings, and of the tickets that are drawn; from 1 on.", DefaultValueFactory = _ => 10 };
        Option<int> from = new("--from") { Description = "The tickets of the first training.", DefaultValueFactory = _ => 399 };
        Option<int> to = new("--to") { Description = "The tickets of the last training.", DefaultValueFactory = _ => 419 };
        Option<int> step = new("--step") { Description = "Tickets between two trainings.", DefaultValueFactory = _ => 5 };
        Option<bool> first = new("--first") { Description = "Take the first tickets of the file, and do not draw them." };
        Command command = new("gate", "Trains with a few tickets more each time, then with shuffled vectors and with half the data, and tells what the gate said.") { folder, seeds, from, to, step, first };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Incident[] all = Read(Path.Combine(parsed.GetRequiredValue(folder).FullName, "support_tickets.csv"));
            Console.WriteLine("| seed | passed | refused | noise, least to most | most noise more | most validity lost | most stability lost | least agreement | gate, seconds | training, seconds | shuffled fails | half fails |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
            List<GateSeries> series = [];
            foreach (int seed in Enumerable.Range(1, parsed.GetValue(seeds)))
            {
                Incident[] drawn = [.. all];
                if (!parsed.GetValue(first))
                {
                    new Random(seed).Shuffle(drawn);
                }

                series.Add(await GateSeries.MeasureAsync(seed, [.. Sizes(parsed.GetValue(from), parsed.GetValue(to), parsed.GetValue(step)).Select(count => drawn[..count])], cancellationToken));
                Console.WriteLine(series[^1].Line());
            }

            Console.WriteLine(Summary(series));
        });
        return command;
    }

    private static IEnumerable<int> Sizes(int from, int to, int step)
    {
        for (int count = from; count <= to; count += step)
        {
            yield return count;
        }
    }

    private static Incident[] Read(string path)
    {
        using StreamReader file = new(path);
        using CsvReader csv = new(file, CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        List<Incident> rows = [];
        while (csv.Read())
        {
            rows.Add(new Incident
            {
                Number = csv.GetField("number")!,
                CreatedOn = DateTimeOffset.Parse(csv.GetField("opened_at")!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
                Texts = [csv.GetField("short_description")!, csv.GetField("description")!],
                TechCenter = GateSeries.TechCenter,
            });
        }

        return [.. rows];
    }

    private static string Summary(List<GateSeries> series)
    {
        double[] seconds = [.. series.SelectMany(s => s.GateSeconds)];
        double mean = seconds.Average();
        return string.Create(CultureInfo.InvariantCulture, $"{series.Sum(s => s.Good.Count)} versions, {series.Sum(s => s.Good.Count(g => g.Passed))} passed, and of {series.Sum(s => s.Good.Count(g => !g.Passed))} refused none served; the gate took {mean:0.00} s (standard deviation {Math.Sqrt(seconds.Average(s => (s - mean) * (s - mean))):0.00}), trainings {series.Average(s => s.TrainSeconds.Average()):0.00} s with it. Worse served: {series.Sum(s => s.WorseServed)}. Shuffled: {series.Count(s => !string.Equals(s.Shuffled, GateSeries.Passed, StringComparison.Ordinal))} of {series.Count} refused; half: {series.Count(s => !string.Equals(s.Half, GateSeries.Passed, StringComparison.Ordinal))} of {series.Count}.");
    }
}

/// <summary>The trainings of one seed.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Good">What the gate found of each good version.</param>
/// <param name="WorseServed">Versions that served although more incidents belonged to no problem than 15 points above the version before, whatever the gate said.</param>
/// <param name="Noise">The part of the incidents in no problem, of each good version.</param>
/// <param name="TrainSeconds">Wall-clock seconds of each training with its gate.</param>
/// <param name="Shuffled">The tests that a version of shuffled vectors failed; <see cref="Passed"/> where it failed none.</param>
/// <param name="Half">Those that a version of half of the incidents failed that the last good one learned from.</param>
internal sealed record GateSeries(int Seed, IReadOnlyList<ModelValidation> Good, int WorseServed, IReadOnlyList<double> Noise, IReadOnlyList<double> TrainSeconds, string Shuffled, string Half)
{
    public const string TechCenter = "Tickets";

    // As far as the gate lets the noise rise.
    private const double Worse = 0.15;

    /// <summary>What stands in the place of the failed tests of a version that failed none.</summary>
    public const string Passed = "none";

    public IEnumerable<double> GateSeconds => Good.Select(g => g.Seconds);

    public static async Task<GateSeries> MeasureAsync(int seed, IReadOnlyList<Incident[]> windows, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-gate-").FullName;
        try
        {
            List<ModelValidation> good = [];
            List<double> noise = [], seconds = [];
            int worse = 0;
            double? before = null;
            string shuffled;
            int learned = 0;
            await using (GateBed bed = await GateBed.OpenAsync(Path.Combine(folder, "whole"), seed, cancellationToken))
            {
                foreach (Incident[] window in windows)
                {
                    await bed.TakeAsync(window, cancellationToken);
                    long start = Stopwatch.GetTimestamp();
                    TrainingOutcome outcome = await bed.TrainAsync(cancellationToken);
                    seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                    good.Add(await bed.ValidationAsync(outcome.Version!, cancellationToken));
                    learned = outcome.Incidents;
                    noise.Add((double)outcome.Unclustered / outcome.Incidents);
                    bool serves = string.Equals(await bed.ServingAsync(cancellationToken), outcome.Version, StringComparison.Ordinal);
                    worse += serves && noise[^1] > before + Worse ? 1 : 0;
                    before = serves ? noise[^1] : before;
                }

                await bed.ShuffleAsync(seed, cancellationToken);
                shuffled = (await bed.TrainAsync(cancellationToken)).FailedTests ?? Passed;
            }

            GateBed.CopyModels(Path.Combine(folder, "whole"), Path.Combine(folder, "half"));
            await using GateBed half = await GateBed.OpenAsync(Path.Combine(folder, "half"), seed, cancellationToken);
            await half.TakeAsync(windows[^1][..(learned / 2)], cancellationToken);
            return new GateSeries(seed, good, worse, noise, seconds, shuffled, (await half.TrainAsync(cancellationToken)).FailedTests ?? Passed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public string Line() => string.Create(
        CultureInfo.InvariantCulture,
        $"| {Seed} | {Good.Count(g => g.Passed)} | {string.Join(' ', Good.Where(g => !g.Passed).Select(g => $"{g.Version}: {string.Join(',', g.Failed.Select(t => t.Name))}"))} | {Noise.Min():0.00} to {Noise.Max():0.00} | {Most("noise", "noise", rises: true):0.000} | {Most("dbcv", "dbcv", rises: false):0.000} | {Most("stability", "stability", rises: false):0.000} | {Good.Select(g => Metric(g, "agreement", "agreement")).OfType<double>().DefaultIfEmpty(1).Min():0.00} | {GateSeconds.Average():0.00} | {TrainSeconds.Average():0.00} | {Shuffled} | {Half} |");

    private double Most(string test, string metric, bool rises) =>
        Good.Select(g => (Now: Metric(g, test, metric), Before: Metric(g, test, "before"))).Where(m => m.Now is not null && m.Before is not null).Select(m => (rises ? 1 : -1) * (m.Now!.Value - m.Before!.Value)).DefaultIfEmpty(0).Max();

    private static double? Metric(ModelValidation validation, string test, string metric) =>
        validation.Tests.FirstOrDefault(t => string.Equals(t.Name, test, StringComparison.Ordinal))?.Metrics is { } metrics && metrics.TryGetValue(metric, out double value) ? value : null;
}
