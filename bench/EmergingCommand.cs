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
        Option<double?> similarity = new("--similarity") { Description = "The similarity threshold. Default: that of the setting." };
        Option<double?> sure = new("--sure") { Description = "The confidence from which an answer is surely of its problem. Default: that of the setting." };
        Command command = new("emerging", "How soon a problem that no model knows is told of, and how often another is told of that is none.") { ordinary, training, seeds, similarity, sure };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            PipelineSettings settings = Settings(parsed.GetValue(similarity), parsed.GetValue(sure));
            Console.WriteLine("| seed | hidden problem | told at its | minutes after its first | ordinary | told of others that began | false alarms | storms | seconds |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            List<EmergingResult> results = [];
            foreach (int seed in Seeds.Take(parsed.GetValue(seeds)))
            {
                EmergingResult result = await EmergingRun.MeasureAsync(
                    EmergingScene.Make(seed, parsed.GetValue(ordinary), parsed.GetValue(training), Hidden, HiddenAmong, End.AddMonths(TrainingMonths - 24), End), settings, cancellationToken);
                results.Add(result);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {seed} | {result.Problem} | {(result.ToldAt is int at ? $"{at}th" : "never")} | {result.Minutes:0} | {result.Ordinary} | {result.OthersBegun} | {result.FalseAlarms} | {result.Storms} | {result.Seconds:0} |"));
            }

            double[] told = [.. results.Where(r => r.ToldAt is not null).Select(r => (double)r.ToldAt!.Value)];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | told {told.Length} of {results.Count} | {told.DefaultIfEmpty(double.NaN).Average():0.0} on the mean, {told.DefaultIfEmpty(double.NaN).Min():0} to {told.DefaultIfEmpty(double.NaN).Max():0} | | | {results.Sum(r => r.OthersBegun)} | {results.Average(r => r.FalseAlarms):0.0} on the mean, at most {results.Max(r => r.FalseAlarms)} | {results.Average(r => r.Storms):0.0} on the mean | |"));
        });
        return command;
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
