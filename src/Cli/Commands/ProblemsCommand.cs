using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Problems;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>problems</c>: the problems with their trends, or one of them with its variants.</summary>
internal static class ProblemsCommand
{
    private const int LongestExample = 100;

    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center. Default: all.", "C");
        Option<string?> sort = CommandOptions.Text("--sort", "The order: size, label, trend or lastSeen. Default: size.", "S");
        Option<int?> limit = CommandOptions.Integer("--limit", "Show at most this many. Default: 50.", 1, 200);
        Option<int?> id = CommandOptions.Integer("--id", "Show this problem of the tech center alone, with its variants and examples.", 0, int.MaxValue);
        Option<bool> json = CommandOptions.Json();
        Command command = new("problems", "List the problems with their trends, or show one with its variants.") { data, center, sort, limit, id, json };
        command.Validators.Add(result =>
        {
            if (result.GetResult(id) is not null && result.GetResult(center) is null)
            {
                result.AddError("--id needs --tech-center: each tech center has problems of its own.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            if (parsed.GetValue(id) is int number)
            {
                ProblemDetails details = await pipeline.Problems.FindAsync(parsed.GetValue(center)!, number.ToString(CultureInfo.InvariantCulture), cancellationToken);
                host.Show(details, console => Write(console, details));
                return ExitCode.Done;
            }

            ClusterQuery query = ClusterQuery.Parse(name => name switch
            {
                "techCenter" => parsed.GetValue(center),
                "sort" => parsed.GetValue(sort),
                "pageSize" => parsed.GetValue(limit)?.ToString(CultureInfo.InvariantCulture),
                _ => null,
            });
            ProblemPage page = await pipeline.Problems.ListAsync(query, cancellationToken);
            host.Show(page, console => Write(console, page));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static void Write(IAnsiConsole console, ProblemPage page)
    {
        ConsoleTable table = new("Tech center", "#Id", "Problem", "#Incidents", "?#Variants", "Trend", "?#Change", "?#Last seen");
        foreach (ProblemSummary problem in page.Problems)
        {
            table.Add(
                ConsoleText.TechCenter(problem.TechCenter),
                problem.Id.ToString(CultureInfo.InvariantCulture),
                problem.Label,
                ConsoleText.Number(problem.Size),
                ConsoleText.Number(problem.Variants),
                RunSummary.Trend(problem.Trend),
                Change(problem.Change),
                Day(problem.LastSeen));
        }

        table.Write(console, page.Total - page.Problems.Count);
    }

    private static void Write(IAnsiConsole console, ProblemDetails details)
    {
        ProblemSummary problem = details.Summary;
        string[] facts = [ConsoleText.Count(problem.Size, "incident"), RunSummary.Trend(problem.Trend), Change(problem.Change), $"{Day(problem.FirstSeen)} to {Day(problem.LastSeen)}", $"model {details.Version}"];
        console.WriteLine(ConsoleText.Line($"{problem.Label}: {string.Join(", ", facts.Where(fact => fact.Length > 0 && fact is not " to "))}"));
        console.WriteLine(ConsoleText.Line($"Keywords: {string.Join(", ", details.Keywords)}"));
        ConsoleTable table = new("Variant", "#Id", "#Incidents", "Example");
        foreach (ProblemVariant variant in details.Variants)
        {
            string example = ConsoleText.Line(variant.Examples is [string typical, ..] ? typical : "");
            table.Add(variant.Label, variant.Id.ToString(CultureInfo.InvariantCulture), ConsoleText.Number(variant.Size), example.Length > LongestExample ? $"{example[..LongestExample]}…" : example);
        }

        table.Write(console);
    }

    private static string Change(RateRatio? change) => change is null ? "" : string.Create(CultureInfo.InvariantCulture, $"x{change.Ratio:0.0} ({change.Low:0.0} to {change.High:0.0})");

    private static string Day(DateTimeOffset? date) => date?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "";
}
