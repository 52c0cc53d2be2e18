using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.EmergencyStop;
using Pipeline.LocalHost;
using Pipeline.Triggers;
using Spectre.Console;

namespace Pipeline.Cli.Commands;

/// <summary><c>halt</c>, <c>read-only</c> and <c>resume</c>: the emergency stop.</summary>
internal static class ModeCommands
{
    public static Command CreateHalt() => Create("halt", "Stop all work on a data folder and all answers, also those of a 'serve' that runs.", OperatingState.Halted);

    public static Command CreateReadOnly() => Create("read-only", "Stop all work on a data folder; a 'serve' that runs still answers what changes nothing.", OperatingState.ReadOnly);

    public static Command CreateResume() => Create("resume", "Let everything go on after 'halt' or 'read-only'.", OperatingState.Running);

    /// <summary>Asks for the mode of a data folder that is not opened yet.</summary>
    /// <exception cref="HaltedException">It is halted or read-only.</exception>
    public static async Task RequireRunningAsync(string folder, PipelineSettings settings, CancellationToken cancellationToken)
    {
        await using ServiceProvider services = Compose(folder, settings);
        await services.GetRequiredService<OperatingModes>().RequireAsync(changes: true, cancellationToken);
    }

    private static ServiceProvider Compose(string folder, PipelineSettings settings) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddAdapters(settings.Configuration, Path.GetFullPath(folder))
        .AddSingleton<OperatingModes>()
        .BuildServiceProvider();

    private static Command Create(string name, string description, OperatingState state)
    {
        Option<string?> data = CommandOptions.DataOfStep();
        Option<string?> reason = CommandOptions.Text("--reason", "Why; whoever meets the stop reads it.", "TEXT");
        reason.Required = state != OperatingState.Running;
        Option<bool> json = CommandOptions.Json();
        Command command = new(name, description) { data, reason, json };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), "Nothing was changed.", async host =>
        {
            // Not opened as other commands do: whoever works on the folder holds it, and is to be stopped.
            string folder = DataFolder.Existing(DataFolder.Choose(parsed.GetValue(data)));
            await using ServiceProvider services = Compose(folder, CommandHost.Settings());
            OperatingMode mode = await services.GetRequiredService<OperatingModes>().SetAsync(state, CommandAudit.Who, parsed.GetValue(reason), cancellationToken);
            host.Show(mode, console => console.WriteLine(ConsoleText.Line(mode.State == OperatingState.Running ? "Everything may go on." : new HaltedException(mode).Message)));
            return ExitCode.Done;
        }, cancellationToken));
        return command;
    }
}
