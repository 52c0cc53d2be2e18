using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost;
using Pipeline.Recovery;
using Pipeline.Requests;
using Pipeline.Triggers;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>backup</c>, <c>backups</c>, <c>backup verify</c> and <c>restore</c>.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup()
    {
        (Option<string?> data, Option<string?> store, Option<bool> json) = (CommandOptions.DataOfStep(), Store(), CommandOptions.Json());
        Option<string> type = new("--type") { Description = "What it holds: full, models, configuration, or incremental (what has changed since the backup before). Default: full.", HelpName = "TYPE", DefaultValueFactory = _ => "full" };
        type.AcceptOnlyFromAmong([.. Enum.GetNames<BackupType>().Select(name => name.ToLowerInvariant())]);
        Command command = new("backup", "Back up to the second store, while work goes on.") { type, data, store, json, CreateVerify() };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "There is no backup of this run; what it wrote is deleted with the next full one, a day later.", async host =>
        {
            await using LocalPipeline pipeline = await OpenAsync(parsed.GetValue(data), parsed.GetValue(store), cancellationToken);
            BackupManifest? made = await ConsoleProgress.RunAsync(progress => pipeline.Backup.RunAsync(Enum.Parse<BackupType>(parsed.GetRequiredValue(type), ignoreCase: true), CommandAudit.Who, progress, cancellationToken));
            PrunedBackups pruned = made is { Type: BackupType.Full } ? await pipeline.Backup.PruneAsync(pipeline.BackupOptions, cancellationToken) : new PrunedBackups([], Unreadable: null);
            if (pruned.Unreadable is string unreadable)
            {
                CommandHost.Tell($"The backup {unreadable} cannot be read, and may refer to parts of others: no backup is deleted while it is there. 'backup verify {unreadable}' says what is wrong.");
            }

            host.Show(new { backup = made, deleted = pruned.Deleted }, console =>
            {
                console.WriteLine(made is null ? "Nothing has changed since the last backup." : $"{made.Id}: {Describe(made)}.");
                if (pruned.Deleted.Count > 0)
                {
                    console.WriteLine($"Deleted, being too old: {string.Join(", ", pruned.Deleted)}.");
                }
            });
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }

    public static Command CreateList()
    {
        (Option<string?> data, Option<string?> store, Option<bool> json) = (CommandOptions.DataOfStep(), Store(), CommandOptions.Json());
        Command command = new("backups", "List the backups.") { data, store, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            (IReadOnlyList<BackupManifest> all, IReadOnlyList<string> unreadable) = await StoreOf(parsed.GetValue(data), parsed.GetValue(store)).ListWithUnreadableAsync(cancellationToken);
            host.Show(new { backups = all, unreadable }, console => Write(console, all, unreadable));
            return unreadable.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    public static Command CreateRestore()
    {
        Argument<string> id = Id();
        (Option<string?> data, Option<string?> store, Option<bool> json) = (CommandOptions.Data("The data folder to restore into, made where it is missing. Default: the only one below " + DataFolder.Root + "."), Store(), CommandOptions.Json());
        Option<string[]> only = CommandOptions.List("--only", "Restore some of data, models, configuration and monitoring. Default: all that the backup holds.");
        Option<DateTimeOffset?> to = new("--to") { Description = "The moment whose state is wanted, such as 2026-03-01T14:05:00Z: the newest backup of the same line that is not younger is taken.", HelpName = "TIME", CustomParser = ParseMoment };
        Option<bool> replace = new("--replace") { Description = "Remove what is there." };
        Command command = new("restore", "Bring a backup back: into an empty data folder, or with --replace over what is there.") { id, only, to, replace, data, store, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Where it had begun, the folder is halted until the same restore has come to its end: order it again.", async host =>
        {
            string folder = DataFolder.Choose(parsed.GetValue(data), DataFolder.Root);
            RestoreOrder order = new(parsed.GetRequiredValue(id), AreasOf(parsed.GetValue(only) ?? []), parsed.GetValue(to), parsed.GetValue(replace));
            RestoreOutcome outcome = await RestoreAsync(folder, Settings(parsed.GetValue(store)), order, cancellationToken);
            host.Show(outcome, console =>
            {
                console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{outcome.Id}, the state of {outcome.At:yyyy-MM-dd HH:mm:ss} UTC: {ConsoleText.Count(outcome.Rows, "row")} and {ConsoleText.Count(outcome.Objects, "object")} restored in {outcome.Seconds:0.0} s."));
                Tell(outcome.Damaged);
            });
            return outcome.Damaged.Count == 0 ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    // What is refused has not begun: a folder that was made for it goes again.
    private static async Task<RestoreOutcome> RestoreAsync(string folder, PipelineSettings settings, RestoreOrder order, CancellationToken cancellationToken)
    {
        bool isNew = !Path.Exists(folder);
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken, restores: true);
            return await ConsoleProgress.RunAsync(progress => pipeline.Restore.RunAsync(order, progress, cancellationToken));
        }
        catch (Exception e) when (isNew && Path.Exists(folder) && e is RequestException or SettingException)
        {
            DataFolder.Discard(folder);
            throw;
        }
    }

    private static Command CreateVerify()
    {
        Argument<string> id = Id();
        (Option<string?> data, Option<string?> store, Option<bool> json) = (CommandOptions.DataOfStep(), Store(), CommandOptions.Json());
        Command command = new("verify", "Read all parts of a backup, and tell which are damaged.") { id, data, store, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            VerifyBackup verify = new(StoreOf(parsed.GetValue(data), parsed.GetValue(store)));
            BackupVerification found = await ConsoleProgress.RunAsync(progress => verify.RunAsync(parsed.GetRequiredValue(id), progress, cancellationToken));
            host.Show(found, console =>
            {
                console.WriteLine($"{found.Id}: {ConsoleText.Count(found.Parts, "part")}, {ConsoleText.Number(found.Bytes)} bytes, {(found.Sound ? "all as they were written" : $"{ConsoleText.Number(found.Damaged.Count)} damaged")}.");
                Tell(found.Damaged);
            });
            return found.Sound ? ExitCode.Done : ExitCode.Failed;
        }, cancellationToken));
        return command;
    }

    /// <summary>The settings, with the folder of the backups that the command line names.</summary>
    public static PipelineSettings Settings(string? store)
    {
        PipelineSettings settings = CommandHost.Settings();
        return store is null ? settings : settings with
        {
            Configuration = new ConfigurationBuilder().AddConfiguration(settings.Configuration).AddInMemoryCollection([new(RecoveryServices.Kind, "Files"), new(RecoveryServices.Folder, store)]).Build(),
        };
    }

    /// <summary>The option that names the folder of the backups.</summary>
    public static Option<string?> Store() => CommandOptions.Text("--store", "The folder of the backups, in place of the second store of the settings Backup:*. Default: the data folder's name with -backups at its end.", "DIR");

    private static Task<LocalPipeline> OpenAsync(string? data, string? store, CancellationToken cancellationToken) => LocalPipeline.OpenAsync(
        DataFolder.Choose(data), Settings(store), cancellationToken, whenHeld: "Where that is a 'serve', it backs up itself every ten minutes; to have one now, send it POST /api/backups with the master key or a token of the role admin. Otherwise wait for the command to end.");

    // Not opened as other commands do: a 'serve' may work on the folder, or nothing may be left of it.
    private static BackupStore StoreOf(string? data, string? store) => LocalPipeline.BackupStoreOf(store is null ? DataFolder.Choose(data, DataFolder.Root) : DataFolder.Root, Settings(store));

    private static Argument<string> Id() => new("id") { HelpName = "ID", Description = "The backup, or 'latest' for the newest of everything." };

    private static BackupArea[]? AreasOf(string[] given) => CommandOptions.Split(given) is { Length: > 0 } names
        ? [.. names.Select(name => Enum.TryParse(name, ignoreCase: true, out BackupArea area) && Enum.IsDefined(area) && !char.IsAsciiDigit(name[0]) ? area : throw new CommandException($"--only names '{name}'; it must name some of data, models, configuration and monitoring.", ExitCode.WrongUsage))]
        : null;

    private static DateTimeOffset? ParseMoment(ArgumentResult result)
    {
        if (DateTimeOffset.TryParse(result.Tokens[^1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset moment))
        {
            return moment;
        }

        result.AddError($"--to is '{result.Tokens[^1].Value}'; it must be a moment such as 2026-03-01T14:05:00Z.");
        return null;
    }

    private static void Write(IAnsiConsole console, IReadOnlyList<BackupManifest> all, IReadOnlyList<string> unreadable)
    {
        if (all.Count + unreadable.Count == 0)
        {
            console.WriteLine("There is no backup yet. Make one with 'backup'.");
            return;
        }

        foreach (BackupManifest one in all)
        {
            console.WriteLine($"{one.Id}  {Describe(one)}");
        }

        foreach (string id in unreadable)
        {
            console.WriteLine(ConsoleText.Line($"{id}  cannot be read: 'backup verify {id}' says why"));
        }
    }

    private static string Describe(BackupManifest one) => string.Create(
        CultureInfo.InvariantCulture,
        $"{one.At:yyyy-MM-dd HH:mm:ss} UTC, {ConsoleText.Count(one.Rows, "row")}, {ConsoleText.Count(one.Objects, "object")}, {ConsoleText.Number(one.Bytes)} bytes, of which {ConsoleText.Number(one.NewBytes)} its own");

    private static void Tell(IReadOnlyList<string> damaged)
    {
        foreach (string problem in damaged)
        {
            CommandHost.Tell($"Damaged and left out: {problem}");
        }
    }
}
