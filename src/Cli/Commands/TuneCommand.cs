using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Training;
using Pipeline.Tuning;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>tune</c>: which parameters and which algorithm find a tech center's problems best.</summary>
internal static class TuneCommand
{
    private static readonly string[] Shown = ["stability", "silhouette", "noise", "problems", "dbcv", "train_seconds"];

    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Argument<string> center = new("tech-center") { HelpName = "CENTER", Description = "The tech center's name." };
        Option<string[]> algorithms = CommandOptions.List("--algorithms", "The algorithms to try: Hdbscan, AdaptiveDbscan, Layers. Default: all.");
        Option<string[]> sizes = CommandOptions.List("--min-cluster-sizes", "The smallest clusters to try. Default: half, once and twice that of the settings.");
        Option<string[]> samples = CommandOptions.List("--min-samples", "The neighbours of a core distance to try. Default: that of the settings.");
        Option<string[]> neighbors = CommandOptions.List("--neighbors", "The neighbours of the graph to try. Default: those of the settings, and twice as many.");
        Option<string[]> dimensions = CommandOptions.List("--dimensions", "The dimensions of the principal component analysis to try. Default: those of the settings.");
        Option<int?> random = CommandOptions.Integer("--random", "Draw so many of the combinations. Default: all of them.", 1, TuningSearch.Most);
        Option<int?> seed = CommandOptions.Seed("Fixes what is drawn. Default: 42.");
        Option<bool> promote = new("--promote") { Description = "Train a version with the best parameters, and let it serve where it passes the gate; later trainings of the tech center go by them." };
        Option<bool> reset = new("--reset") { Description = "Try nothing, and let the settings hold again for this tech center's trainings." };
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();
        Command command = new("tune", "Try parameters and algorithms on a tech center's window, keep every trial as a run, and name the best.") { center, data, algorithms, sizes, samples, neighbors, dimensions, random, seed, promote, reset, threads, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What was tried is kept; the same command goes on with the rest.", async host =>
        {
            TuningSearch search = new()
            {
                Algorithms = Algorithms(parsed.GetValue(algorithms)),
                MinClusterSizes = Numbers("--min-cluster-sizes", parsed.GetValue(sizes)),
                MinSamples = Numbers("--min-samples", parsed.GetValue(samples)),
                Neighbors = Numbers("--neighbors", parsed.GetValue(neighbors)),
                Dimensions = Numbers("--dimensions", parsed.GetValue(dimensions)),
                Random = parsed.GetValue(random),
                Seed = parsed.GetValue(seed) ?? 42,
            };
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings().With(threads: parsed.GetValue(threads)), cancellationToken);
            string asked = parsed.GetRequiredValue(center);
            IReadOnlyList<string> known = await pipeline.TechCenters.ListTechCentersAsync(cancellationToken);
            if (!known.Contains(asked, StringComparer.Ordinal))
            {
                throw new CommandException($"'{asked}' has no preprocessed incidents. Those that have: {ConsoleText.List(known)}.", ExitCode.WrongUsage);
            }

            if (parsed.GetValue(reset))
            {
                await pipeline.Modes.RequireAsync(changes: true, cancellationToken);
                await pipeline.Tune.ResetAsync(asked, cancellationToken);
                host.Show(new { techCenter = asked, reset = true }, console => console.WriteLine($"The settings hold again for {ConsoleText.TechCenter(asked)}."));
                return ExitCode.Done;
            }

            TuningResult result = await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Tune.RunAsync(asked, search, progress, token), cancellationToken));
            TrainingOutcome? trained = parsed.GetValue(promote) && result.IsBetter
                ? await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Tune.PromoteAsync(result, CommandAudit.Who, progress, token), cancellationToken))
                : null;
            if (trained is not null)
            {
                await pipeline.Note.AfterTrainingAsync(trained, cancellationToken);
            }

            host.Show(new { run = result.Id, result.TechCenter, result.Incidents, result.Trials, best = result.Best, isBetter = result.IsBetter, trained }, console => Write(console, result, trained, parsed.GetValue(promote)));
            return trained is { Status: not TrainingStatus.Published } ? ExitCode.Failed : ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void Write(IAnsiConsole console, TuningResult result, TrainingOutcome? trained, bool promote)
    {
        ConsoleTable table = new("Run", "What was tried", "#Score", "#Stability", "#Silhouette", "#Noise", "#Problems", "?#DBCV", "?#Seconds", "Note");
        foreach (TuningTrial trial in result.Trials.OrderByDescending(t => t.Score))
        {
            table.Add(
                [trial.Run[..8], TuneTechCenter.Describe(trial.Parameters), Figure(trial.Score), .. Shown.Select(m => trial.Measures.TryGetValue(m, out double value) ? Figure(value) : ""), ReferenceEquals(trial, result.Best) ? "the best" : trial.Fits ? "" : "the gate would refuse it"]);
        }

        table.Write(console, 0);
        console.WriteLine(!result.IsBetter ? $"Nothing that was tried is better than what holds now. The run is {result.Id[..8]}."
            : trained is null ? $"The best: {TuneTechCenter.Describe(result.Best.Parameters)}.{(promote ? "" : " With --promote a version of it is trained and tested.")} The run is {result.Id[..8]}."
            : ConsoleText.Line($"{trained.Version ?? "No version"} of {ConsoleText.TechCenter(trained.TechCenter)} is {trained.Stage?.ToString().ToLowerInvariant() ?? "not published"}. {trained.Detail}"));
    }

    private static string Figure(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    private static ClusteringAlgorithm[] Algorithms(string[]? named) => named is not { Length: > 0 } ? Enum.GetValues<ClusteringAlgorithm>()
        : [.. CommandOptions.Split(named).Select(name => Enum.GetNames<ClusteringAlgorithm>().Contains(name, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<ClusteringAlgorithm>(name, ignoreCase: true)
            : throw new CommandException($"--algorithms names '{name}'. There are {string.Join(", ", Enum.GetNames<ClusteringAlgorithm>())}.", ExitCode.WrongUsage))];

    private static int[] Numbers(string option, string[]? given) => given is null ? []
        : [.. CommandOptions.Split(given).Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new CommandException($"{option} has '{text}', which is no whole number.", ExitCode.WrongUsage))];
}
