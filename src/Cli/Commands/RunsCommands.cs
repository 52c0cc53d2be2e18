using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Runs;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>runs</c>: what was trained, tuned and rolled out, with which parameters and with what result.</summary>
internal static class RunsCommands
{
    // What fits a line of 120 characters; 'runs show' has all.
    private static readonly string[] Shown = ["problems", "noise", "dbcv", "stability"];

    private const int Longest = 28;

    public static Command Create() => new("runs", "Show the trainings, tunings, rollouts and trainings of forecasts with their parameters and measures.") { CreateList(), CreateShow(), CreateCompare() };

    private static Command CreateList()
    {
        Option<string?> center = CommandOptions.Text("--tech-center", "Only this tech center's. Default: all.", "C");
        Option<string?> kind = new("--kind") { Description = "Only runs of this kind: training, tuning, trial, rollout, forecast or other. Default: all.", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong("training", "tuning", "trial", "rollout", "forecast", "other");
        Option<int?> limit = CommandOptions.Integer("--limit", "Show the newest so many. Default: 50.", 1, BrowseRuns.Most);
        Command command = Verb("list", "List the runs, the newest first, with their measures over the versions.", async (browse, host, parsed, cancellationToken) =>
        {
            IReadOnlyList<ListedRun> runs = await browse.ListAsync(new RunQuery(parsed.GetValue(center), parsed.GetValue(kind), parsed.GetValue(limit)), cancellationToken);
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
        Command command = Verb("show", "Show one run, and the measures of its tech center over the versions.", async (browse, host, parsed, cancellationToken) =>
        {
            RunDetails details = await browse.ShowAsync(parsed.GetRequiredValue(id), cancellationToken);
            host.Show(details, console => WriteRun(console, details));
            return ExitCode.Done;
        });
        command.Arguments.Add(id);
        return command;
    }

    private static Command CreateCompare()
    {
        Argument<string[]> ids = new("ids") { HelpName = "ID", Arity = new ArgumentArity(2, BrowseRuns.MostCompared), Description = "Two to ten runs." };
        Command command = Verb("compare", "Show runs side by side.", async (browse, host, parsed, cancellationToken) =>
        {
            RunComparison comparison = await browse.CompareAsync(parsed.GetRequiredValue(ids), cancellationToken);
            host.Show(comparison, console => WriteComparison(console, comparison));
            return ExitCode.Done;
        });
        command.Arguments.Add(ids);
        return command;
    }

    private static Command Verb(string name, string description, Func<BrowseRuns, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description) { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            return await run(pipeline.BrowseRuns, host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static void WriteList(IAnsiConsole console, IReadOnlyList<ListedRun> runs)
    {
        ConsoleTable table = new(["Run", "Tech center", "Name", "State", "?Started", .. Shown.Select(s => $"#{s}")]);
        foreach (ListedRun run in runs)
        {
            table.Add([run.Id[..8], ConsoleText.TechCenter(run.TechCenter), run.Name, run.Outcome, run.StartedAt.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), .. Shown.Select(s => Figure(run.Measures, s))]);
        }

        table.Write(console, 0);
    }

    private static void WriteRun(IAnsiConsole console, RunDetails details)
    {
        RunRecord run = details.Run;
        console.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"{run.Id}  {run.Name} of {run.TechCenter}: {details.Over.First(o => string.Equals(o.Id, run.Id, StringComparison.Ordinal)).Outcome}, begun {run.StartedAt:yyyy-MM-dd HH:mm:ss}{(run.EndedAt is DateTimeOffset ended ? $", ended {ended:yyyy-MM-dd HH:mm:ss}" : "")}. Files: {run.Artifacts ?? "none"}.")));
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
        if (details.Over.Count > 1)
        {
            console.WriteLine($"All {run.Kind.ToString().ToLowerInvariant()} runs of {ConsoleText.TechCenter(run.TechCenter)}, the oldest first:");
            WriteList(console, details.Over);
        }
    }

    private static void WriteComparison(IAnsiConsole console, RunComparison comparison)
    {
        ConsoleTable table = new(["What", "?Differs", .. comparison.Runs.Select(r => $"#{r.Id[..8]}")]);
        table.Add(["name", "", .. comparison.Runs.Select(r => Short(r.Name))]);
        foreach (ComparedParameter parameter in comparison.Parameters)
        {
            table.Add([parameter.Name, parameter.Differs ? "yes" : "", .. parameter.Values.Select(v => Short(v ?? ""))]);
        }

        foreach (ComparedMeasure measure in comparison.Measures)
        {
            table.Add([measure.Name, measure.Values.Distinct().Skip(1).Any() ? "yes" : "", .. measure.Values.Select(v => v?.ToString("0.####", CultureInfo.InvariantCulture) ?? "")]);
        }

        table.Write(console, 0);
    }

    // Side by side, what is long is cut: 'runs show' has it whole.
    private static string Short(string value) => value.Length <= Longest ? value : $"{value[..(Longest - 3)]}...";

    private static string Figure(IReadOnlyDictionary<string, double> metrics, string key) => metrics.TryGetValue(key, out double value) ? value.ToString("0.####", CultureInfo.InvariantCulture) : "";
}
