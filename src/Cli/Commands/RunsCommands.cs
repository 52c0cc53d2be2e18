using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Runs;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>runs</c>: what was trained, tuned and rolled out, with which parameters and with what result.</summary>
internal static class RunsCommands
{
    private static readonly string[] Shown = ["incidents", "problems", "noise", "dbcv", "stability", "train_seconds"];

    public static Command Create() => new("runs", "Show the trainings, tunings and rollouts with their parameters and measures.") { CreateList(), CreateShow(), CreateCompare() };

    private static Command CreateList()
    {
        Option<string?> center = CommandOptions.Text("--tech-center", "Only this tech center's. Default: all.", "C");
        Option<string?> kind = new("--kind") { Description = "Only runs of this kind: training, tuning, trial, rollout or other. Default: all.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong("training", "tuning", "trial", "rollout", "other");
        Option<int?> limit = CommandOptions.Integer("--limit", "Show the newest so many. Default: 50.", 1, 100_000);
        Command command = Verb("list", "List the runs, the newest first, with their measures over the versions.", async (log, host, parsed, cancellationToken) =>
        {
            RunKind? asked = parsed.GetValue(kind) is string named ? Enum.Parse<RunKind>(named, ignoreCase: true) : null;
            RunRecord[] runs = [.. (await log.ListAsync(parsed.GetValue(center), asked, cancellationToken)).Take(parsed.GetValue(limit) ?? 50)];
            host.Show(new { runs }, console => WriteList(console, runs));
            return ExitCode.Done;
        });
        command.Options.Add(center);
        command.Options.Add(kind);
        command.Options.Add(limit);
        return command;
    }

    private static Command CreateShow()
    {
        Argument<string> id = new("id") { HelpName = "ID", Description = "The run's id, or how it begins." };
        Command command = Verb("show", "Show one run.", async (log, host, parsed, cancellationToken) =>
        {
            RunRecord run = await FindAsync(log, parsed.GetRequiredValue(id), cancellationToken);
            host.Show(run, console => WriteRun(console, run));
            return ExitCode.Done;
        });
        command.Arguments.Add(id);
        return command;
    }

    private static Command CreateCompare()
    {
        Argument<string[]> ids = new("ids") { HelpName = "ID", Arity = new ArgumentArity(2, 10), Description = "Two to ten runs." };
        Command command = Verb("compare", "Show runs side by side.", async (log, host, parsed, cancellationToken) =>
        {
            List<RunRecord> runs = [];
            foreach (string id in parsed.GetRequiredValue(ids))
            {
                runs.Add(await FindAsync(log, id, cancellationToken));
            }

            host.Show(new { runs }, console => WriteComparison(console, runs));
            return ExitCode.Done;
        });
        command.Arguments.Add(ids);
        return command;
    }

    private static Command Verb(string name, string description, Func<RunLog, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description) { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            return await run(pipeline.Runs, host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static async Task<RunRecord> FindAsync(RunLog log, string id, CancellationToken cancellationToken)
    {
        if (await log.FindAsync(id, cancellationToken) is RunRecord exact)
        {
            return exact;
        }

        RunRecord[] found = [.. (await log.ListAsync(cancellationToken: cancellationToken)).Where(r => r.Id.StartsWith(id, StringComparison.Ordinal)).Take(2)];
        return found.Length == 1 ? found[0] : throw new CommandException($"{(found.Length == 0 ? "No run has" : "Several runs have")} an id that begins with '{id}'. 'runs list' shows them.", ExitCode.WrongUsage);
    }

    private static void WriteList(IAnsiConsole console, IReadOnlyList<RunRecord> runs)
    {
        ConsoleTable table = new(["Run", "Tech center", "Name", "State", "?Started", .. Shown.Select(s => $"#{s}")]);
        foreach (RunRecord run in runs)
        {
            IReadOnlyDictionary<string, double> metrics = run.LastMetrics();
            table.Add([run.Id[..8], ConsoleText.TechCenter(run.TechCenter), run.Name, StateOf(run), run.StartedAt.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), .. Shown.Select(s => Figure(metrics, s))]);
        }

        table.Write(console, 0);
    }

    private static void WriteRun(IAnsiConsole console, RunRecord run)
    {
        console.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"{run.Id}  {run.Name} of {run.TechCenter}: {StateOf(run)}, begun {run.StartedAt:yyyy-MM-dd HH:mm:ss}{(run.EndedAt is DateTimeOffset ended ? $", ended {ended:yyyy-MM-dd HH:mm:ss}" : "")}. Files: {run.Artifacts ?? "none"}.")));
        ConsoleTable table = new("Kind", "Name", "Value");
        foreach ((string key, string value) in run.Parameters)
        {
            table.Add("parameter", key, ConsoleText.Line(value));
        }

        foreach (RunMetric metric in run.Metrics)
        {
            table.Add("measure", metric.Step == 0 ? metric.Key : string.Create(CultureInfo.InvariantCulture, $"{metric.Key} at {metric.Step}"), metric.Value.ToString("0.####", CultureInfo.InvariantCulture));
        }

        foreach ((string key, string value) in run.Tags.Where(t => t.Value.Length > 0))
        {
            table.Add("tag", key, ConsoleText.Line(value));
        }

        table.Write(console, 0);
    }

    private static void WriteComparison(IAnsiConsole console, IReadOnlyList<RunRecord> runs)
    {
        ConsoleTable table = new(["What", .. runs.Select(r => $"#{r.Id[..8]}")]);
        table.Add(["name", .. runs.Select(r => r.Name)]);
        foreach (string key in runs.SelectMany(r => r.Parameters.Keys).Distinct(StringComparer.Ordinal))
        {
            table.Add([key, .. runs.Select(r => ConsoleText.Line(r.Parameters.GetValueOrDefault(key, "")))]);
        }

        IReadOnlyDictionary<string, double>[] metrics = [.. runs.Select(r => r.LastMetrics())];
        foreach (string key in metrics.SelectMany(m => m.Keys).Distinct(StringComparer.Ordinal))
        {
            table.Add([key, .. metrics.Select(m => Figure(m, key))]);
        }

        table.Write(console, 0);
    }

    private static string Figure(IReadOnlyDictionary<string, double> metrics, string key) => metrics.TryGetValue(key, out double value) ? value.ToString("0.####", CultureInfo.InvariantCulture) : "";

    private static string StateOf(RunRecord run) => run.Tags.TryGetValue("gate", out string? gate) ? gate : run.Tags.TryGetValue("outcome", out string? outcome) ? outcome : run.State.ToString().ToLowerInvariant();
}
