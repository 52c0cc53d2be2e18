using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pipeline.TestSupport;

/// <summary>
/// Azurite's blob service in a process of its own, one for all tests of this process: in memory, on a free port, and gone when this process ends, however it does.
/// It is installed from npm on first use: see <see cref="NpmInstallation"/>.
/// </summary>
internal sealed class AzuriteServer
{
    private const int Accounts = 400;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly Lazy<Task<AzuriteServer>> Shared = new(StartAsync);
    private static readonly string Key = Convert.ToBase64String(Encoding.ASCII.GetBytes("a key that opens nothing but this process's memory".PadRight(64, '.')));

    // Closed by the operating system at the latest, which ends the server.
    private readonly Process _process;
    private int _accounts;

    private AzuriteServer(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>The port on this machine.</summary>
    public int Port { get; }

    /// <summary>The server, started on first use.</summary>
    public static Task<AzuriteServer> RequireAsync() => Shared.Value;

    /// <summary>An empty account that nobody else has.</summary>
    public AzuriteAccount NewAccount()
    {
        int number = Interlocked.Increment(ref _accounts);
        number.ShouldBeLessThanOrEqualTo(Accounts, "no account is left; raise their number");
        ObjectDisposedException.ThrowIf(_process.HasExited, this);
        return new AzuriteAccount(Name(number), Key, Port);
    }

    private static async Task<AzuriteServer> StartAsync()
    {
        string folder = await NpmInstallation.RequireAsync("Azurite", "azurite.cjs");
        ProcessStartInfo start = new("node", ["azurite.cjs", "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["AZURITE_ACCOUNTS"] = string.Join(';', Enumerable.Range(1, Accounts).Select(number => $"{Name(number)}:{Key}"));
        Process process = Process.Start(start)!;
        TaskCompletionSource<int> listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
        StringBuilder said = new();
        process.OutputDataReceived += (_, line) => Hear(line.Data);
        process.ErrorDataReceived += (_, line) => Hear(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            return new AzuriteServer(process, await listening.Task.WaitAsync(Patience));
        }
        catch (TimeoutException e)
        {
            process.Kill();
            throw new InvalidOperationException($"Azurite did not listen within {Patience}. It said: {said}", e);
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

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"account{number}");
}
