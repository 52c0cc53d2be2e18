using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.LocalHost;
using Pipeline.Search;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>search</c>: the incidents that words tell of, and the index made anew.</summary>
internal static class SearchCommand
{
    private const int LongestShown = 90;

    public static Command Create()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Argument<string> text = new("TEXT") { Description = "What to look for, in some words. It is masked before it is used.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> centers = CommandOptions.List("--tech-centers", "Only incidents of these tech centers. Default: all.");
        Option<string?> from = CommandOptions.Text("--from", "Only incidents opened on this day or later.", "DATE");
        Option<string?> until = CommandOptions.Text("--until", "Only incidents opened before this day.", "DATE");
        Option<string?> priority = CommandOptions.Text("--priority", "Only incidents of this priority.", "P");
        Option<int?> problem = CommandOptions.Integer("--problem", "Only incidents of this problem of the one tech center that is named.", 0, int.MaxValue);
        Option<int?> top = CommandOptions.Integer("--top", "The most incidents. Default: 20.", 1, SearchRequest.MostIncidents);
        Option<bool> json = CommandOptions.Json();
        Command command = new("search", "Find incidents by words and by meaning.") { text, data, centers, from, until, priority, problem, top, json };
        command.Add(CreateRebuild());
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(data),
            new SearchRequest(
                parsed.GetValue(text),
                parsed.GetValue(centers) is { Length: > 0 } named ? CommandOptions.Split(named) : null,
                parsed.GetValue(from),
                parsed.GetValue(until),
                Filters(parsed.GetValue(priority), parsed.GetValue(problem)),
                parsed.GetValue(top)),
            parsed.GetValue(json),
            cancellationToken));
        return command;
    }

    private static Command CreateRebuild()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("rebuild", "Make the search index anew of the preprocessed incidents.") { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "The index is as it was.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), cancellationToken);
            long incidents = await pipeline.Search.RebuildAsync(cancellationToken);
            host.Show(new { incidents }, console => console.WriteLine(ConsoleText.Line($"The index holds {ConsoleText.Count(incidents, "incident")}.")));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Task<int> RunAsync(string? data, SearchRequest request, bool json, CancellationToken cancellationToken) => CommandHost.RunAsync(json, "Nothing was changed.", async host =>
    {
        await using LocalPipeline pipeline = await OpenAsync(data, cancellationToken);
        SearchResult result = await pipeline.Search.RunAsync(request, cancellationToken: cancellationToken);
        host.Show(result, console =>
        {
            ConsoleTable table = new("Number", "Tech center", "Opened", "Problem", "Text");
            foreach (FoundIncident incident in result.Incidents)
            {
                table.Add(
                    incident.Number, incident.TechCenter, incident.CreatedOn?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "-", incident.ProblemLabel ?? "-",
                    ConsoleText.Line(incident.Text.Length <= LongestShown ? incident.Text : $"{incident.Text[..LongestShown]}..."));
            }

            table.Write(console);
            console.WriteLine(ConsoleText.Line($"{ConsoleText.Count(result.Candidates, "candidate")}. Problems: {string.Join(", ", result.Facets.Problems.Take(5).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Label} ({p.TechCenter}) {p.Count}")))}"));
        });
        return ExitCode.Done;
    }, cancellationToken);

    private static Task<LocalPipeline> OpenAsync(string? data, CancellationToken cancellationToken) => LocalPipeline.OpenAsync(DataFolder.Choose(data), CommandHost.Settings(), cancellationToken);

    private static JsonElement? Filters(string? priority, int? problem) =>
        priority is null && problem is null ? null : JsonSerializer.SerializeToElement(new { priority, problem }, PipelineJson.Compact);
}
