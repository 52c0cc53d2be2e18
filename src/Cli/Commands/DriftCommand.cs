using System.CommandLine;
using System.Globalization;
using Pipeline.Drift;
using Pipeline.LocalHost;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>drift</c>: how far new incidents differ from those of the training.</summary>
internal static class DriftCommand
{
    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center to measure. Default: all.", "C");
        Option<bool> json = CommandOptions.Json();
        Command command = new("drift", "Measure how far new incidents differ from those that the newest model version was trained on, 0 to 1.") { data, center, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What was measured is kept.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            IReadOnlyList<string> known = await pipeline.Drift.ListAsync(cancellationToken);
            string? asked = parsed.GetValue(center);
            if (asked is not null && !known.Contains(asked, StringComparer.Ordinal))
            {
                throw new CommandException($"--tech-center names '{asked}', which has no preprocessed incidents. Those that have: {ConsoleText.List(known)}.", ExitCode.WrongUsage);
            }

            List<DriftReport> reports = [];
            foreach (string name in asked is null ? known : [asked])
            {
                reports.Add(await pipeline.Drift.RunAsync(name, cancellationToken));
            }

            await pipeline.Note.RunAsync(cancellationToken);
            host.Show(new { techCenters = reports }, console => Write(console, reports));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<DriftReport> reports)
    {
        ConsoleTable table = new("Tech center", "#Version", "#Texts", "#Drift", "Level", "What it is made of");
        foreach (DriftReport report in reports)
        {
            table.Add(
                ConsoleText.TechCenter(report.TechCenter),
                report.Version ?? "none",
                ConsoleText.Number(report.Incidents),
                report.Score is double score ? score.ToString("0.00", CultureInfo.InvariantCulture) : "",
                report.Level.ToString().ToLowerInvariant(),
                report.Detail);
        }

        table.Write(console);
    }
}
