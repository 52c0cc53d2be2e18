using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.Support;

/// <summary>Runs the command line as its users do: as a process of its own.</summary>
internal static class CommandLine
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>The program in the folder that its own project is built into: there it is compiled ahead (eng/ready-to-run.targets), and beside the tests it is not.</summary>
    public static string Program { get; } = FindProgram();

    public static Task<CommandResult> RunAsync(params string[] arguments) => RunAsync(arguments, null);

    public static async Task<CommandResult> RunAsync(string[] arguments, IReadOnlyDictionary<string, string>? environment)
    {
        using Process process = Start(arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource patience = new(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException e)
        {
            process.Kill();
            throw new TimeoutException($"'{string.Join(' ', arguments)}' did not end within {Patience}.", e);
        }

        return new CommandResult(process.ExitCode, await output, await errors);
    }

    /// <summary>Starts a command and kills it some time after a stage of it began; false where it had done its work before.</summary>
    public static async Task<bool> KillAsync(string[] arguments, string stage, int delayMilliseconds, IReadOnlyDictionary<string, string>? environment = null)
    {
        using Process process = Start(arguments, environment);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is string line && !line.StartsWith(stage, StringComparison.Ordinal))
        {
        }

        await Task.WhenAny(process.WaitForExitAsync(), Task.Delay(delayMilliseconds));
        process.Kill();
        await process.WaitForExitAsync();
        await output;
        return !(await process.StandardError.ReadToEndAsync()).Contains("Report: ", StringComparison.Ordinal);
    }

    /// <summary>Starts the command line; <paramref name="program"/> and its arguments run it where something has to be set up for it before.</summary>
    public static Process Start(string[] arguments, IReadOnlyDictionary<string, string>? environment = null, string program = "dotnet", params string[] programArguments)
    {
        ProcessStartInfo start = new(program, programArguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(Program);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private static string FindProgram()
    {
        DirectoryInfo framework = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        return Path.Combine(SharedFiles.RepositoryRoot, "src", "Cli", "bin", framework.Parent!.Name, framework.Name, "Pipeline.Cli.dll");
    }
}

/// <summary>How a command ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Standard output as the one JSON object it must be.</summary>
    public JsonElement Json
    {
        get
        {
            using JsonDocument document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Checks that the command has failed with this exit code and a message on standard error that holds all of <paramref name="parts"/>, and has printed nothing else: no result, no stack trace.</summary>
    public void ShouldHaveFailed(int exitCode, params string[] parts)
    {
        ExitCode.ShouldBe(exitCode, ToString());
        Output.ShouldBeEmpty();
        string[] messages = [.. Errors.Split('\n').Where(line => line.StartsWith("Error: ", StringComparison.Ordinal))];
        messages.Length.ShouldBeGreaterThan(0, ToString());
        foreach (string part in parts)
        {
            messages.ShouldContain(message => message.Contains(part, StringComparison.Ordinal), $"'{part}' is not in the message: {this}");
        }

        Errors.ShouldNotContain("   at ");
        Errors.ShouldNotContain("Exception");
        Errors.ShouldNotContain("(Parameter ");
    }

    public override string ToString() => $"exit code {ExitCode}\n--- output\n{Output}\n--- errors\n{Errors}";
}
