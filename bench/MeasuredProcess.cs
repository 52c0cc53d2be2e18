using System.ComponentModel;
using System.Diagnostics;

namespace Pipeline.Bench;

/// <summary>A run of the command line in a process of its own, and what it took.</summary>
/// <param name="ExitCode">How it ended.</param>
/// <param name="Seconds">By the clock, from the start of the process to its end.</param>
/// <param name="ProcessorSeconds">Of user and system, over all threads.</param>
/// <param name="PeakMegabytes">The most resident memory, in MB of 10^6 bytes.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Errors">The last of what it told on standard error.</param>
internal sealed record MeasuredProcess(int ExitCode, double Seconds, double ProcessorSeconds, double PeakMegabytes, string Output, string Errors)
{
    private const int ToldAtMost = 2_000;

    // What is missed is what the process does after the last look.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Runs the command line to its end; it does not outlive the call.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<MeasuredProcess> RunAsync(string[] arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        ProcessStartInfo start = new(dotnet, ["exec", CommandLineProgram.Path, .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Stopwatch clock = Stopwatch.StartNew();
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            Task ended = process.WaitForExitAsync(cancellationToken);
            (double peak, double used) = (0, 0);
            do
            {
                (peak, used) = Seen(process, peak, used);
            }
            while (await Task.WhenAny(ended, Task.Delay(Look, cancellationToken)) != ended);

            await ended;
            double seconds = clock.Elapsed.TotalSeconds;
            string told = await errors;
            return new MeasuredProcess(process.ExitCode, seconds, used, peak, await output, told.Length > ToldAtMost ? told[^ToldAtMost..] : told);
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    // The process may end between two looks.
    private static (double Peak, double Used) Seen(Process process, double peak, double used)
    {
        try
        {
            process.Refresh();
            return (Math.Max(peak, process.PeakWorkingSet64 / 1e6), Math.Max(used, process.TotalProcessorTime.TotalSeconds));
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return (peak, used);
        }
    }
}
