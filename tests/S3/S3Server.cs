using System.Globalization;

namespace Pipeline.TestSupport;

/// <summary>
/// A server that speaks S3 in a process of its own, one for all tests of this process: in memory, on a free port, and gone when this process ends, however it does.
/// It is installed from npm on first use: see <see cref="NpmInstallation"/>. What it lacks of S3 is added in <c>s3.mjs</c>, which says what that is.
/// </summary>
internal sealed class S3Server
{
    /// <summary>The one key that the server knows.</summary>
    public const string AccessKey = "TESTS";

    /// <summary>The key's secret, which the server does not look at.</summary>
    public const string SecretKey = "a secret that opens nothing but this process's memory";

    private static readonly Lazy<Task<S3Server>> Shared = new(StartAsync);

    private readonly NodeServer _server;
    private int _buckets;

    private S3Server(NodeServer server) => _server = server;

    /// <summary>The port on this machine.</summary>
    public int Port => _server.Port;

    /// <summary>The server's address.</summary>
    public string Endpoint => AddressOf(Port);

    /// <summary>The server, started on first use.</summary>
    public static Task<S3Server> RequireAsync() => Shared.Value;

    /// <summary>The address of a port of this machine.</summary>
    public static string AddressOf(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");

    /// <summary>The name of an empty bucket that nobody else has.</summary>
    public async Task<string> NewBucketAsync()
    {
        _server.RequireRunning();
        string name = string.Create(CultureInfo.InvariantCulture, $"bucket-{Interlocked.Increment(ref _buckets)}");
        using HttpClient client = new();
        using HttpRequestMessage make = new(HttpMethod.Put, $"{Endpoint}/{name}");
        make.Headers.TryAddWithoutValidation("authorization", $"AWS4-HMAC-SHA256 Credential={AccessKey}/");
        using HttpResponseMessage answer = await client.SendAsync(make);
        answer.EnsureSuccessStatusCode();
        return name;
    }

    private static async Task<S3Server> StartAsync()
    {
        string folder = await NpmInstallation.RequireAsync("S3", "s3.mjs");
        return new S3Server(await NodeServer.StartAsync(folder, "s3.mjs", [], new Dictionary<string, string>(StringComparer.Ordinal) { ["S3_ACCESS_KEY"] = AccessKey }));
    }
}
