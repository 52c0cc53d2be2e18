using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;

namespace Pipeline.Cli.Commands;

/// <summary>The way to the desk: the browser that shows it, and what a command ends with that has filled a data folder.</summary>
internal static class DeskWindow
{
    // On Linux a browser needs one of these; without them, what opens addresses may start one that takes the terminal.
    private static readonly string[] Screens = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER"];

    /// <summary>The option of such a command.</summary>
    public static Option<bool> Option() => new("--open") { Description = $"Then serve the data folder without keys, to this machine alone, and open the desk in the browser, until it is stopped. As '{ServeCommand.Name} --development --open' does." };

    /// <summary>Refuses what cannot go together, before anything is done.</summary>
    /// <param name="open">Whether the desk is to be opened.</param>
    /// <param name="json">Whether standard output is to carry one JSON object and nothing else.</param>
    /// <exception cref="CommandException">Both are asked for.</exception>
    public static void Check(bool open, bool json)
    {
        if (open && json)
        {
            throw new CommandException("--open and --json exclude each other: the host that --open starts prints its address. Leave one of them out.", ExitCode.WrongUsage);
        }
    }

    /// <summary>Ends a command that has filled a data folder, which is closed by now: serves it and opens the desk, or tells how to.</summary>
    /// <param name="done">How the command ended so far.</param>
    /// <param name="open">Whether to open the desk.</param>
    /// <param name="folder">The data folder.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="cancellationToken">Stops the host.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> EndAsync(int done, bool open, string folder, PipelineSettings settings, CancellationToken cancellationToken)
    {
        if (done != ExitCode.Done)
        {
            return done;
        }

        if (open)
        {
            return await ServeCommand.ShowAsync(folder, settings, cancellationToken);
        }

        string data = folder.Contains(' ', StringComparison.Ordinal) ? $"\"{folder}\"" : folder;
        CommandHost.Tell($"What to fix first, and why: {ProgramName.Current} {ServeCommand.Name} --data {data} --development --open");
        CommandHost.Tell($"opens http://127.0.0.1:{settings.Configuration["Host:Port"] ?? new HostSettings().Port.ToString(System.Globalization.CultureInfo.InvariantCulture)}/");
        return done;
    }

    /// <summary>Shows an address in the user's browser.</summary>
    /// <returns>Whether there is a program that opens addresses; what becomes of it is not known.</returns>
    public static bool Open(string address)
    {
        if (OperatingSystem.IsLinux() && Screens.All(name => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name))))
        {
            return false;
        }

        try
        {
            using Process? opener = Process.Start(new ProcessStartInfo(address) { UseShellExecute = true });
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
