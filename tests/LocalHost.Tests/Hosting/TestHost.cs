using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Functions;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

/// <summary>A host with the functions of a test, on a free port of this machine.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    public const string MasterKey = "the-master-key";
    public const string FunctionKey = "a-function-key";

    private readonly TempFolder _folder;

    private TestHost(TempFolder folder, WebApplication app, X509ChainPolicy? trust)
    {
        _folder = folder;
        App = app;
        Client = new HttpClient(new SocketsHttpHandler { SslOptions = { CertificateChainPolicy = trust } }) { BaseAddress = new Uri(app.Urls.First()) };
    }

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<TestHost> StartAsync(HostSettings? settings = null, Action<IServiceCollection>? services = null, string prefix = "api", string level = "None", IReadOnlyDictionary<string, string?>? configuration = null, Action<WebApplication>? map = null, TlsSettings? tls = null, X509ChainPolicy? trust = null, params Type[] functions)
    {
        TempFolder folder = new();
        WebApplication app = FunctionHost.Build(new FunctionHostParts
        {
            Functions = functions,
            Settings = settings?.Port is not (null or 7071) ? settings : (settings ?? new HostSettings()) with { Port = 0 },
            Tls = tls ?? new TlsSettings(),
            HostJson = new HostJson(prefix),
            Configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Logging:LogLevel:Default"] = level, ["Logging:Console:LogLevel:Default"] = "None" }).AddInMemoryCollection(configuration ?? new Dictionary<string, string?>(StringComparer.Ordinal)).Build(),
            Keys = new HostKeys(MasterKey, new Dictionary<string, string>(StringComparer.Ordinal) { [HostKeys.DefaultName] = FunctionKey }),
            StatePath = folder["host.db"],
            JournalPath = folder["orchestrations.db"],
            Services = services ?? (_ => { }),
        });
        map?.Invoke(app);
        await FunctionHost.StartAsync(app, CancellationToken.None);
        return new TestHost(folder, app, trust);
    }

    /// <summary>The functions of some classes, with settings where their attributes refer to any.</summary>
    public static FunctionCatalog Discover(IReadOnlyDictionary<string, string?>? settings, params Type[] functions) =>
        FunctionCatalog.Discover(functions, new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal)).Build());

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
        _folder.Dispose();
    }
}
