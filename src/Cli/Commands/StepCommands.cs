using System.CommandLine;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.LocalHost;
using Pipeline.Models;
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
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The incidents that are preprocessed are kept; the same command goes on with the others.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), CommandHost.Settings(), cancellationToken);
            CommandHost.Tell("Masking and embedding the incidents that are new or changed.");
            PreprocessOutcome outcome = await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Preprocess.RunAsync(parsed.GetValue(limit), progress, token), cancellationToken));
            await pipeline.Note.RunAsync(cancellationToken);
            host.Show(outcome, console => console.WriteLine($"{ConsoleText.Count(outcome.Read, "incident")} read, {ConsoleText.Number(outcome.Stored)} stored, {ConsoleText.Count(outcome.Embedded, "text")} embedded, {ConsoleText.Number(outcome.DeadLetters)} kept aside."));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreateTrain()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<int?> year = CommandOptions.Integer("--year", "The year of the window's end. Default: that of the newest incident.", 1990, 9998, "Y");
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
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The tech centers that are trained are kept; the same command goes on with the others.", async host =>
        {
            PipelineSettings settings = CommandHost.Settings().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed), parsed.GetValue(threads));
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), settings, cancellationToken);
            IReadOnlyList<string>? asked = await TechCentersAsync(parsed.GetValue(centers) ?? [], pipeline, cancellationToken);
            TrainingRequest request = new(parsed.GetValue(year), parsed.GetValue(quarter), asked);
            TrainingPlan plan = await pipeline.Planner.PlanAsync(request, cancellationToken);
            TrainingWindow window = pipeline.Planner.Window(plan.Year, plan.Quarter);
            CommandHost.Tell(string.Create(CultureInfo.InvariantCulture, $"Training {(plan.TechCenters is { } some ? ConsoleText.Count(some.Count, "tech center") : "all tech centers")} on the incidents from {window.From:yyyy-MM-dd} to {window.Until.AddDays(-1):yyyy-MM-dd}."));
            TrainingRecord record = await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Train.RunAsync(plan, progress, cancellationToken: token), cancellationToken));
            await pipeline.Train.CloseAsync(record, cancellationToken);
            foreach (TrainingOutcome trained in record.TechCenters)
            {
                await pipeline.Note.AfterTrainingAsync(trained, cancellationToken);
            }

            host.Show(new { run = record.RunId, record.Year, record.Quarter, record.Resumed, record.TechCenters }, console => WriteTraining(console, record));
            return record.TechCenters.Any(c => c.Status == TrainingStatus.Failed) ? ExitCode.Failed : ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreatePredict()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center to predict. Default: all.", "C");
        Option<string?> version = CommandOptions.Text("--model", "The model version that answers, such as 2026_q2, whatever its stage; needs --tech-center. Default: the one that serves.", "V");
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();
        Command command = new("predict", "Assign incidents without an up-to-date prediction to the problems of the model version that serves.") { data, center, version, threads, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(version) is not null && result.GetResult(center) is null)
            {
                result.AddError("--model needs --tech-center: a version belongs to one tech center.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The predictions that were made are kept; the same command makes the others.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), CommandHost.Settings().With(threads: parsed.GetValue(threads)), cancellationToken);
            string? asked = parsed.GetValue(center);
            RequireKnown("--tech-center", asked is null ? [] : [asked], await pipeline.TechCenters.ListTechCentersAsync(cancellationToken));
            CommandHost.Tell($"Assigning what is not up to date in {(asked is null ? "all tech centers" : $"'{asked}'")} to the problems of the model versions that serve.");
            DateTimeOffset begunAt = pipeline.Clock.GetUtcNow();
            IReadOnlyList<PredictionOutcome> outcomes = await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Predict.RunAsync(asked, progress, parsed.GetValue(version), token), cancellationToken));
            await pipeline.Note.AfterPredictionAsync(outcomes, begunAt, cancellationToken);
            await ForecastCommand.RefreshAsync(pipeline, outcomes, cancellationToken);
            host.Show(new { techCenters = outcomes, predictions = outcomes.Sum(o => o.Predicted) }, console => WritePredictions(console, outcomes));
            return outcomes.Any(o => o.Failed) ? ExitCode.Failed : ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Task<LocalPipeline> OpenAsync(string? folder, PipelineSettings settings, CancellationToken cancellationToken) =>
        LocalPipeline.OpenAsync(DataFolder.Choose(folder), settings, cancellationToken);

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
            string there = known.Count == 0 ? "None has any; import and preprocess first." : $"Those that have: {ConsoleText.List(known)}.";
            throw new CommandException($"{option} names '{unknown}', which has no preprocessed incidents. {there}", ExitCode.WrongUsage);
        }
    }

    private static void WriteTraining(IAnsiConsole console, TrainingRecord record)
    {
        if (record.Resumed > 0)
        {
            console.WriteLine($"Resumed: {ConsoleText.Count(record.Resumed, "tech center")} had been finished before.");
        }

        ConsoleTable table = new("Tech center", "#Version", "#Incidents", "#Problems", "?#Variants", "#Unclustered", "?#Domains", "?#Seconds", "Note");
        IReadOnlyList<TrainingOutcome> shown = ConsoleTable.Shown(record.TechCenters, o => o.Status == TrainingStatus.Failed, o => o.Incidents);
        foreach (TrainingOutcome outcome in shown)
        {
            table.Add(
                ConsoleText.TechCenter(outcome.TechCenter),
                outcome.Version ?? "none",
                ConsoleText.Number(outcome.Incidents),
                ConsoleText.Number(outcome.Problems),
                ConsoleText.Number(outcome.Clusters),
                ConsoleText.Number(outcome.Unclustered),
                ConsoleText.Number(outcome.Domains),
                outcome.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
                ConsoleText.Line(outcome.Detail ?? ""));
        }

        table.Write(console, record.TechCenters.Count - shown.Count);
    }

    private static void WritePredictions(IAnsiConsole console, IReadOnlyList<PredictionOutcome> outcomes)
    {
        ConsoleTable table = new("Tech center", "#Version", "#Predicted", "#Unclustered", "Note");
        IReadOnlyList<PredictionOutcome> shown = ConsoleTable.Shown(outcomes, o => o.Failed, o => o.Predicted);
        foreach (PredictionOutcome outcome in shown)
        {
            table.Add(
                ConsoleText.TechCenter(outcome.TechCenter),
                outcome.Version ?? "none",
                ConsoleText.Number(outcome.Predicted),
                ConsoleText.Number(outcome.Unclustered),
                ConsoleText.Line(outcome.Detail ?? (outcome.Predicted == 0 ? "all up to date" : "")));
        }

        table.Write(console, outcomes.Count - shown.Count);
        console.WriteLine($"{ConsoleText.Count(outcomes.Sum(o => (long)o.Predicted), "incident")} predicted.");
    }
}
