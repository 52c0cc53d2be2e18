using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Configuration;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Hosting;

/// <summary>The host over HTTPS, with certificates that the tests make.</summary>
[TestClass]
public sealed class TlsTests
{
    [TestMethod]
    public async Task The_host_answers_by_tls_of_1_2_or_1_3_with_the_certificate_of_the_files()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = SelfMade.Certificate();
        SelfMade.Write(certificate, folder["tls.pem"], folder["tls.key"]);
        await using TestHost host = await TestHost.StartAsync(tls: new TlsSettings { CertificatePath = folder["tls.pem"], KeyPath = folder["tls.key"] }, trust: SelfMade.Trust(certificate));

        using HttpResponseMessage answer = await host.Client.GetAsync(new Uri("/api/nothing", UriKind.Relative));
        (SslProtocols newest, string thumbprint) = await ShakeHandsAsync(host.Client.BaseAddress!.Port, SslProtocols.None, certificate);
        (SslProtocols older, _) = await ShakeHandsAsync(host.Client.BaseAddress.Port, SslProtocols.Tls12, certificate);

        host.Client.BaseAddress.Scheme.ShouldBe("https");
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        newest.ShouldBeOneOf(SslProtocols.Tls13, SslProtocols.Tls12);
        older.ShouldBe(SslProtocols.Tls12);
        thumbprint.ShouldBe(certificate.Thumbprint);
    }

    [TestMethod]
    public async Task A_certificate_that_is_renewed_holds_for_new_connections_and_those_that_there_are_go_on()
    {
        using TempFolder folder = new();
        using X509Certificate2 first = SelfMade.Certificate("first"), second = SelfMade.Certificate("second"), third = SelfMade.Certificate("third");
        SelfMade.Write(first, folder["tls.pem"], folder["tls.key"]);
        await using TestHost host = await TestHost.StartAsync(tls: new TlsSettings { CertificatePath = folder["tls.pem"], KeyPath = folder["tls.key"] });
        int port = host.Client.BaseAddress!.Port;
        await using SslStream open = await ConnectAsync(port, SslProtocols.None, first);
        (await AskAsync(open)).ShouldContain("404");

        SelfMade.Write(second, folder["tls.pem"], folder["tls.key"]);
        (await ShakeHandsAsync(port, SslProtocols.None, first, second, third)).Thumbprint.ShouldBe(second.Thumbprint);
        (await AskAsync(open)).ShouldContain("404");

        File.Move(folder["tls.pem"], folder["away.pem"]);
        (await ShakeHandsAsync(port, SslProtocols.None, first, second, third)).Thumbprint.ShouldBe(second.Thumbprint, "its file is away for a moment");
        await File.WriteAllTextAsync(folder["tls.pem"], third.ExportCertificatePem());
        (await ShakeHandsAsync(port, SslProtocols.None, first, second, third)).Thumbprint.ShouldBe(second.Thumbprint, "its key is not there yet");
        SelfMade.Write(third, folder["tls.pem"], folder["tls.key"]);
        (await ShakeHandsAsync(port, SslProtocols.None, first, second, third)).Thumbprint.ShouldBe(third.Thumbprint);
        (await AskAsync(open)).ShouldContain("404");
    }

    [TestMethod]
    public async Task Browsers_are_told_to_come_by_https_alone_and_what_comes_in_the_clear_is_not_looked_at()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = SelfMade.Certificate();
        SelfMade.Write(certificate, folder["tls.pem"], folder["tls.key"]);
        (int port, int plain) = (FreePort(), FreePort());
        await using TestHost host = await TestHost.StartAsync(new HostSettings { Port = port, AllowedHosts = "pipeline.example.org" }, tls: new TlsSettings { CertificatePath = folder["tls.pem"], KeyPath = folder["tls.key"], HttpPort = plain }, trust: SelfMade.Trust(certificate));
        using HttpClient clear = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri($"http://127.0.0.1:{plain.ToString(CultureInfo.InvariantCulture)}") };

        (await HstsAsync("pipeline.example.org")).ShouldBe("max-age=31536000");
        (await HstsAsync("localhost")).ShouldBeNull("a browser would ask other programs of this machine by HTTPS");
        using HttpResponseMessage sent = await clear.GetAsync(new Uri("/api/status?a=b", UriKind.Relative));
        sent.StatusCode.ShouldBe(HttpStatusCode.PermanentRedirect);
        sent.Headers.Location!.ToString().ShouldBe($"https://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/api/status?a=b");
        using HttpResponseMessage refused = await clear.PostAsync(new Uri("/api/halt", UriKind.Relative), new StringContent("{}"));
        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await refused.Content.ReadAsStringAsync()).ShouldContain("in the clear");
        using HttpRequestMessage strange = new(HttpMethod.Get, new Uri("/api/status", UriKind.Relative)) { Headers = { Host = "elsewhere.example.org" } };
        using HttpResponseMessage notSent = await clear.SendAsync(strange);
        notSent.StatusCode.ShouldBe(HttpStatusCode.BadRequest, "nobody is sent to another host");

        async Task<string?> HstsAsync(string name)
        {
            using HttpRequestMessage request = new(HttpMethod.Get, new Uri("/api/nothing", UriKind.Relative)) { Headers = { Host = name } };
            using HttpResponseMessage answer = await host.Client.SendAsync(request);
            return answer.Headers.TryGetValues("Strict-Transport-Security", out IEnumerable<string>? values) ? string.Join(", ", values) : null;
        }
    }

    [TestMethod]
    [DataRow("missing", "which is not there")]
    [DataRow("no key file", "which is not there")]
    [DataRow("other key", "See that the key is the one that the certificate was made for")]
    [DataRow("no key", "cannot be used")]
    [DataRow("garbage", "cannot be used")]
    [DataRow("password", "Tls:Password")]
    [DataRow("expired", "has expired on 2020-02-01 00:00 UTC")]
    [DataRow("not yet", "is not valid before 2120-01-01 00:00 UTC")]
    public void What_is_wrong_with_a_certificate_is_told(string wrong, string told)
    {
        using TempFolder folder = new();
        using X509Certificate2 sound = SelfMade.Certificate(), other = SelfMade.Certificate();
        using X509Certificate2 old = SelfMade.Certificate(from: Day(2020, 1), until: Day(2020, 2)), early = SelfMade.Certificate(from: Day(2120, 1), until: Day(2120, 2));
        SelfMade.Write(wrong switch { "expired" => old, "not yet" => early, _ => sound }, folder["tls.pem"], folder["tls.key"]);
        TlsSettings settings = new() { CertificatePath = folder["tls.pem"], KeyPath = folder["tls.key"] };
        switch (wrong)
        {
            case "missing":
                File.Delete(folder["tls.pem"]);
                break;
            case "no key file":
                File.Delete(folder["tls.key"]);
                break;
            case "other key":
                SelfMade.Write(other, folder["other.pem"], folder["tls.key"]);
                break;
            case "no key":
                settings = settings with { KeyPath = null };
                break;
            case "garbage":
                File.WriteAllText(folder["tls.pem"], "no certificate");
                break;
            case "password":
                File.WriteAllBytes(folder["tls.pfx"], sound.Export(X509ContentType.Pkcs12, "right"));
                settings = new TlsSettings { CertificatePath = folder["tls.pfx"], Password = "wrong" };
                break;
        }

        CommandException refused = Should.Throw<CommandException>(() => CertificateLoader.Load(settings, TimeProvider.System.GetUtcNow()));
        refused.Message.ShouldContain(told);
        refused.ExitCode.ShouldBe(ExitCode.WrongUsage);

        static DateTimeOffset Day(int year, int month) => new(year, month, 1, 0, 0, 0, TimeSpan.Zero);
    }

    [TestMethod]
    public void A_certificate_is_taken_from_a_file_with_a_password_from_one_with_its_issuers_and_from_the_store()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = SelfMade.Certificate($"pipeline-{Guid.NewGuid():N}"), issuer = SelfMade.Certificate("issuer");
        File.WriteAllBytes(folder["tls.p12"], certificate.Export(X509ContentType.Pkcs12, "right"));
        File.WriteAllText(folder["chain.pem"], $"{certificate.ExportCertificatePem()}\n{issuer.ExportCertificatePem()}\n{certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}");

        Load(new TlsSettings { CertificatePath = folder["tls.p12"], Password = "right" }).Leaf.Thumbprint.ShouldBe(certificate.Thumbprint);
        LoadedCertificate chain = Load(new TlsSettings { CertificatePath = folder["chain.pem"] });
        (chain.Leaf.Thumbprint, chain.Issuers.Single().Thumbprint).ShouldBe((certificate.Thumbprint, issuer.Thumbprint));

        using X509Store store = new(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        using X509Certificate2 kept = X509CertificateLoader.LoadPkcs12FromFile(folder["tls.p12"], "right", X509KeyStorageFlags.PersistKeySet | X509KeyStorageFlags.Exportable);
        store.Add(kept);
        try
        {
            Load(new TlsSettings { Thumbprint = certificate.Thumbprint }).Leaf.HasPrivateKey.ShouldBeTrue();
            Load(new TlsSettings { Subject = certificate.Subject["CN=".Length..] }).Leaf.Thumbprint.ShouldBe(certificate.Thumbprint);
        }
        finally
        {
            store.Remove(kept);
        }

        Should.Throw<CommandException>(() => Load(new TlsSettings { Thumbprint = certificate.Thumbprint })).Message.ShouldContain("There is no certificate of the thumbprint");

        static LoadedCertificate Load(TlsSettings settings) => CertificateLoader.Load(settings, TimeProvider.System.GetUtcNow());
    }

    [TestMethod]
    [DataRow("Tls:KeyPath=a", "no certificate")]
    [DataRow("Tls:CertificatePath=a;Tls:Subject=b", "in several ways")]
    [DataRow("Tls:CertificatePath=a;Tls:HttpPort=70000", "Tls:HttpPort is 70000")]
    [DataRow("Tls:CertificatePath=a;Tls:HstsDays=-1", "Tls:HstsDays is -1")]
    [DataRow("Tls:CertificatePath=a;Tls:StoreLocation=Nowhere", "cannot be read")]
    [DataRow("", "--https needs a certificate")]
    public void Settings_that_contradict_each_other_are_named(string given, string told)
    {
        IConfiguration configuration = new ConfigurationBuilder().AddInMemoryCollection(given.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => KeyValuePair.Create(pair.Split('=')[0], (string?)pair.Split('=')[1]))).Build();

        Should.Throw<CommandException>(() => TlsSettings.Read(configuration, required: given.Length == 0)).Message.ShouldContain(told);
    }

    [TestMethod]
    public async Task How_long_the_certificate_is_valid_is_known()
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = SelfMade.Certificate(until: DateTimeOffset.UtcNow.AddDays(20));
        SelfMade.Write(certificate, folder["tls.pem"], folder["tls.key"]);
        await using Functions.Api api = await Functions.Api.StartAsync(tls: new TlsSettings { CertificatePath = folder["tls.pem"], KeyPath = folder["tls.key"] }, trust: SelfMade.Trust(certificate));

        System.Text.Json.JsonElement key = (await api.GetAsync("/api/status")).GetProperty("keys").EnumerateArray().Single();
        key.GetProperty("kind").GetString().ShouldBe("certificate");
        key.GetProperty("state").GetString().ShouldBe("expiring");
        key.GetProperty("daysLeft").GetDouble().ShouldBeInRange(19.9, 20);
        (await api.GetAsync("/api/ready")).GetProperty("checks").EnumerateArray().Single(check => check.GetProperty("name").GetString() == "certificate").GetProperty("detail").GetString()!.ShouldContain("is valid for");
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<SslStream> ConnectAsync(int port, SslProtocols protocols, params X509Certificate2[] trusted)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, port);
        SslStream stream = new(client.GetStream(), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = protocols, CertificateChainPolicy = SelfMade.Trust(trusted) });
        return stream;
    }

    private static async Task<(SslProtocols Protocol, string Thumbprint)> ShakeHandsAsync(int port, SslProtocols protocols, params X509Certificate2[] trusted)
    {
        await using SslStream stream = await ConnectAsync(port, protocols, trusted);
        return (stream.SslProtocol, stream.RemoteCertificate!.GetCertHashString());
    }

    // The beginning of the answer to a request on a connection that stays open.
    private static async Task<string> AskAsync(SslStream stream)
    {
        await stream.WriteAsync("GET /api/nothing HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
        byte[] answer = new byte[16_384];
        int read = await stream.ReadAsync(answer);
        string text = System.Text.Encoding.ASCII.GetString(answer, 0, read);
        while (!text.EndsWith("0\r\n\r\n", StringComparison.Ordinal) && !text.Contains("Content-Length", StringComparison.OrdinalIgnoreCase))
        {
            read = await stream.ReadAsync(answer);
            text += System.Text.Encoding.ASCII.GetString(answer, 0, read);
        }

        return text;
    }
}
