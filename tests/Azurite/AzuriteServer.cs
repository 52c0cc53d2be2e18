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

    private static readonly Lazy<Task<AzuriteServer>> Shared = new(StartAsync);
    private static readonly string Key = Convert.ToBase64String(Encoding.ASCII.GetBytes("a key that opens nothing but this process's memory".PadRight(64, '.')));

    private readonly NodeServer _server;
    private int _accounts;

    private AzuriteServer(NodeServer server) => _server = server;

    /// <summary>The port on this machine.</summary>
    public int Port => _server.Port;

    /// <summary>The server, started on first use.</summary>
    public static Task<AzuriteServer> RequireAsync() => Shared.Value;

    /// <summary>An empty account that nobody else has.</summary>
    public AzuriteAccount NewAccount()
    {
        int number = Interlocked.Increment(ref _accounts);
        number.ShouldBeLessThanOrEqualTo(Accounts, "no account is left; raise their number");
        _server.RequireRunning();
        return new AzuriteAccount(Name(number), Key, Port);
    }

    private static async Task<AzuriteServer> StartAsync()
    {
        string folder = await NpmInstallation.RequireAsync("Azurite", "azurite.cjs");
        Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["AZURITE_ACCOUNTS"] = string.Join(';', Enumerable.Range(1, Accounts).Select(number => $"{Name(number)}:{Key}")) };
        string[] arguments = ["--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"];
        return new AzuriteServer(await NodeServer.StartAsync(folder, "azurite.cjs", arguments, environment));
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"account{number}");
}
