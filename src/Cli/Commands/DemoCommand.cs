using System.CommandLine;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Cli.Commands;

/// <summary><c>demo</c>: the whole pipeline on the incidents of a made-up company.</summary>
internal static class DemoCommand
{
    private const string DataFolderName = "demo";
    private const string ModelsMark = ModelPaths.Root + "/.demo";
    private const string SurveyFolderName = "survey";
    private const int DefaultCount = 20_000;
    private const int DefaultHouseholds = 2_000;

    public static Command Create()
    {
        Option<string?> data = CommandOptions.Data($"The data folder; it must be new or a demo's, and starts empty each time. Default: {DataFolder.Root}/{DataFolderName}, or {DataFolder.Root}/{SurveyFolderName}.");
        Option<int?> count = CommandOptions.Integer("--incidents", "How many incidents, or households, to make, 100 to 1,000,000. Default: 20,000 incidents, 2,000 households.", 100, 1_000_000);
        Option<bool> survey = new("--survey") { Description = "Make the rows of a household survey instead: records of numbers and categories, made as seven known groups, with which the groups found are compared." };
        Option<int?> seed = CommandOptions.Seed("Seeds the incidents and the training. Default: 42.");
        Option<string?> report = CommandOptions.Report();
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> open = DeskWindow.Option();
        Option<bool> json = CommandOptions.Json();
        Command command = new("demo", "Make about 20,000 incidents of a made-up company, cluster them, and write a report.") { data, survey, count, seed, report, threads, open, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The demo begins from the start when it is started again.", async host =>
        {
            PipelineSettings settings = CommandHost.Settings().With(seed: parsed.GetValue(seed), threads: parsed.GetValue(threads));
            DeskWindow.Check(parsed.GetValue(open), host.Json);
            bool isSurvey = parsed.GetValue(survey);
            string folder = parsed.GetValue(data) ?? Path.Combine(DataFolder.Root, isSurvey ? SurveyFolderName : DataFolderName);
            RunOutputs outputs = new(Report: parsed.GetValue(report));
            outputs.Check();
            int done = await MakeAsync(folder, settings, host, (run, token) => isSurvey
                ? run.SurveyAsync(parsed.GetValue(count) ?? DefaultHouseholds, settings.Training.Seed, outputs, token)
                : run.DemoAsync(parsed.GetValue(count) ?? DefaultCount, settings.Training.Seed, outputs, token), cancellationToken);
            return await DeskWindow.EndAsync(done, parsed.GetValue(open), folder, settings, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static async Task<int> MakeAsync(string folder, PipelineSettings settings, CommandHost host, Func<PipelineRun, CancellationToken, Task<int>> make, CancellationToken cancellationToken)
    {
        await using LocalPipeline pipeline = await OpenAsync(folder, settings, cancellationToken);
        await RequireOwnStoresAsync(pipeline, cancellationToken);
        PipelineRun run = new(pipeline, host, settings.Training);
        return await pipeline.Modes.DoAsync(token => make(run, token), cancellationToken);
    }

    // A folder is only ever emptied when an earlier demo marked it as its own.
    private static async Task<LocalPipeline> OpenAsync(string folder, PipelineSettings settings, CancellationToken cancellationToken)
    {
        string mark = Path.Combine(folder, ".demo");
        if (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any() && !File.Exists(mark))
        {
            throw new CommandException($"The folder '{Path.GetFullPath(folder)}' holds something else than a demo, and the demo starts with an empty one. Name another folder with --data.", ExitCode.WrongUsage);
        }

        try
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(mark, [], cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The data folder '{Path.GetFullPath(folder)}' cannot be written: {UserMessage.Sentence(e)} Make it writable, or name another folder with --data.", ExitCode.Failed, e);
        }

        // Emptying the folder would do away with the stop.
        await ModeCommands.RequireRunningAsync(folder, settings, cancellationToken);
        return await LocalPipeline.OpenAsync(folder, settings, cancellationToken, startEmpty: true);
    }

    // The folder is empty now. Stores that lie elsewhere are not emptied, and what is real in them never gets the demo's incidents or models beside it.
    private static async Task RequireOwnStoresAsync(LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        if ((await pipeline.Incidents.ReadChangesAsync(0, 1, cancellationToken)).Count > 0)
        {
            throw new CommandException("The warehouse that Warehouse:Kind names holds incidents, and the demo's must not mix with them. Name an empty one in the settings.", ExitCode.WrongUsage);
        }

        bool hasModels = false;
        await foreach (StoredObject item in pipeline.Objects.ListAsync(ModelPaths.Root + "/", cancellationToken))
        {
            hasModels = true;
            if (string.Equals(item.Name, ModelsMark, StringComparison.Ordinal))
            {
                return;
            }
        }

        if (hasModels)
        {
            throw new CommandException("The object store that ObjectStore:Kind names holds models, and the demo's must not mix with them. Name another account under ModelStorage.", ExitCode.WrongUsage);
        }

        await pipeline.Objects.WriteAsync(ModelsMark, (_, _) => Task.CompletedTask, cancellationToken: cancellationToken);
    }
}
