using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary>Whether a deployment may be relied on, tried on one that may and on one that lacks all it can lack.</summary>
[TestClass]
public sealed class DeploymentTests
{
    private static readonly string[] Lines = ["Database", "Storage", "API", "Authentication", "Monitoring", "Model loading", "End to end", "Alerts delivered", "Backups running", "Certificate"];

    [TestMethod]
    public async Task A_deployment_that_has_all_is_ready_for_production_in_a_folder_and_at_an_address()
    {
        using TempFolder folder = new();
        await using Inbox inbox = await Inbox.StartAsync();
        Dictionary<string, string> settings = new(StringComparer.Ordinal)
        {
            ["Alerts__Channels__0__Name"] = "inbox",
            ["Alerts__Channels__0__Kind"] = "Webhook",
            ["Alerts__Channels__0__Url"] = inbox.Address,
            ["Training__Layouts"] = "3",

            // However full the disk of the machine is.
            ["Health__Disk"] = "1",
        };
        await TrainAsync(folder, settings);
        (await CommandLine.RunAsync(["backup", "--data", folder["data"]], settings)).ExitCode.ShouldBe(0);

        CommandResult ofFolder = await CommandLine.RunAsync(["validate", "--deployment", "--data", folder["data"]], settings);

        ofFolder.ExitCode.ShouldBe(0, ofFolder.ToString());
        ofFolder.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(':')[0]).ShouldBe([.. Lines.Select(line => $"PASS  {line}"), "Deployment Status"]);
        ofFolder.Output.ShouldContain("Deployment Status: READY FOR PRODUCTION");
        inbox.Received.ShouldBe(1);

        // A host that runs, without --development; its watch has run once in the folder's check.
        await using ServingProcess host = await ServingProcess.StartAsync(folder["data"], settings, development: false);
        JsonElement keys = JsonElement.Parse(await File.ReadAllTextAsync(folder["data/host-keys.json"]));
        CommandResult ofService = await CommandLine.RunAsync(
            ["validate", "--deployment", "--url", new Uri(host.Client.BaseAddress!, "/").ToString(), "--json"],
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PIPELINE_KEY"] = keys.GetProperty("masterKey").GetString()! });

        ofService.ExitCode.ShouldBe(0, ofService.ToString());
        ofService.Json.GetProperty("ready").GetBoolean().ShouldBeTrue();
        ofService.Json.GetProperty("status").GetString().ShouldBe("READY FOR PRODUCTION");
        ofService.Json.GetProperty("checks").GetArrayLength().ShouldBe(Lines.Length);

        CommandResult taken = await CommandLine.RunAsync("validate", "--deployment", "--data", folder["data"]);
        taken.ShouldHaveFailed(1, "in use by another process", "check it with --url");
        (await CommandLine.RunAsync("probe", "--url", new Uri(host.Client.BaseAddress!, "/").ToString())).Output.ShouldContain("\"status\":\"ready\"");
    }

    [TestMethod]
    public async Task What_a_deployment_lacks_is_told_line_by_line_and_counted()
    {
        using TempFolder folder = new();
        (await CommandLine.RunAsync("import", SampleCsv.Write(folder["in.csv"], 5), "--tech-center-column", "none", "--data", folder["data"])).ExitCode.ShouldBe(0);

        CommandResult validate = await CommandLine.RunAsync(["validate", "--deployment", "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development",
            ["Health__Disk"] = "0.01",
        });

        validate.ExitCode.ShouldBe(1, validate.ToString());
        validate.Output.ShouldContain("PASS  Database: written and read");
        validate.Output.ShouldContain("FAIL  API: It is degraded");
        validate.Output.ShouldContain("FAIL  Authentication: A request without a credential is answered 200 in place of 401.");
        validate.Output.ShouldContain("FAIL  Model loading: No tech center has a model yet.");
        validate.Output.ShouldContain("FAIL  End to end: There is no problem yet");
        validate.Output.ShouldContain("FAIL  Alerts delivered: /api/alerts/test is answered 400: There is no channel.");
        validate.Output.ShouldContain("FAIL  Backups running: There is no backup of everything.");
        validate.Output.ShouldContain("Deployment Status: NOT READY (6 of 10 checks failed)");
    }

    [TestMethod]
    [DataRow("sound", "PASS  Certificate: 'CN=pipeline.example.org' can be read, its key fits, and it holds for 60 days more")]
    [DataRow("ends soon", "days more, less than 14. Renew it.")]
    [DataRow("other key", "FAIL  Certificate: The certificate in")]
    [DataRow("missing", "FAIL  Certificate: Tls:CertificatePath names")]
    public async Task The_certificate_of_the_settings_is_looked_at_where_a_folder_is_checked(string what, string told)
    {
        using TempFolder folder = new();
        using X509Certificate2 certificate = SelfMade.Certificate(until: DateTimeOffset.UtcNow.AddDays(what is "ends soon" ? 10 : 60).AddHours(1)), other = SelfMade.Certificate();
        SelfMade.Write(certificate, folder["tls.pem"], folder["tls.key"]);
        if (what is "other key")
        {
            SelfMade.Write(other, folder["other.pem"], folder["tls.key"]);
        }
        else if (what is "missing")
        {
            File.Delete(folder["tls.pem"]);
        }

        Directory.CreateDirectory(folder["data"]);
        CommandResult validate = await CommandLine.RunAsync(["validate", "--deployment", "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Tls__CertificatePath"] = folder["tls.pem"],
            ["Tls__KeyPath"] = folder["tls.key"],
            ["Host__Address"] = "0.0.0.0",
        });

        validate.ExitCode.ShouldBe(1, "there is no model");
        validate.Output.ShouldContain(told, customMessage: validate.ToString());
    }

    [TestMethod]
    public async Task Without_a_credential_or_with_an_address_that_is_none_nothing_is_asked()
    {
        (await CommandLine.RunAsync("validate", "--deployment", "--url", "http://127.0.0.1:1")).ShouldHaveFailed(2, "PIPELINE_TOKEN", "PIPELINE_KEY");
        (await CommandLine.RunAsync("validate", "--deployment", "--url", "nowhere")).ShouldHaveFailed(2, "--url is 'nowhere'");
        (await CommandLine.RunAsync("validate", "--url", "http://127.0.0.1:1")).ShouldHaveFailed(2, "--url goes with --deployment");
        (await CommandLine.RunAsync("probe", "--url", "http://127.0.0.1:1")).ShouldHaveFailed(1, "does not answer");
    }

    [TestMethod]
    public async Task A_service_that_is_not_there_fails_every_line()
    {
        CommandResult validate = await CommandLine.RunAsync(["validate", "--deployment", "--url", "http://127.0.0.1:1"], new Dictionary<string, string>(StringComparer.Ordinal) { ["PIPELINE_KEY"] = "a-key" });

        validate.ExitCode.ShouldBe(1, validate.ToString());
        validate.Output.ShouldContain("FAIL  Database: http://127.0.0.1:1/ does not answer");

        // That it would be on this machine alone is true of it still.
        validate.Output.ShouldContain("Deployment Status: NOT READY (9 of 10 checks failed)");
    }

    private static async Task TrainAsync(TempFolder folder, Dictionary<string, string> settings) =>
        (await CommandLine.RunAsync(["run", "--incidents", SampleCsv.Write(folder["in.csv"], 400), "--tech-center-column", "none", "--data", folder["data"]], settings)).ExitCode.ShouldBe(0);

    /// <summary>Takes messages on a free port of this machine.</summary>
    private sealed class Inbox : IAsyncDisposable
    {
        private readonly WebApplication _app;
        private int _received;

        private Inbox(WebApplication app) => _app = app;

        public string Address => _app.Urls.First() + "/";

        public int Received => _received;

        public static async Task<Inbox> StartAsync()
        {
            WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            Inbox inbox = new(builder.Build());
            inbox._app.Run(context =>
            {
                Interlocked.Increment(ref inbox._received);
                context.Response.StatusCode = StatusCodes.Status200OK;
                return Task.CompletedTask;
            });
            await inbox._app.StartAsync();
            return inbox;
        }

        public async ValueTask DisposeAsync()
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }
    }
}
