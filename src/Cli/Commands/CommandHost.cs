using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Pipeline.EmergencyStop;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary>What commands print and how they end: results on standard output, everything else on standard error.</summary>
internal sealed class CommandHost
{
    // Where no terminal says how wide a line may be.
    private const int FileWidth = 120;

    private CommandHost(bool json) => Json = json;

    /// <summary>Whether standard output carries one JSON object and nothing else.</summary>
    public bool Json { get; }

    /// <summary>Says what is wrong with a command line that cannot be understood.</summary>
    public static int Refuse(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        if (command is RootCommand)
        {
            string given = parsed.UnmatchedTokens.Count > 0 ? $"There is no command '{parsed.UnmatchedTokens[0]}'." : "No command is given.";
            return Fail($"{given} Name one of {string.Join(", ", command.Subcommands.Select(c => c.Name))}; '{ProgramName.Current} --help' says what they do.", ExitCode.WrongUsage);
        }

        foreach (string message in parsed.Errors.Select(e => e.Message).Distinct(StringComparer.Ordinal))
        {
            Fail(message, ExitCode.WrongUsage);
        }

        string names = string.Join(' ', command.Parents.OfType<Command>().Where(parent => parent is not RootCommand).Select(parent => parent.Name).Append(command.Name));
        Tell($"'{ProgramName.Current} {names} --help' shows the options.");
        return ExitCode.WrongUsage;
    }

    /// <summary>Reads the settings, and from here on writes files as they say: for this user alone, or as the umask has it.</summary>
    /// <exception cref="CommandException">A setting is wrong.</exception>
    public static PipelineSettings Settings()
    {
        PipelineSettings settings = PipelineSettings.Load();
        if (!settings.Shared)
        {
            PrivateFiles.Begin();
        }

        return settings;
    }

    /// <summary>Runs a command and turns its failures into a message and an exit code.</summary>
    /// <param name="json">Whether standard output carries one JSON object and nothing else.</param>
    /// <param name="stopped">What is true when the user stops the command: what is kept, and what the same command does when it is started again.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">The user's stop.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The outermost frame: whatever went wrong, the user gets a message and an exit code.")]
    public static async Task<int> RunAsync(bool json, string stopped, Func<CommandHost, Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await command(new CommandHost(json));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail($"Stopped. {stopped}", ExitCode.Interrupted);
        }
        catch (HaltedException e)
        {
            return Fail($"{e.Message} {stopped}", ExitCode.Failed);
        }
        catch (CommandException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (SettingException e)
        {
            return Fail(e.Message, ExitCode.WrongUsage);
        }
        catch (IntakeException e)
        {
            return Fail(e.Message, e.IsUsageError ? ExitCode.WrongUsage : ExitCode.Failed);
        }
        catch (RequestException e) when (e.Problem is RequestProblem.Conflict or RequestProblem.Unprocessable)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (ArgumentException e)
        {
            return Fail(UserMessage.Of(e), ExitCode.WrongUsage);
        }
        catch (Exception e) when (e is WarehouseException or ObjectStoreException or EmbedderException or ModelException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failed);
        }
        catch (Exception e)
        {
            return Fail($"This should not have happened: {e.GetType().Name}: {UserMessage.Sentence(e)} What was stored before is kept. Please report the message with the command.", ExitCode.Failed);
        }
    }

    /// <summary>Prints a result: the object as JSON, or what <paramref name="show"/> draws.</summary>
    public void Show(object result, Action<IAnsiConsole> show)
    {
        if (Json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(result, PipelineJson.Compact));
        }
        else
        {
            if (!AnsiConsole.Profile.Out.IsTerminal)
            {
                AnsiConsole.Profile.Width = FileWidth;
            }

            show(AnsiConsole.Console);
        }
    }

    /// <summary>Tells the user something on the way, on standard error.</summary>
    public static void Tell(string line) => Console.Error.WriteLine(ConsoleText.Line(line));

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"Error: {ConsoleText.Line(message)}");
        return exitCode;
    }
}
