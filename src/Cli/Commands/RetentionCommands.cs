using System.CommandLine;
using System.Globalization;
using Pipeline.Archive;
using Pipeline.Erasure;
using Pipeline.LocalHost;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>archive</c> and <c>erase</c>: incidents that leave the warehouse, for the archive or for good.</summary>
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
                async token => await pipeline.Erase.RunAsync((await pipeline.Erase.ResumeAsync(erased, Environment.UserName, token)).Id, token), cancellationToken);
            int rejects = EraseFromFiles.FromRejectsFile(pipeline.Folder.Rejects, erased);
            done = rejects == 0 ? done : await pipeline.Erase.AddRejectsAsync(done, rejects, cancellationToken);
            if (!done.Removed.IsNothing && File.Exists(pipeline.Folder.Report))
            {
                // It shows texts of clusters; the next run writes it anew.
                File.Delete(pipeline.Folder.Report);
            }

            host.Show(ErasureReport.Of(done), console => console.WriteLine(Describe(done)));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
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
