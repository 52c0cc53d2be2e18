using System.CommandLine;
using System.Globalization;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>pull</c>: what is new in the systems that the settings name into the warehouse, and nothing else.</summary>
internal static class PullCommand
{
    public static Command Create()
    {
        Option<string?> data = CommandOptions.Data($"The data folder. Default: the only one below {DataFolder.Root}, or {DataFolder.Root} where there is none.");
        Option<bool> json = CommandOptions.Json();
        Command command = new("pull", "Ask the systems that the settings name, such as ServiceNow, for incidents that are new or changed there; train and predict nothing.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The pages that were stored are kept; the same command goes on behind them.", async host =>
        {
            PipelineSettings settings = CommandHost.Settings();
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data), DataFolder.Root), settings, cancellationToken);
            IReadOnlyList<string> feeds = pipeline.Pull.List();
            if (feeds.Count == 0)
            {
                throw new CommandException("No system is named to pull from. Set ServiceNow:Instance, or BigQuery:SourceTable for the warehouse in BigQuery; docs/intake.md says how.", ExitCode.WrongUsage);
            }

            CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
            List<PullOutcome> outcomes = [];
            foreach (string feed in feeds)
            {
                CommandHost.Tell($"Asking {feed} for what is new.");
                PullOutcome outcome = await pipeline.Modes.DoAsync(token => pipeline.Pull.RunAsync(feed, new Lines(), token), cancellationToken);
                if (outcome.Problem is not null)
                {
                    CommandHost.Tell($"Error: {outcome.Problem}");
                }

                outcomes.Add(outcome);
            }

            host.Show(new { feeds = outcomes }, console => Write(console, outcomes));
            return outcomes.Any(outcome => outcome.Problem is not null) ? ExitCode.Failed : ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void Write(IAnsiConsole console, List<PullOutcome> outcomes)
    {
        ConsoleTable table = new("Feed", "#Rows", "#New", "#Changed", "#Rejected", "Until (UTC)");
        foreach (PullOutcome outcome in outcomes)
        {
            table.Add(
                ConsoleText.Name(outcome.Feed),
                ConsoleText.Number(outcome.Rows),
                ConsoleText.Number(outcome.Added),
                ConsoleText.Number(outcome.Changed),
                ConsoleText.Number(outcome.Rejected),
                outcome.Until?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? "");
        }

        table.Write(console);
    }

    /// <summary>A line after every step of a long pull.</summary>
    private sealed class Lines : IProgress<PullOutcome>
    {
        public void Report(PullOutcome value)
        {
            if (value.HasMore)
            {
                CommandHost.Tell(string.Create(CultureInfo.InvariantCulture, $"{ConsoleText.Count(value.Rows, "row")} read, up to {value.Until:yyyy-MM-dd HH:mm}."));
            }
        }
    }
}
