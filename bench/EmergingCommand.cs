using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary>
/// <c>emerging</c>: the demo company is trained without one of its problems, half a year of ordinary incidents follows with 200 of the hidden problem among 5,000 of them, all through the pipeline's own steps;
/// when is it told, and what else is?
/// </summary>
internal static class EmergingCommand
{
    private const int Hidden = 200;
    private const int HiddenAmong = 5_000;
    private const int TrainingMonths = 18;
    private static readonly int[] Seeds = [42, 7, 11, 1, 2, 3, 4, 5, 6, 8];
    internal static readonly DateTimeOffset End = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    public static Command Create()
    {
        Option<int> ordinary = new("--ordinary") { Description = "Ordinary incidents after the training.", DefaultValueFactory = _ => 20_000 };
        Option<int> training = new("--training") { Description = "Incidents of the training, at most.", DefaultValueFactory = _ => 15_000 };
        Option<int> seeds = new("--seeds") { Description = "How many seeds, 1 to 10.", DefaultValueFactory = _ => Seeds.Length };
        Option<int> skip = new("--skip") { Description = "How many of the seeds are passed over.", DefaultValueFactory = _ => 0 };
        Option<double?> similarity = new("--similarity") { Description = "How alike the incidents of a cluster are, unrelated ones being 0. Default: that of the setting." };
        Option<double?> sure = new("--sure") { Description = "The confidence from which an answer is surely of its problem. Default: that of the setting." };
        Option<bool> even = new("--even") { Description = "Nothing hidden, and the dates dealt out anew: all that is told is a false alarm." };
        Option<DirectoryInfo?> trained = new("--trained") { Description = "A folder that keeps the trained companies, to measure streams again without the training." };
        Command command = new("emerging", "How soon a problem that no model knows is told of, and how often another is told of that is none.") { ordinary, training, seeds, skip, similarity, sure, even, trained };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            PipelineSettings settings = Settings(parsed.GetValue(similarity), parsed.GetValue(sure));
            bool isEven = parsed.GetValue(even);
            Console.WriteLine(isEven ? "| seed | incidents | false alarms | false storms | seconds |" : "| seed | hidden problem | told at its | minutes after its first | ordinary | told of others that began | false alarms | storms | seconds |");
            Console.WriteLine(isEven ? "|---|---|---|---|---|" : "|---|---|---|---|---|---|---|---|---|");
            List<EmergingResult> results = [];
            foreach (int seed in Seeds.Skip(parsed.GetValue(skip)).Take(parsed.GetValue(seeds)))
            {
                DateTimeOffset trainedUntil = End.AddMonths(TrainingMonths - 24);
                EmergingScene scene = EmergingScene.Make(seed, parsed.GetValue(ordinary), parsed.GetValue(training), Hidden, HiddenAmong, trainedUntil, End);
                scene = isEven ? scene.Even(seed, trainedUntil) : scene;
                string? kept = parsed.GetValue(trained) is DirectoryInfo folder ? Path.Combine(folder.FullName, $"{(isEven ? "even" : "demo")}-{seed}") : null;
                EmergingResult result = await EmergingRun.MeasureAsync(scene, settings, kept, cancellationToken);
                results.Add(result);
                Console.WriteLine((isEven
                    ? (FormattableString)$"| {seed} | {result.Ordinary} | {result.FalseAlarms + result.OthersBegun} | {result.Storms} | {result.Seconds:0} |"
                    : $"| {seed} | {result.Problem} | {(result.ToldAt is int at ? $"{at}th" : "never")} | {result.Minutes:0} | {result.Ordinary} | {result.OthersBegun} | {result.FalseAlarms} | {result.Storms} | {result.Seconds:0} |").ToString(CultureInfo.InvariantCulture));
            }

            Console.WriteLine(isEven ? OfEven(results) : OfHidden(results));
        });
        return command;
    }

    private static string OfEven(List<EmergingResult> results) => string.Create(
        CultureInfo.InvariantCulture,
        $"| all | {results.Sum(r => r.Ordinary)} | {results.Average(r => r.FalseAlarms + r.OthersBegun):0.0} on the mean, at most {results.Max(r => r.FalseAlarms + r.OthersBegun)} | {results.Average(r => r.Storms):0.0} on the mean, at most {results.Max(r => r.Storms)} | |");

    private static string OfHidden(List<EmergingResult> results)
    {
        double[] told = [.. results.Where(r => r.ToldAt is not null).Select(r => (double)r.ToldAt!.Value)];
        double[] minutes = [.. results.Where(r => r.ToldAt is not null).Select(r => r.Minutes)];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"| all | told {told.Length} of {results.Count} | {Spread(told)} | {minutes.DefaultIfEmpty(double.NaN).Average():0} on the mean | | {results.Sum(r => r.OthersBegun)} | {Spread([.. results.Select(r => (double)r.FalseAlarms)])} | {Spread([.. results.Select(r => (double)r.Storms)])} | |");
    }

    private static string Spread(double[] values)
    {
        double mean = values.DefaultIfEmpty(double.NaN).Average();
        double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Length - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.0} ± {deviation:0.0} ({values.DefaultIfEmpty(double.NaN).Min():0} to {values.DefaultIfEmpty(double.NaN).Max():0})");
    }

    internal static PipelineSettings Settings(double? similarity, double? sure)
    {
        // What the command line of the product reads, from the environment.
        SetWhereGiven("Emerging__SimilarityThreshold", similarity);
        SetWhereGiven("Emerging__SureConfidence", sure);
        return PipelineSettings.Load();

        static void SetWhereGiven(string name, double? value)
        {
            if (value is double given)
            {
                Environment.SetEnvironmentVariable(name, given.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
