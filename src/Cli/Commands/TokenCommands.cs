using System.CommandLine;
using System.Globalization;
using Pipeline.Access;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Tokens;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>token</c>: issues, lists and revokes the tokens that <c>serve</c> takes, also while it runs.</summary>
internal static class TokenCommands
{
    public static Command Create() => new("token", "Issue, list and revoke tokens for a 'serve' on a data folder, also for one that runs.") { CreateIssue(), CreateList(), CreateRevoke() };

    private static Command CreateIssue()
    {
        Option<string> role = new("--role") { Description = $"What its bearer may do: {string.Join(", ", RoleNames.All)}; each may do what those before it may.", HelpName = "ROLE", Required = true };
        role.AcceptOnlyFromAmong([.. RoleNames.All]);
        Option<string?> name = CommandOptions.Text("--name", "Whose it is: a person or a program.", "WHO");
        name.Required = true;
        Option<int?> hours = CommandOptions.Integer("--hours", "How long it is valid. Default: 24.", 1, OwnTokens.MostHours);
        Command command = Verb("issue", "Issue a token and show it, this once.", async (tokens, host, parsed, cancellationToken) =>
        {
            NewToken made = await tokens.IssueAsync(RoleNames.Find(parsed.GetValue(role))!.Value, parsed.GetValue(name) ?? "", parsed.GetValue(hours) ?? 24, cancellationToken);
            host.Show(new { made.Token, made.Issued.Id, made.Issued.Name, made.Issued.Role, made.Issued.Expires }, console =>
            {
                console.WriteLine($"Token {made.Issued.Id}, shown this once. Send it as Authorization: Bearer TOKEN until {Time(made.Issued.Expires)}.");

                // In one piece, however narrow the terminal.
                console.Profile.Out.Writer.WriteLine(made.Token);
            });
            return ExitCode.Done;
        });
        command.Options.Add(role);
        command.Options.Add(name);
        command.Options.Add(hours);
        return command;
    }

    private static Command CreateList() => Verb("list", "List the tokens that were issued, the newest first.", async (tokens, host, _, cancellationToken) =>
    {
        IReadOnlyList<IssuedToken> issued = await tokens.ListAsync(cancellationToken);
        host.Show(new { tokens = issued }, console =>
        {
            ConsoleTable table = new("Id", "Role", "Issued", "Expires", "Revoked", "Name");
            foreach (IssuedToken token in issued)
            {
                table.Add(token.Id, RoleNames.Of(token.Role), Time(token.Issued), Time(token.Expires), token.Revoked is DateTimeOffset revoked ? Time(revoked) : "", ConsoleText.Line(token.Name));
            }

            table.Write(console);
        });
        return ExitCode.Done;
    });

    private static Command CreateRevoke()
    {
        Argument<string> id = new("id") { HelpName = "ID", Description = "The token's id, which 'token list' shows." };
        Command command = Verb("revoke", "End a token's life; a 'serve' that runs refuses it from its next request on.", async (tokens, host, parsed, cancellationToken) =>
        {
            IssuedToken revoked = await tokens.RevokeAsync(parsed.GetRequiredValue(id), cancellationToken);
            host.Show(revoked, console => console.WriteLine($"Token {revoked.Id} is revoked since {Time(revoked.Revoked!.Value)}."));
            return ExitCode.Done;
        });
        command.Arguments.Add(id);
        return command;
    }

    private static Command Verb(string name, string description, Func<OwnTokens, CommandHost, ParseResult, CancellationToken, Task<int>> run)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description) { data, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            // Not opened as other commands do: a host that runs holds the folder.
            string secrets = HostSettings.Read(CommandHost.Settings().Configuration).SecretsFolder;
            string folder = secrets.Length > 0 ? secrets : DataFolder.Existing(DataFolder.Choose(parsed.GetValue(data)));
            return await run(new OwnTokens(DataFolder.TokensOf(Path.GetFullPath(folder)), TimeProvider.System), host, parsed, cancellationToken);
        }, cancellationToken));
        return command;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC";
}
