using System.CommandLine;
using System.Globalization;
using Pipeline.Alerts;
using Pipeline.LocalHost;
using Pipeline.Requests;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>alerts list|ack|test</c>: what was raised, who answers for it, and whether messages arrive.</summary>
internal static class AlertCommands
{
    public static Command Create() => new("alerts", "Show alerts, answer for one, and try the channels.") { CreateList(), CreateAcknowledge(), CreateTest() };

    private static Command CreateList()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> state = CommandOptions.Text("--state", "Only alerts that are open, acknowledged, ended or muted. Default: all.", "S");
        Option<int?> limit = CommandOptions.Integer("--limit", "The most to show. Default: 100.", 1, ShowAlerts.Most);
        Option<bool> json = CommandOptions.Json();
        Command command = new("list", "Show alerts and who was told, the newest first.") { data, state, limit, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            IReadOnlyList<Alert> alerts = await pipeline.Alerts.RunAsync(parsed.GetValue(state), parsed.GetValue(limit)?.ToString(CultureInfo.InvariantCulture), cancellationToken);
            host.Show(new { alerts }, console => Write(console, alerts));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateAcknowledge()
    {
        Argument<string> id = new("ID") { Description = "The alert's id, as 'alerts list' and the messages show it." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> by = CommandOptions.Text("--by", "Who answers for it. Default: the user of this command.", "NAME");
        Option<bool> json = CommandOptions.Json();
        Command command = new("ack", "Answer for an alert: nobody else is told of it then.") { id, data, by, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            Alert alert = await pipeline.Answer.AcknowledgeAsync(parsed.GetRequiredValue(id), parsed.GetValue(by) ?? LocalUser.Name, cancellationToken);
            host.Show(alert, console => console.WriteLine($"{alert.AcknowledgedBy} answers for {alert.Id}: {ConsoleText.Line(alert.Title)}."));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateTest()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> channel = CommandOptions.Text("--channel", "The channel to try. Default: all.", "NAME");
        Option<bool> json = CommandOptions.Json();
        Command command = new("test", "Send a test message on one channel, or on all.") { data, channel, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            IReadOnlyList<ChannelTrial> trials = await pipeline.Channels.RunAsync(parsed.GetValue(channel), cancellationToken);
            host.Show(new { channels = trials }, _ =>
            {
                foreach (ChannelTrial trial in trials)
                {
                    Console.Out.WriteLine(ConsoleText.Line($"{(trial.Sent ? "PASS" : "FAIL")}  {trial.Channel}{(trial.Problem is null ? "" : $": {trial.Problem}")}"));
                }
            });
            return trials.All(t => t.Sent) ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(ParseResult parsed, Option<bool> json, Option<string?> data, Func<CommandHost, LocalPipeline, Task<int>> work, CancellationToken cancellationToken) =>
        CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            return await work(host, pipeline);
        }, cancellationToken);

    private static void Write(IAnsiConsole console, IReadOnlyList<Alert> alerts)
    {
        ConsoleTable table = new("Id", "Raised", "Severity", "State", "#Times", "?#Told", "Alert");
        foreach (Alert alert in alerts)
        {
            table.Add(
                alert.Id,
                alert.RaisedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                alert.Severity.ToString().ToLowerInvariant(),
                alert.State.ToString().ToLowerInvariant(),
                ConsoleText.Number(alert.Count),
                ConsoleText.Number(alert.Deliveries.Count(d => d.State == DeliveryState.Sent)),
                ConsoleText.Line(alert.Title));
        }

        table.Write(console, 0);
    }
}
