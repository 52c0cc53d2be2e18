using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Corrections;
using Pipeline.LocalHost;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>corrections list|add|undo|export|import</c>: what people decided about the problems.</summary>
internal static class CorrectionCommands
{
    public static Command Create() => new("corrections", "Show what people decided about the problems, decide, take back, and carry it to another data folder.") { CreateList(), CreateAdd(), CreateUndo(), CreateExport(), CreateImport() };

    private static Command CreateList()
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "Only corrections of this tech center. Default: all.", "NAME");
        Option<int?> problem = CommandOptions.Integer("--problem", "Only corrections of the problem with this id. Default: all.", 0, int.MaxValue);
        Option<bool> conflicts = new("--conflicts") { Description = "Only corrections that do not fit the version that serves." };
        Option<bool> json = CommandOptions.Json();
        Command command = new("list", "Show corrections, the newest first.") { data, center, problem, conflicts, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            CorrectionPage page = await pipeline.BrowseCorrections.ListAsync(
                parsed.GetValue(center), parsed.GetValue(problem)?.ToString(CultureInfo.InvariantCulture), parsed.GetValue(conflicts) ? "true" : null, null, "200", cancellationToken);
            host.Show(page, console => Write(console, page));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateAdd()
    {
        Argument<string> kind = new("KIND") { Description = "rename, describe, status, owner, note, record, merge, split, move or notThis." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> center = CommandOptions.Text("--tech-center", "The tech center. Default: the only one.", "NAME");
        Option<int?> problem = CommandOptions.Integer("--problem", "The id of the problem that it is about.", 0, int.MaxValue);
        Option<int?> into = CommandOptions.Integer("--into", "Of merge: the problem that takes it in.", 0, int.MaxValue);
        Option<string[]> variants = CommandOptions.List("--variants", "Of split: the ids of the variants that leave.");
        Option<string?> text = CommandOptions.Text("--text", "The name, description, owner, note or problem record.", "TEXT");
        Option<string?> status = CommandOptions.Text("--status", "Of status: open, knownError or ignored.", "S");
        Option<string[]> tickets = CommandOptions.List("--tickets", "Of move and notThis: the numbers of the tickets.");
        Option<bool> json = CommandOptions.Json();
        Command command = new("add", "Decide something about a problem.") { kind, data, center, problem, into, variants, text, status, tickets, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            CorrectionRequest request = new(
                parsed.GetValue(center), parsed.GetRequiredValue(kind), parsed.GetValue(problem), parsed.GetValue(into), Numbers(parsed.GetValue(variants)), parsed.GetValue(text), parsed.GetValue(status), CommandOptions.Split(parsed.GetValue(tickets) ?? []) is { Length: > 0 } named ? named : null);
            Show(host, await pipeline.Correct.AddAsync(request, CommandAudit.Who, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateUndo()
    {
        Argument<string> id = new("ID") { Description = "The correction's id, as 'corrections list' shows it." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("undo", "Take a correction back; of what takes back, have it hold again.") { id, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            Show(host, await pipeline.Correct.UndoAsync(parsed.GetRequiredValue(id), CommandAudit.Who, cancellationToken));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateExport()
    {
        Argument<string> file = new("FILE") { Description = "The file to write: a JSON object on each line." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("export", "Write all corrections to a file.") { file, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            string path = parsed.GetRequiredValue(file);
            IReadOnlyList<ExportedCorrection> all = await pipeline.TransferCorrections.ExportAsync(cancellationToken);
            await AtomicFile.WriteAsync(path, async stream =>
            {
                foreach (ExportedCorrection one in all)
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes($"{JsonSerializer.Serialize(one, PipelineJson.Compact)}\n"), cancellationToken);
                }
            });
            host.Show(new { file = path, corrections = all.Count }, console => console.WriteLine($"{ConsoleText.Count(all.Count, "correction")} in {path}."));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    private static Command CreateImport()
    {
        Argument<string> file = new("FILE") { Description = "What 'corrections export' wrote." };
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new("import", "Add the corrections in a file; those that are here already are passed over.") { file, data, json };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed, json, data, async (host, pipeline) =>
        {
            string path = parsed.GetRequiredValue(file);
            if (!File.Exists(path))
            {
                throw new CommandException($"There is no file '{path}'.", ExitCode.WrongUsage);
            }

            using StreamReader lines = new(path, Encoding.UTF8);
            ImportedCorrections imported = await pipeline.TransferCorrections.ImportAsync(lines, CommandAudit.Who, cancellationToken);
            host.Show(imported, console =>
            {
                console.WriteLine($"{ConsoleText.Count(imported.Added, "correction")} added, {ConsoleText.Number(imported.Known)} passed over, {ConsoleText.Count(imported.Refused, "line")} refused.");
                foreach (RefusedLine line in imported.Lines)
                {
                    console.WriteLine(ConsoleText.Line($"line {ConsoleText.Number(line.Line)}: {line.Reason}"));
                }

                imported.Pending.ToList().ForEach(waits => console.WriteLine(ConsoleText.Line(waits)));
            });
            return imported.Refused == 0 ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    private static void Show(CommandHost host, CorrectionMade made) => host.Show(made, console =>
    {
        string split = made.Correction.NewProblem is int own ? string.Create(CultureInfo.InvariantCulture, $" The new problem is {own}.") : "";
        console.WriteLine(ConsoleText.Line($"{made.Correction.Id}: {Describe(made.Correction)} in {made.TechCenter}.{split} {made.Pending ?? $"{ConsoleText.Count(made.Changed, "prediction")} changed."}"));
    });

    private static Task<int> RunAsync(ParseResult parsed, Option<bool> json, Option<string?> data, Func<CommandHost, LocalPipeline, Task<int>> work, CancellationToken cancellationToken) =>
        CommandHost.RunAsync(parsed.GetValue(json), "What was decided before this stays.", async host =>
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(DataFolder.Choose(parsed.GetValue(data)), CommandHost.Settings(), cancellationToken);
            return await work(host, pipeline);
        }, cancellationToken);

    private static int[]? Numbers(string[]? given) => CommandOptions.Split(given ?? []) is { Length: > 0 } texts
        ? [.. texts.Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : throw new CommandException($"--variants names '{text}'; ids are whole numbers.", ExitCode.WrongUsage))]
        : null;

    private static void Write(IAnsiConsole console, CorrectionPage page)
    {
        if (page.Total == 0)
        {
            console.WriteLine("There is no correction. Make one with 'corrections add'.");
            return;
        }

        ConsoleTable table = new("Id", "When", "Who", "Tech center", "State", "Correction");
        foreach (ShownCorrection one in page.Corrections)
        {
            table.Add(
                one.Correction.Id,
                one.Correction.At.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
                ConsoleText.Line(one.Correction.By),
                ConsoleText.Line(one.TechCenter),
                one.Undone is not null ? "undone" : one.Conflict is not null ? "conflict" : "holds",
                ConsoleText.Line(Describe(one.Correction)));
        }

        table.Write(console, page.Total - page.Corrections.Count);
        foreach (ShownCorrection one in page.Corrections.Where(c => c.Conflict is not null))
        {
            console.WriteLine(ConsoleText.Line($"{one.Correction.Id}: {one.Conflict!.What} {one.Conflict.Fix}"));
        }
    }

    private static string Describe(Correction correction) => string.Create(CultureInfo.InvariantCulture, $"{CorrectionRequest.NameOf(correction.Kind)} {What(correction)}");

    private static string What(Correction correction) => correction.Kind switch
    {
        CorrectionKind.Undo => correction.Undoes!,
        CorrectionKind.Merge => string.Create(CultureInfo.InvariantCulture, $"{correction.Problem} into {correction.Into}"),
        CorrectionKind.Split => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", correction.Variants!)} of {correction.Problem}"),
        CorrectionKind.Move => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", correction.Tickets!.Select(t => t.Number))} to {correction.Problem}"),
        CorrectionKind.NotThis => string.Create(CultureInfo.InvariantCulture, $"{string.Join(", ", correction.Tickets!.Select(t => t.Number))} is not {correction.Problem}"),
        CorrectionKind.Status => string.Create(CultureInfo.InvariantCulture, $"{correction.Problem}: {CorrectionRequest.NameOf(correction.Status ?? ProblemStatus.Open)}"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{correction.Problem}: {correction.Text}"),
    };
}
