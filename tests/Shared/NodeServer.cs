using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pipeline.TestSupport;

/// <summary>A server in node, in a process of its own that is gone when this one ends, however it does.</summary>
internal sealed class NodeServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    // Closed by the operating system at the latest, which ends the server.
    private readonly Process _process;

    private NodeServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>The port on this machine.</summary>
    public int Port { get; }

    /// <summary>Starts a script, and waits until it says "listens on http://127.0.0.1:" with its port.</summary>
    /// <param name="folder">The folder that it was installed into: see <see cref="NpmInstallation"/>.</param>
    /// <param name="script">The script, which ends when its standard input does.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<NodeServer> StartAsync(string folder, string script, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        ProcessStartInfo start = new("node", [script, .. arguments])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        Process process = Process.Start(start)!;
        TaskCompletionSource<int> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        StringBuilder said = new();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => listening.TrySetException(new TimeoutException("It ended."));
        try
        {
            return new NodeServer(process, await listening.Task.WaitAsync(Patience));
        }
        catch (TimeoutException e)
        {
            process.Kill();
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"{script} ended, or did not listen within {Patience}. It said: {said}", e);
        }

        void Hear(string? line)
        {
            const string Address = "listens on http://127.0.0.1:";
            lock (said)
            {
                said.AppendLine(line);
            }

            if (line?.IndexOf(Address, StringComparison.Ordinal) is int at and >= 0)
            {
                listening.TrySetResult(int.Parse(line.AsSpan(at + Address.Length).Trim(), CultureInfo.InvariantCulture));
            }
        }
    }

    /// <summary>Fails where the server has ended.</summary>
    public void RequireRunning() => ObjectDisposedException.ThrowIf(_process.HasExited, this);
}
