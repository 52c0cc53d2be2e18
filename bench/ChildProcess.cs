using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary>Programs that measure something and print it as one JSON object.</summary>
internal static class ChildProcess
{
    /// <summary>What a program prints; null where it cannot be started, fails or takes too long. It does not outlive the call.</summary>
    public static async Task<JsonObject?> TryRunAsync(string program, string[] arguments, double seconds, CancellationToken cancellationToken)
    {
        using Process? process = Start(program, arguments);
        if (process is null)
        {
            return null;
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return process.ExitCode == 0 ? JsonNode.Parse(output)!.AsObject() : null;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private static Process? Start(string program, string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false });
        }
        catch (Win32Exception e)
        {
            Console.Error.WriteLine($"{program} cannot be started: {e.Message}");
            return null;
        }
    }

    /// <summary>What <c>peers.py</c> says of a Python library; null where the library is missing, fails or takes too long.</summary>
    public static Task<JsonObject?> TryRunPeerAsync(string python, string algorithm, FileInfo file, int dimensions, string[] options, double seconds, CancellationToken cancellationToken) =>
        TryRunAsync(python, [Path.Combine(AppContext.BaseDirectory, "peers.py"), algorithm, file.FullName, dimensions.ToString(CultureInfo.InvariantCulture), .. options], seconds, cancellationToken);
}
