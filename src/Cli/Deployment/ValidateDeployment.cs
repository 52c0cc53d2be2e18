using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Commands;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.Cli.Deployment;

/// <summary><c>validate --deployment</c>: makes the <see cref="DeploymentChecks"/> of a service at an address, or of a data folder that is served for that time on a free port of this machine.</summary>
internal static class ValidateDeployment
{
    /// <summary>Days that a certificate must still hold: whoever is to renew it needs some.</summary>
    private const int LeastDays = 14;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Checks a service that runs.</summary>
    /// <exception cref="CommandException">The address is none, or the environment holds no credential.</exception>
    public static async Task<DeploymentReport> OfServiceAsync(string url, CancellationToken cancellationToken)
    {
        if (!Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out Uri? root) || root.Scheme is not ("http" or "https"))
        {
            throw new CommandException($"--url is '{url}'; it must be an address such as https://pipeline.example.org.", ExitCode.WrongUsage);
        }

        ServiceCredential credential = ServiceCredential.FromEnvironment()
            ?? throw new CommandException($"The environment holds no credential for {root}. Set {ServiceCredential.TokenVariable} to a token, or {ServiceCredential.KeyVariable} to a key, with the role admin.", ExitCode.WrongUsage);
        using HttpClient http = Client();
        return await new DeploymentChecks(new ServiceClient(http, root, credential), token => CertificateAsync(root, token), TimeProvider.System).RunAsync(cancellationToken);
    }

    /// <summary>Serves a data folder as <c>serve</c> would, but for its schedules, of which only the watch runs, once; and checks that.</summary>
    /// <exception cref="CommandException">The folder or a setting cannot be used, or another process uses the folder or writes its warehouse.</exception>
    public static async Task<DeploymentReport> OfFolderAsync(string path, PipelineSettings settings, CancellationToken cancellationToken)
    {
        HostSettings configured = HostSettings.Read(settings.Configuration);
        configured.Validate();
        TlsSettings tls = TlsSettings.Read(settings.Configuration);
        using DataFolder folder = Open(path, configured);

        // Keys that nobody is shown are not made.
        HostKeys keys = File.Exists(folder.Keys) ? HostKeys.Read(folder.Keys) : HostKeys.Unknown;
        IConfiguration quiet = new ConfigurationBuilder().AddConfiguration(settings.ForReferences()).AddInMemoryCollection([new("Logging:LogLevel:Default", "Error")]).Build();
        HostSettings here = configured with { Address = "127.0.0.1", Port = 0, Replica = false };
        await using WebApplication app = ServeCommand.Build(folder, here, new TlsSettings(), settings, quiet, keys, HostWork.Orchestrations);
        await app.Services.GetRequiredService<IWarehouse>().InitializeAsync(cancellationToken);
        await using WriterWatch? turn = await TakeTurnAsync(app, cancellationToken);
        await FunctionHost.StartAsync(app, cancellationToken);
        await using (AsyncServiceScope scope = app.Services.CreateAsyncScope())
        {
            await ActivatorUtilities.CreateInstance<WatchFunctions>(scope.ServiceProvider).OnScheduleAsync(new TimerInfo(), cancellationToken);
        }

        using HttpClient http = Client();
        ServiceClient service = new(http, new Uri(app.Urls.First() + "/"), new ServiceCredential(Token: null, keys.MasterKey));
        DeploymentReport report = await new DeploymentChecks(service, _ => Task.FromResult(tls.IsOn ? OfFiles(tls) : WithoutCertificate(configured)), TimeProvider.System).RunAsync(cancellationToken);
        await app.StopAsync(cancellationToken);
        return report with { Service = folder.Path };
    }

    // A warehouse on a server is written by one process at a time, wherever its data folder is; the watch and the host's orchestrations would work beside it.
    private static async Task<WriterWatch?> TakeTurnAsync(WebApplication app, CancellationToken cancellationToken) => app.Services.GetService<IWriterLease>() is IWriterLease lease
        ? await WriterWatch.TakeAsync(lease, "Nothing was checked, so as not to disturb it: check it with --url.", app.Lifetime.StopApplication, app.Logger, app.Services.GetRequiredService<TimeProvider>(), cancellationToken)
        : null;

    private static DataFolder Open(string path, HostSettings settings)
    {
        try
        {
            return DataFolder.Open(path, settings.SecretsFolder);
        }
        catch (CommandException e) when (e.InnerException is null && e.Message.Contains("in use by another process", StringComparison.Ordinal))
        {
            throw new CommandException($"{UserMessage.Sentence(e)} Where that is a 'serve', check it with --url.", e.ExitCode, e);
        }
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = Patience };

    // The check listens without it, on this machine alone: who trusts it, and for which name, is seen at the address of the service.
    private static string OfFiles(TlsSettings settings)
    {
        LoadedCertificate loaded = CertificateLoader.Load(settings, TimeProvider.System.GetUtcNow());
        using X509Certificate2 certificate = loaded.Leaf;
        return $"'{certificate.Subject}' can be read, its key fits, and it {Held(certificate)}; whether it is trusted is seen with --url";
    }

    private static string Held(X509Certificate2 certificate)
    {
        double days = (certificate.NotAfter.ToUniversalTime() - DateTime.UtcNow).TotalDays;
        return days >= LeastDays
            ? string.Create(CultureInfo.InvariantCulture, $"holds for {days:0} days more")
            : throw new DeploymentProblem(string.Create(CultureInfo.InvariantCulture, $"It holds for {days:0.0} days more, less than {LeastDays}. Renew it."));
    }

    private static string WithoutCertificate(HostSettings settings) => settings.IsLoopback
        ? $"none is needed: it listens on {settings.Address}, which this machine alone reaches"
        : throw new DeploymentProblem($"Other machines reach it at {settings.Address}, and it has no certificate of its own. Let a proxy with one stand before it, and check that with --url.");

    // What is not trusted, or is of another name, is refused by the handshake itself.
    private static async Task<string> CertificateAsync(Uri root, CancellationToken cancellationToken)
    {
        if (root.Scheme is not "https")
        {
            return root.IsLoopback
                ? $"none is needed: {root.Host} is this machine alone"
                : throw new DeploymentProblem($"{root} is reached without TLS: whoever is on the way reads keys and texts. Let a proxy with a certificate stand before it, and check its https address.");
        }

        using TcpClient tcp = new();
        await tcp.ConnectAsync(root.Host, root.Port, cancellationToken);
        await using SslStream tls = new(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = root.Host }, cancellationToken);
        using X509Certificate2 certificate = new(tls.RemoteCertificate!);
        return $"it is trusted and {Held(certificate)}, over {tls.SslProtocol}";
    }
}
