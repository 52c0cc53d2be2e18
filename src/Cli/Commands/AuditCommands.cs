using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Audit;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Pipeline.Storage;
using Pipeline.Triggers;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>audit list</c>, <c>audit verify</c> and <c>audit export</c>: who did what.</summary>
internal static class AuditCommands
{
    private const string CsvEnding = ".csv";

    public static Command Create() => new("audit", "Show who did what, verify that nothing of it was changed, and take it out.") { CreateList(), CreateVerify(), CreateExport() };

    private static Command CreateList()
    {
        Option<string?>[] filters = Filters();
        Option<int?> page = CommandOptions.Integer("--page", "The page, from 1.", 1, 1_000_000);
        Option<int?> size = CommandOptions.Integer("--page-size", "Lines per page. Default: 100.", 1, 1_000);
        return Verb("list", "List who did what, the newest first.", [.. filters, page, size], async (services, host, parsed, cancellationToken) =>
        {
            AuditPage found = await services.GetRequiredService<BrowseAudit>().ListAsync(QueryOf(parsed, filters) with { Page = parsed.GetValue(page) ?? 1, PageSize = parsed.GetValue(size) ?? 100 }, cancellationToken);
            host.Show(found, console =>
            {
                ConsoleTable table = new("#Entry", "When (UTC)", "Who", "Did", "To", "Outcome", "?#Times");
                foreach (AuditEntry entry in found.Entries)
                {
                    table.Add(
                        ConsoleText.Number(entry.Number), Time(entry.At), ConsoleText.Name(entry.Actor), entry.Action, ConsoleText.Line(entry.Subject), entry.Outcome.ToString().ToLowerInvariant(), ConsoleText.Number(entry.Count));
                }

                table.Write(console);
                if (found.More)
                {
                    console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"There is more: --page {found.Page + 1}."));
                }
            });
            return ExitCode.Done;
        });
    }

    private static Command CreateVerify()
    {
        Option<string?> head = CommandOptions.Text("--head", "The head that an earlier 'audit verify' showed: then lines that are missing behind it show too.", "CHAIN/NUMBER:HASH");
        return Verb("verify", "Read the whole audit and name the lines that are not as they were written; exit code 1 where there are any.", [head], async (services, host, parsed, cancellationToken) =>
        {
            AuditVerification found = await VerifierOf(services).RunAsync(parsed.GetValue(head), cancellationToken);
            host.Show(found, console =>
            {
                console.WriteLine($"{ConsoleText.Count(found.Entries, "line")}: {(found.Sound && found.Entries == 0 ? "there is no audit here, or it was taken away before anything was noted of it" : found.Sound ? "all as they were written" : ConsoleText.Count(found.Problems.Count, "problem"))}.");
                foreach (string one in found.Heads)
                {
                    // In one piece, to be copied.
                    console.Profile.Out.Writer.WriteLine($"Head {one}");
                }
            });
            foreach (string problem in found.Problems)
            {
                CommandHost.Tell(problem);
            }

            return found.Sound ? ExitCode.Done : ExitCode.Failed;
        });
    }

    private static Command CreateExport()
    {
        Option<string?>[] filters = Filters();
        Option<string?> output = CommandOptions.Text("--output", "The file: CSV where its name ends with .csv, otherwise JSON lines.", "FILE");
        output.Required = true;
        return Verb("export", "Write the audit to a file, the newest first.", [.. filters, output], async (services, host, parsed, cancellationToken) =>
        {
            string path = Path.GetFullPath(parsed.GetRequiredValue(output)!);
            bool csv = path.EndsWith(CsvEnding, StringComparison.OrdinalIgnoreCase);
            long lines = 0;
            await using (StreamWriter writer = new(path, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)))
            {
                CsvWriter table = new(writer);
                if (csv)
                {
                    table.Write("number", "at", "actor", "role", "via", "action", "object", "outcome", "detail", "count", "trace");
                }

                await foreach (AuditEntry entry in services.GetRequiredService<BrowseAudit>().ReadAsync(QueryOf(parsed, filters), cancellationToken))
                {
                    lines++;
                    if (csv)
                    {
                        Write(table, entry);
                    }
                    else
                    {
                        await writer.WriteAsync(JsonSerializer.Serialize(entry, PipelineJson.Compact) + "\n");
                    }
                }
            }

            host.Show(new { entries = lines, file = path }, console => console.WriteLine($"{ConsoleText.Number(lines)} lines in {ConsoleText.Line(path)}."));
            return ExitCode.Done;
        });
    }

    // To look for the anchor would make a warehouse where there is none, and hide that it is lost.
    private static VerifyAudit VerifierOf(IServiceProvider services) =>
        services.GetRequiredService<OpenedFolder>() is { HasWarehouse: true } ? services.GetRequiredService<VerifyAudit>() : new VerifyAudit(services.GetRequiredService<IObjectStore>());

    private static void Write(CsvWriter table, AuditEntry entry) => table.Write(
        entry.Number.ToString(CultureInfo.InvariantCulture), entry.At.ToString("O", CultureInfo.InvariantCulture), entry.Actor, entry.Role ?? "", entry.Via.ToString(), entry.Action, entry.Subject, entry.Outcome.ToString(), entry.Detail ?? "",
        entry.Count.ToString(CultureInfo.InvariantCulture), entry.Trace ?? "");

    private static Option<string?>[] Filters() =>
    [
        CommandOptions.Text("--from", "Only what was done then or later, such as 2026-03-31 or 2026-03-31T08:00:00Z.", "TIME"),
        CommandOptions.Text("--until", "Only what was done before.", "TIME"),
        CommandOptions.Text("--actor", "Only what this actor did.", "WHO"),
        CommandOptions.Text("--action", "Only this action, such as model.promote, or all of a kind, such as model.", "WHAT"),
    ];

    private static AuditQuery QueryOf(ParseResult parsed, Option<string?>[] filters) =>
        AuditQuery.Parse(name => filters.FirstOrDefault(filter => string.Equals(filter.Name, $"--{name}", StringComparison.Ordinal)) is Option<string?> filter ? parsed.GetValue(filter) : null);

    private static Command Verb(string name, string description, Option[] options, Func<IServiceProvider, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description);
        foreach (Option option in options.Append(data).Append(json))
        {
            command.Options.Add(option);
        }

        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            // Not opened as other commands do: a host that runs holds the folder.
            string folder = DataFolder.Existing(DataFolder.Choose(parsed.GetValue(data)));
            PipelineSettings settings = CommandHost.Settings();
            await using ServiceProvider services = new ServiceCollection()
                .AddLogging()
                .AddSingleton(TimeProvider.System)
                .AddSingleton(new OpenedFolder(!settings.KeepsAllInFolder || File.Exists(Path.Combine(folder, AdapterServices.SqliteFile))))
                .AddAdapters(settings.Configuration, Path.GetFullPath(folder))
                .AddAudit()
                .BuildServiceProvider();
            return await run(services, host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private sealed record OpenedFolder(bool HasWarehouse);
}
