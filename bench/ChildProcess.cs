using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Bench;

/// <summary>Programs that measure something and print it as one JSON object.</summary>
internal static class ChildProcess
{
    /// <summary>What a program prints, or why it printed nothing of use: it cannot be started, failed, told an error or took too long. It does not outlive the call.</summary>
    public static async Task<(JsonObject? Answer, string? Failure)> RunAsync(string program, string[] arguments, double seconds, CancellationToken cancellationToken)
    {
        using Process? process = Start(program, arguments);
        if (process is null)
        {
            return (null, "cannot be started");
        }

        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(seconds));
        try
        {
            string output = await process.StandardOutput.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
            {
                return (null, FormattableString.Invariant($"ended with exit code {process.ExitCode}"));
            }

            JsonObject answer = JsonNode.Parse(output)!.AsObject();
            return answer["error"] is JsonNode error ? (null, error.GetValue<string>()) : (answer, null);
        }
        catch (JsonException)
        {
            return (null, "printed no JSON object");
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return (null, FormattableString.Invariant($"not done after {seconds:0} s"));
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

    /// <summary>What <c>peers.py</c> says of the versions there are, or why it says nothing.</summary>
    public static Task<(JsonObject? Answer, string? Failure)> PeerVersionsAsync(string python, CancellationToken cancellationToken) =>
        RunAsync(python, [Path.Combine(AppContext.BaseDirectory, "peers.py"), "versions"], seconds: 120, cancellationToken);

    /// <summary>What <c>peers.py</c> says of a Python library, or why it says nothing.</summary>
    public static Task<(JsonObject? Answer, string? Failure)> RunPeerAsync(
        string python, string algorithm, FileInfo file, int dimensions, string[] options, double seconds, CancellationToken cancellationToken) =>
        RunAsync(python, [Path.Combine(AppContext.BaseDirectory, "peers.py"), algorithm, file.FullName, dimensions.ToString(CultureInfo.InvariantCulture), .. options], seconds, cancellationToken);
}
