using System.Text.Json;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Storage;
using Spectre.Console;

namespace Pipeline.LocalHost.Commands;

/// <summary>What commands print and how they end: results on standard output, everything else on standard error.</summary>
internal sealed class CommandHost
{
    private CommandHost(bool json) => Json = json;

    /// <summary>Whether standard output carries one JSON object and nothing else.</summary>
    public bool Json { get; }

    /// <summary>Runs a command and turns its failures into a message and an exit code.</summary>
    public static async Task<int> RunAsync(bool json, Func<CommandHost, Task<int>> command)
    {
        try
        {
            return await command(new CommandHost(json));
        }
        catch (OperationCanceledException)
        {
            return Fail("Stopped. What is done is kept; start the same command again to go on.", ExitCode.Failed);
        }
        catch (CommandException e)
        {
            return Fail(e.Message, e.ExitCode);
        }
        catch (IntakeException e)
        {
            return Fail(e.Message, e.IsUsageError ? ExitCode.WrongUsage : ExitCode.Failed);
        }
        catch (ArgumentException e)
        {
            // .NET appends the parameter's name, which says nothing to a user of the command line.
            return Fail(e.Message.Replace($" (Parameter '{e.ParamName}')", "", StringComparison.Ordinal), ExitCode.WrongUsage);
        }
        catch (Exception e) when (e is WarehouseException or ObjectStoreException or ModelException or IOException or UnauthorizedAccessException)
        {
            return Fail(e.Message, ExitCode.Failed);
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
            show(AnsiConsole.Console);
        }
    }

    /// <summary>Tells the user something on the way, on standard error.</summary>
    public static void Tell(string line) => Console.Error.WriteLine(line);

    private static int Fail(string message, int exitCode)
    {
        Console.Error.WriteLine($"Error: {message}");
        return exitCode;
    }
}
