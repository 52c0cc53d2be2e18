using System.CommandLine;
using System.Globalization;
using Pipeline.Encryption;
using Pipeline.Keys;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Keys;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>keys</c>: shows how old keys are, and puts new ones in their place, also while a <c>serve</c> runs.</summary>
internal static class KeyCommands
{
    private const int StandardOverlapHours = 24;
    private const string Token = "token";
    private const string Host = "host";
    private const string Envelope = "envelope";

    public static Command Create() => new("keys", "Show how old the keys are, rotate them, and wrap those of files anew, also while a 'serve' runs.") { CreateList(), CreateRotate(), CreateRewrap() };

    private static Command CreateList() => Verb("list", "List the keys with their ages: of tokens, of the host, the envelope keys and the secrets of the vault.", async (folder, settings, host, _, cancellationToken) =>
    {
        IReadOnlyList<KeyState> keys = await KeyInventory.ListAsync(folder, settings.Configuration, TimeProvider.System, cancellationToken);
        host.Show(new { keys }, console =>
        {
            ConsoleTable table = new("Kind", "Name", "In use since", "#Days", "State");
            foreach (KeyState key in keys)
            {
                table.Add(key.Kind, ConsoleText.Line(key.Name), key.Since is DateTimeOffset since ? Time(since) : "", key.Days?.ToString("0", CultureInfo.InvariantCulture) ?? "", Describe(key));
            }

            table.Write(console);
        });
        return keys.Any(key => key.State is KeyAge.Overdue or KeyAge.Expired) ? ExitCode.Failed : ExitCode.Done;
    });

    private static Command CreateRotate()
    {
        Argument<string> which = new("which") { HelpName = "WHICH", Description = "token (the key that signs tokens), host (a key that requests bring) or envelope (the key that wraps those of streams and backups)." };
        which.AcceptOnlyFromAmong(Token, Host, Envelope);
        Option<string?> name = CommandOptions.Text("--name", "With host: the key, master or a function key's name; one that is not there is made. Default: default.", "NAME");
        Option<string?> id = CommandOptions.Text("--id", "With envelope: the id of the new key. Default: today's date.", "ID");
        Option<int?> overlap = CommandOptions.Integer("--overlap-hours", "With host: for how long the key before is taken as well. Default: 24.", 0, 24 * 90);
        Command command = Verb("rotate", "Put a new key in the place of another. A 'serve' that runs uses it at once, and takes or reads with the one before.", (folder, settings, host, parsed, cancellationToken) => parsed.GetRequiredValue(which) switch
        {
            Token => RotateTokenKeyAsync(folder, host, cancellationToken),
            Host => RotateHostKeyAsync(folder, parsed.GetValue(name) ?? HostKeys.DefaultName, parsed.GetValue(overlap) ?? StandardOverlapHours, host, cancellationToken),
            _ => RotateEnvelopeKeyAsync(settings, parsed.GetValue(id) ?? TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), host, cancellationToken),
        });
        command.Arguments.Add(which);
        command.Options.Add(name);
        command.Options.Add(id);
        command.Options.Add(overlap);
        return command;
    }

    private static Command CreateRewrap() => Verb("rewrap", "Wrap the keys of all sealed files by the present envelope key, so that the ones before may be destroyed.", async (folder, settings, host, _, cancellationToken) =>
    {
        RewrapOutcome outcome = await ConsoleProgress.RunAsync(progress => LocalPipeline.RewrapAsync(folder, settings, progress, cancellationToken));
        host.Show(outcome, console => console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{ConsoleText.Count(outcome.Files, "file")} looked at, {outcome.Rewrapped} wrapped anew by the key {ConsoleText.Line(outcome.Key)}{(outcome.Failed.Count == 0 ? ": no other key is needed any more." : ".")}")));
        foreach (string problem in outcome.Failed)
        {
            CommandHost.Tell($"Left as it is, so keep the keys from before: {problem}");
        }

        return outcome.Failed.Count == 0 ? ExitCode.Done : ExitCode.Failed;
    });

    private static async Task<int> RotateTokenKeyAsync(string folder, CommandHost host, CancellationToken cancellationToken)
    {
        await DataFolder.TokensOf(folder).RotateKeyAsync(TimeProvider.System.GetUtcNow(), cancellationToken);
        host.Show(new { rotated = Token }, console => console.WriteLine("Tokens are signed with a new key from now on. Those from before stay valid until they expire or are revoked."));
        return ExitCode.Done;
    }

    private static async Task<int> RotateHostKeyAsync(string folder, string name, int overlap, CommandHost host, CancellationToken cancellationToken)
    {
        string made = await HostKeys.RotateAsync(Path.Combine(folder, DataFolder.KeysFile), name, TimeSpan.FromHours(overlap), TimeProvider.System.GetUtcNow(), cancellationToken);
        host.Show(new { rotated = Host, name, key = made, overlapHours = overlap }, console =>
        {
            console.WriteLine(ConsoleText.Line(string.Create(CultureInfo.InvariantCulture, $"The key '{name}', shown this once{(overlap == 0 ? "; one of this name from before is taken no longer" : $"; one of this name from before is taken for {overlap} hours yet")}.")));
            console.Profile.Out.Writer.WriteLine(made);
        });
        return ExitCode.Done;
    }

    private static async Task<int> RotateEnvelopeKeyAsync(PipelineSettings settings, string id, CommandHost host, CancellationToken cancellationToken)
    {
        if (new EnvelopeKeyring(name => settings.Configuration[name]).FilePath is string path)
        {
            await EnvelopeKeyFiles.AddAsync(path, id, TimeProvider.System.GetUtcNow(), cancellationToken);
            host.Show(new { rotated = Envelope, id, file = path }, console => console.WriteLine(ConsoleText.Line($"The key '{id}' in '{path}' seals from now on; those before are kept for what they sealed. 'keys rewrap' makes them unnecessary. Keep a copy of the file: without it no backup can be read.")));
            return ExitCode.Done;
        }

        // The environment of a process that runs cannot be changed, and neither can a vault without the right to write it.
        string key = EnvelopeKeyFiles.NewKey();
        host.Show(new { rotated = Envelope, id, key, settings = new Dictionary<string, string>(StringComparer.Ordinal) { [$"{EnvelopeKeys.KeysSection}:{id}"] = key, [EnvelopeKeys.CurrentSetting] = id } }, console =>
        {
            console.WriteLine("A new key, kept nowhere and shown this once. Set it beside the ones before, in the environment or as a secret of the vault, and then name it:");
            console.Profile.Out.Writer.WriteLine($"{EnvelopeKeys.KeysSection}:{id} = {key}");
            console.Profile.Out.Writer.WriteLine($"{EnvelopeKeys.CurrentSetting} = {id}");
        });
        return ExitCode.Done;
    }

    private static string Describe(KeyState key) => key.State switch
    {
        KeyAge.Fresh => key.DaysLeft is double left ? string.Create(CultureInfo.InvariantCulture, $"valid for {left:0} days") : "",
        KeyAge.Aging => "grows old: rotate it",
        KeyAge.Overdue => "too old: rotate it now",
        KeyAge.Expiring => string.Create(CultureInfo.InvariantCulture, $"expires in {key.DaysLeft:0} days"),
        KeyAge.Expired => "has expired",
        KeyAge.ReadsOnly => "for what is from before",
        _ => "of unknown age",
    };

    private static Command Verb(string name, string description, Func<string, PipelineSettings, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description) { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "What was changed is whole; do it again for the rest.", async host =>
        {
            // Not opened as other commands do: a host that runs holds the folder.
            string folder = Path.GetFullPath(DataFolder.Existing(DataFolder.Choose(parsed.GetValue(data))));
            return await run(folder, PipelineSettings.Load(checks: false), host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
