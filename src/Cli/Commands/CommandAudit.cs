using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Audit;
using Pipeline.LocalHost;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.Cli.Commands;

/// <summary>
/// Writes into the audit what commands do. One table says which verbs are acts and on what; nothing is written of a command that was used wrongly. What only admins may do over HTTP is written before it is done as well,
/// and refused where that fails - but for a halt, and for a restore, whose folder may be empty before it.
/// </summary>
internal static class CommandAudit
{
    private const string Number = "--number";

    private static readonly Dictionary<string, Act> Acts = new(StringComparer.Ordinal)
    {
        ["run"] = new(AuditActions.TrainingRun),
        ["demo"] = new(AuditActions.TrainingRun),
        ["import"] = new(AuditActions.DataImport, Names: ["--dataset"]),
        ["dataset add"] = new(AuditActions.DatasetDefine, Names: ["NAME"]),
        ["preprocess"] = new(AuditActions.PreprocessingRun),
        ["train"] = new(AuditActions.TrainingRun, Names: ["--tech-centers"]),
        ["predict"] = new(AuditActions.PredictionRun, Names: ["--tech-center", "--model"]),
        ["tune"] = new(AuditActions.TrainingTune, Names: ["tech-center"]),
        ["models promote"] = new(AuditActions.ModelPromote, Names: ["tech-center", "version"]),
        ["models canary"] = new(AuditActions.ModelCanary, Names: ["tech-center", "version"]),
        ["models rollback"] = new(AuditActions.ModelRollback, Names: ["tech-center"]),
        ["models retire"] = new(AuditActions.ModelRetire, Names: ["tech-center", "version"]),
        ["models archive"] = new(AuditActions.ModelArchive, Names: ["tech-center", "version"]),
        ["models policy"] = new(AuditActions.ModelPolicy, Names: ["tech-center", "policy"]),
        ["forecast train"] = new(AuditActions.TrainingRun, Names: ["--tech-center"]),
        ["forecast promote"] = new(AuditActions.ModelPromote, Names: ["tech-center", "version"]),
        ["forecast rollback"] = new(AuditActions.ModelRollback, Names: ["tech-center"]),
        ["archive"] = new(AuditActions.ArchiveRun, Names: ["--dataset"]),
        ["erase"] = new(AuditActions.IncidentErase, First: true, Names: [Number]),
        ["retain"] = new(AuditActions.RetentionRun, First: true, Names: ["--months"], Unless: "--dry-run"),
        ["corrections add"] = new(AuditActions.CorrectionAdd, Names: ["KIND", "--tech-center", "--problem"]),
        ["corrections undo"] = new(AuditActions.CorrectionUndo, Names: ["ID"]),
        ["corrections import"] = new(AuditActions.CorrectionImport),
        ["keys rotate"] = new(AuditActions.KeyRotate, First: true, Names: ["which", "--name", "--id"]),
        ["keys rewrap"] = new(AuditActions.KeyRewrap),
        ["alerts ack"] = new(AuditActions.AlertAcknowledge, Names: ["ID"]),
        ["stream create"] = new(AuditActions.StreamCreate, Names: ["name"]),
        ["stream config"] = new(AuditActions.StreamConfigure, Names: ["name"], Only: "--set"),
        ["stream backup"] = new(AuditActions.StreamBackup, Names: ["name"]),
        ["stream restore"] = new(AuditActions.StreamRestore, Names: ["name", "--to"]),
        ["halt"] = new(AuditActions.ModeHalt),
        ["read-only"] = new(AuditActions.ModeReadOnly),
        ["resume"] = new(AuditActions.ModeResume, First: true),
        ["backup"] = new(AuditActions.BackupMake, First: true, Names: ["--type"]),
        ["restore"] = new(AuditActions.BackupRestore, Names: ["id", "--only", "--to"]),
        ["token issue"] = new(AuditActions.TokenIssue, First: true, Names: ["--role", "--name"]),
        ["token revoke"] = new(AuditActions.TokenRevoke, First: true, Names: ["id"]),
        ["audit export"] = new(AuditActions.AuditExport, First: true),
    };

    /// <summary>Who uses the command line.</summary>
    public static string Who => $"{LocalUser.Name} (command line)";

    /// <summary>Runs a command, and writes down what it did.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="run">Runs it, and gives its exit code.</param>
    public static async Task<int> RunAsync(ParseResult parsed, Func<Task<int>> run)
    {
        if (!Acts.TryGetValue(VerbOf(parsed.CommandResult), out Act? act) || (act.Only is string only && Value(parsed.CommandResult, only) is null) || (act.Unless is string unless && parsed.CommandResult.Children.OfType<OptionResult>().Any(option => !option.Implicit && string.Equals(option.Option.Name, unless, StringComparison.Ordinal))))
        {
            return await run();
        }

        AuditNote note = new(Who, act.Action, SubjectOf(parsed.CommandResult, act), AuditOutcome.Begun) { Via = AuditWay.CommandLine };
        if (act.First && await WriteAsync(parsed.CommandResult, note) is string problem)
        {
            await Console.Error.WriteLineAsync($"Error: {ConsoleText.Line($"This is not done while the audit cannot be written. {problem}")}");
            return ExitCode.Failed;
        }

        int code = await run();
        if (code != ExitCode.WrongUsage && await WriteAsync(parsed.CommandResult, note with { Id = Guid.CreateVersion7().ToString("N"), Outcome = code == ExitCode.Done ? AuditOutcome.Done : AuditOutcome.Failed, Detail = $"exit code {code}" }) is string late)
        {
            CommandHost.Tell($"The audit could not be written: {late}");
        }

        return code;
    }

    // What is wrong with the folder or the settings the command says itself.
    private static async Task<string?> WriteAsync(CommandResult command, AuditNote note)
    {
        try
        {
            string folder = DataFolder.LastOpened ?? DataFolder.Existing(DataFolder.Choose(Value(command, "--data")));
            await using ServiceProvider services = new ServiceCollection()
                .AddLogging()
                .AddSingleton(TimeProvider.System)
                .AddAdapters(CommandHost.Settings().Configuration, Path.GetFullPath(folder))
                .AddAudit()
                .BuildServiceProvider();
            await services.GetRequiredService<AuditLog>().WriteAsync(note);
            return null;
        }
        catch (Exception e) when (e is CommandException or SettingException or EmbedderException)
        {
            return null;
        }
        catch (ObjectStoreException e)
        {
            return e.Message;
        }
    }

    private static string VerbOf(CommandResult command) =>
        command.Parent is CommandResult { Command: not RootCommand } parent ? $"{parent.Command.Name} {command.Command.Name}" : command.Command.Name;

    private static string SubjectOf(CommandResult command, Act act)
    {
        IEnumerable<string> named = from name in act.Names ?? []
                                    let value = Value(command, name)
                                    where value is not null
                                    select name is Number ? AuditText.OfIncident(value) : value;
        return string.Join('/', named) is { Length: > 0 } subject ? subject : "all";
    }

    // The words that were given for an argument or an option; null where there are none.
    private static string? Value(CommandResult command, string name)
    {
        IEnumerable<Token> tokens = command.Children.SelectMany(child => child switch
        {
            OptionResult option when string.Equals(option.Option.Name, name, StringComparison.Ordinal) => option.Tokens,
            ArgumentResult argument when string.Equals(argument.Argument.Name, name, StringComparison.Ordinal) => argument.Tokens,
            _ => [],
        });
        return string.Join(',', tokens.Select(token => token.Value)) is { Length: > 0 } given ? given : null;
    }

    /// <summary>What a verb is in the audit.</summary>
    /// <param name="Action">The act.</param>
    /// <param name="First">Whether it is written before it is done, and not done where that fails.</param>
    /// <param name="Names">The arguments and options that say on what.</param>
    /// <param name="Only">The option without which the verb changes nothing; null where it always does.</param>
    /// <param name="Unless">The option with which the verb changes nothing; null where it always does.</param>
    private sealed record Act(string Action, bool First = false, string[]? Names = null, string? Only = null, string? Unless = null);
}
