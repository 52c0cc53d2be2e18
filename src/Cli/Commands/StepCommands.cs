using System.CommandLine;
using Pipeline.Classification;
using Pipeline.LocalHost;
using Pipeline.Preprocessing;
using Pipeline.Training;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>preprocess</c>, <c>train</c> and <c>predict</c>: the steps one by one on a data folder.</summary>
internal static class StepCommands
{
    public static Command CreatePreprocess()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<int?> limit = CommandOptions.Integer("--limit", "Stop after this many incidents. Default: all new ones.", 1, int.MaxValue);
        Option<bool> json = CommandOptions.Json();
        Command command = new("preprocess", "Mask and embed the incidents that are new or changed.") { data, limit, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), PipelineSettings.Load(), cancellationToken);
            PreprocessOutcome outcome = await ConsoleProgress.RunAsync(progress => pipeline.Preprocess.RunAsync(parsed.GetValue(limit), progress, cancellationToken));
            host.Show(outcome, console => console.WriteLine($"{outcome.Read} incidents read, {outcome.Stored} stored, {outcome.Embedded} texts embedded, {outcome.DeadLetters} kept aside."));
            return ExitCode.Done;
        }));
        return command;
    }

    public static Command CreateTrain()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<int?> year = CommandOptions.Integer("--year", "The year of the window's end. Default: that of the newest incident.", 2000, 9998, "Y");
        Option<int?> quarter = CommandOptions.Integer("--quarter", "The quarter of the window's end, 1 to 4. Default: that of the newest incident.", 1, 4, "Q");
        Option<string[]> centers = CommandOptions.List("--tech-centers", "The tech centers to train, separated by commas. Default: all.");
        Option<int?> minClusterSize = CommandOptions.MinClusterSize();
        Option<int?> seed = CommandOptions.Seed();
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();
        Command command = new("train", "Train and publish a model version per tech center; an interrupted training goes on where it was.") { data, year, quarter, centers, minClusterSize, seed, threads, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(year) is null != result.GetResult(quarter) is null)
            {
                result.AddError("--year and --quarter belong together. Give both, or neither for the quarter of the newest incident.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async host =>
        {
            PipelineSettings settings = PipelineSettings.Load().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed), parsed.GetValue(threads));
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), settings, cancellationToken);
            IReadOnlyList<string>? asked = await TechCentersAsync(parsed.GetValue(centers) ?? [], pipeline, cancellationToken);
            TrainingRequest request = new(parsed.GetValue(year), parsed.GetValue(quarter), asked);
            TrainingPlan plan = await pipeline.Planner.PlanAsync(request, cancellationToken);
            TrainingRecord record = await ConsoleProgress.RunAsync(progress => pipeline.Train.RunAsync(plan, progress, cancellationToken));
            await pipeline.Train.CloseAsync(record, cancellationToken);
            host.Show(new { run = record.RunId, record.Year, record.Quarter, record.Resumed, record.TechCenters }, console => WriteTraining(console, record));
            return record.TechCenters.Any(c => c.Status == TrainingStatus.Failed) ? ExitCode.Failed : ExitCode.Done;
        }));
        return command;
    }

    public static Command CreatePredict()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center to predict. Default: all.", "C");
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();
        Command command = new("predict", "Assign incidents without an up-to-date prediction to the clusters of the newest model version.") { data, center, threads, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), PipelineSettings.Load().With(threads: parsed.GetValue(threads)), cancellationToken);
            string? asked = parsed.GetValue(center);
            RequireKnown("--tech-center", asked is null ? [] : [asked], await pipeline.TechCenters.ListTechCentersAsync(cancellationToken));
            IReadOnlyList<PredictionOutcome> outcomes = await ConsoleProgress.RunAsync(progress => pipeline.Predict.RunAsync(asked, progress, cancellationToken));
            host.Show(new { techCenters = outcomes, predictions = outcomes.Sum(o => o.Predicted) }, console => WritePredictions(console, outcomes));
            return outcomes.Any(o => o.Failed) ? ExitCode.Failed : ExitCode.Done;
        }));
        return command;
    }

    private static Task<LocalPipeline> OpenAsync(string? folder, PipelineSettings settings, CancellationToken cancellationToken) =>
        LocalPipeline.OpenAsync(DataFolder.Existing(folder ?? CommandOptions.DefaultDataFolder), settings, cancellationToken);

    // A tech center's own name may hold a comma, so an exact name is taken whole before commas separate.
    private static async Task<IReadOnlyList<string>?> TechCentersAsync(string[] asked, LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> known = await pipeline.TechCenters.ListTechCentersAsync(cancellationToken);
        string[] names = [.. asked.SelectMany(a => known.Contains(a, StringComparer.Ordinal) ? [a] : CommandOptions.Split([a]))];
        RequireKnown("--tech-centers", names, known);
        return names.Length == 0 ? null : names;
    }

    private static void RequireKnown(string option, string[] names, IReadOnlyList<string> known)
    {
        if (names.FirstOrDefault(name => !known.Contains(name, StringComparer.Ordinal)) is string unknown)
        {
            string there = known.Count == 0 ? "None has any; import and preprocess first." : $"Those that have: {string.Join(", ", known.Select(k => $"'{k}'"))}.";
            throw new CommandException($"{option} names '{unknown}', which has no preprocessed incidents. {there}", ExitCode.WrongUsage);
        }
    }

    private static void WriteTraining(IAnsiConsole console, TrainingRecord record)
    {
        if (record.Resumed > 0)
        {
            console.WriteLine($"Resumed: {record.Resumed} tech centers were finished before.");
        }

        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Tech center", "Outcome", "Version", "Incidents", "Clusters", "Noise", "Domains", "Seconds");
        foreach (TrainingOutcome outcome in record.TechCenters)
        {
            table.AddRow(new Text(outcome.TechCenter), new Text(outcome.Detail ?? "published"), new Text(outcome.Version ?? ""), new Text($"{outcome.Incidents}"), new Text($"{outcome.Clusters}"), new Text($"{outcome.Unclustered}"), new Text($"{outcome.Domains}"), new Text($"{outcome.Seconds:0.0}"));
        }

        console.Write(table);
    }

    private static void WritePredictions(IAnsiConsole console, IReadOnlyList<PredictionOutcome> outcomes)
    {
        Table table = new Table().Border(TableBorder.Rounded).AddColumns("Tech center", "Version", "Predicted", "Noise", "");
        foreach (PredictionOutcome outcome in outcomes)
        {
            table.AddRow(new Text(outcome.TechCenter), new Text(outcome.Version ?? ""), new Text($"{outcome.Predicted}"), new Text($"{outcome.Unclustered}"), new Text(outcome.Detail ?? ""));
        }

        console.Write(table);
    }
}
