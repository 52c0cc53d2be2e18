using System.CommandLine;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Erasure;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>archive</c>, <c>erase</c> and <c>retain</c>: incidents that leave the warehouse, for the archive or for good.</summary>
internal static class RetentionCommands
{
    public static Command CreateArchive()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> dataset = CommandOptions.Text("--dataset", "The data set. Default: all of them.", "NAME");
        Option<int?> months = CommandOptions.Integer("--older-than-months", "Months before the newest incident from which one is archived; at least those that a training looks back. Default: that of the setting Archive:AfterMonths.", 1, 1200);
        Option<bool> json = CommandOptions.Json();
        Command command = new("archive", "Move old incidents from the warehouse into Parquet files by day.") { data, dataset, months, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The days that are archived stay so; the same command goes on with the others.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            List<ArchiveOutcome> outcomes = [];
            foreach (string name in parsed.GetValue(dataset) is { } named ? [named] : await pipeline.Archive.DatasetsAsync(cancellationToken))
            {
                outcomes.Add(await ConsoleProgress.RunAsync(progress => pipeline.Modes.DoAsync(token => pipeline.Archive.RunAsync(name, parsed.GetValue(months), mostDays: null, progress, token), cancellationToken)));
            }

            host.Show(new { datasets = outcomes }, console =>
            {
                foreach (ArchiveOutcome outcome in outcomes)
                {
                    string before = outcome.Before is { } date ? string.Create(CultureInfo.InvariantCulture, $" from before {date:yyyy-MM-dd}") : "";
                    console.WriteLine($"{outcome.Dataset}: {ConsoleText.Count(outcome.Incidents, "row")}{before} archived, of {ConsoleText.Count(outcome.Days, "day")}; {ConsoleText.Count(outcome.Files, "file")} written.");
                }
            });
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreateErase()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> number = CommandOptions.Text("--number", "The incident's number.", "N");
        number.Required = true;
        Option<bool> json = CommandOptions.Json();
        Command command = new("erase", "Remove one incident for good: from the warehouse, the archive, the files that came in, and the models.") { data, number, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The same command goes on with the erasure.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            string erased = parsed.GetValue(number)!;
            ErasureRecord done = await pipeline.Modes.DoAsync(
                async token => await pipeline.Erase.RunAsync((await pipeline.Erase.ResumeAsync(erased, LocalUser.Name, token)).Id, token), cancellationToken);
            int rejects = EraseFromFiles.FromRejectsFile(pipeline.Folder.Rejects, erased);
            done = rejects == 0 ? done : await pipeline.Erase.AddRejectsAsync(done, rejects, cancellationToken);
            DropReport(pipeline, !done.Removed.IsNothing);

            host.Show(ErasureReport.Of(done), console => console.WriteLine(Describe(done)));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreateRetain()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<int?> months = CommandOptions.Integer("--months", "Months before today from which an incident is removed; at least those that a training looks back. Default: that of the setting Retention:Months.", 1, 1200);
        Option<bool> dryRun = new("--dry-run") { Description = "Only count what would be removed." };
        Option<bool> force = new("--force") { Description = "Remove although nothing has come in for a quarter of a year." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("retain", "Keep so many months, and remove what is older for good: from the warehouse, the archive, the files that came in, and the models.") { data, months, dryRun, force, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What is removed stays so; the same command goes on with the others.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            RetentionRequest asked = new() { Months = parsed.GetValue(months), DryRun = parsed.GetValue(dryRun), Force = parsed.GetValue(force) };
            RetentionOutcome outcome = await ConsoleProgress.RunAsync(progress => asked.DryRun
                ? pipeline.Retain.RunAsync(asked, progress, cancellationToken)
                : pipeline.Modes.DoAsync(token => pipeline.Retain.RunAsync(asked, progress, token), cancellationToken));
            if (outcome.Problem is string problem)
            {
                throw new CommandException(problem, ExitCode.Failed);
            }

            DropReport(pipeline, !asked.DryRun && outcome.Texts > 0);
            host.Show(outcome, console => console.WriteLine(Describe(outcome)));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    // It shows texts of clusters; the next run writes it anew.
    private static void DropReport(LocalPipeline pipeline, bool shows)
    {
        if (shows && File.Exists(pipeline.Folder.Report))
        {
            File.Delete(pipeline.Folder.Report);
        }
    }

    private static string Describe(RetentionOutcome outcome)
    {
        string before = string.Create(CultureInfo.InvariantCulture, $"from before {outcome.Before:yyyy-MM-dd}");
        string what = $"{ConsoleText.Count(outcome.Incidents, "incident")} of the warehouse and {ConsoleText.Count(outcome.ArchivedRows, "row")} of {ConsoleText.Count(outcome.ArchiveFiles, "archive file")} {before}, {ConsoleText.Count(outcome.KeptFiles, "file")} that came in before that day";
        return outcome.DryRun
            ? $"Would remove {what}. Nothing was removed."
            : $"Removed {what}; {ConsoleText.Count(outcome.Texts, "text")} that no incident has any more: {ConsoleText.Count(outcome.NewRevisions, "model version")} published anew, {ConsoleText.Number(outcome.DeletedVersions)} deleted.";
    }

    private static async Task<LocalPipeline> OpenAsync(string? data, CancellationToken cancellationToken)
    {
        string folder = DataFolder.Choose(data);
        return await LocalPipeline.OpenAsync(folder, CommandHost.Settings(), cancellationToken);
    }

    private static string Describe(ErasureRecord done)
    {
        ErasureCounts removed = done.Removed;
        if (removed.IsNothing)
        {
            return $"Nothing of it was found. The record {done.Id} says so.";
        }

        int rows = removed.Incidents + removed.Preprocessed + removed.Predictions + removed.DeadLetters;
        return $"Erased: {ConsoleText.Count(rows, "row")} of the warehouse, {ConsoleText.Number(removed.ArchivedRows)} of the archive, {ConsoleText.Number(removed.KeptRows + removed.RejectedRows)} of files that came in; "
            + $"{ConsoleText.Count(removed.NewRevisions, "model version")} published anew, {ConsoleText.Number(removed.DeletedVersions)} deleted; {ConsoleText.Count(removed.StreamObjects, "object")} of streams. The record {done.Id} says so.";
    }
}
