using System.CommandLine;
using System.Text;
using Pipeline.LocalHost;
using Pipeline.Operations;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>report weekly</c>: how the last seven days went.</summary>
internal static class ReportCommands
{
    public static Command Create() => new("report", "Make reports.") { CreateWeekly() };

    private static Command CreateWeekly()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> html = CommandOptions.Text("--html", "Also write the report to this file.", "OUT.html");
        Option<bool> json = CommandOptions.Json();
        Command command = new("weekly", "Tell what is new, rising and gone, and quality, drift, alerts, capacity and cost of the last seven days.") { data, html, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "No report was made.", async host =>
        {
            string? path = parsed.GetValue(html);
            if (path is not null)
            {
                AtomicFile.Check(path, "--html");
            }

            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            (WeeklyReport report, string name) = await pipeline.Weekly.KeepAsync(cancellationToken);
            if (path is not null)
            {
                await AtomicFile.WriteAsync(path, stream => stream.WriteAsync(Encoding.UTF8.GetBytes(WeeklyPage.Of(report)), cancellationToken).AsTask());
            }

            host.Show(report, console =>
            {
                console.WriteLine($"{ConsoleText.Count(report.New.Count, "new problem")}, {ConsoleText.Number(report.Rising.Count)} rising, {ConsoleText.Number(report.Gone.Count)} gone; {ConsoleText.Count(report.Alerts.Sum(a => a.Raised), "alert")}; {ConsoleText.Count(report.Capacity.Replicas, "replica")} needed.");
                console.WriteLine($"Kept in the object store as {name}.html and .json{(path is null ? "" : $", and as {Path.GetFullPath(path)}")}.");
            });
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
