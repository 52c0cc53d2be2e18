using Pipeline.Adapters.ServiceNow.Tests;
using Pipeline.Cli.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Cli.Tests.EndToEnd;

/// <summary><c>pull</c> against an instance of ServiceNow that is played on this machine.</summary>
[TestClass]
public sealed class PullTests
{
    [TestMethod]
    public async Task What_is_new_in_ServiceNow_is_pulled_once_and_then_preprocessed_like_anything_else()
    {
        using TempFolder folder = new();
        await using FakeServiceNow server = await FakeServiceNow.StartAsync();
        for (int i = 0; i < 25; i++)
        {
            server.Put(new FakeRow($"{i:x32}", $"INC{i:0000}", DateTimeOffset.UtcNow.AddMinutes(i - 60), $"VPN drops on floor {i}"));
        }

        server.Fail(503);
        Dictionary<string, string> settings = Settings(server);

        CommandResult first = await CommandLine.RunAsync(["pull", "--data", folder["data"], "--json"], settings);
        CommandResult second = await CommandLine.RunAsync(["pull", "--data", folder["data"], "--json"], settings);
        CommandResult preprocessed = await CommandLine.RunAsync(["preprocess", "--data", folder["data"], "--json"], settings);

        first.ExitCode.ShouldBe(0, first.ToString());
        Counts(first).ShouldBe(("ServiceNow incident", 25, 25));
        Counts(second).Added.ShouldBe(0);
        preprocessed.Json.GetProperty("stored").GetInt32().ShouldBe(25);
        server.Grants.ShouldBe(["client_credentials", "client_credentials"]);
    }

    [TestMethod]
    public async Task A_refused_pull_ends_with_the_reason_and_no_secret()
    {
        using TempFolder folder = new();
        await using FakeServiceNow server = await FakeServiceNow.StartAsync();

        CommandResult refused = await CommandLine.RunAsync(["pull", "--data", folder["data"]], new Dictionary<string, string>(Settings(server), StringComparer.Ordinal) { ["ServiceNow__ClientSecret"] = "not-the-secret" });

        refused.ExitCode.ShouldBe(1, refused.ToString());
        refused.Errors.ShouldContain("Error: ServiceNow at");
        refused.ToString().ShouldNotContain("not-the-secret");
    }

    [TestMethod]
    public async Task Without_a_system_to_pull_from_the_settings_are_named()
    {
        using TempFolder folder = new();

        (await CommandLine.RunAsync("pull", "--data", folder["data"])).ShouldHaveFailed(2, "ServiceNow:Instance");
        (await CommandLine.RunAsync(["pull", "--data", folder["data"]], new Dictionary<string, string>(StringComparer.Ordinal) { ["ServiceNow__Instance"] = "https://name.service-now.com" })).ShouldHaveFailed(2, "ServiceNow:ClientId", "ServiceNow:UserName");
    }

    private static Dictionary<string, string> Settings(FakeServiceNow server) => new(StringComparer.Ordinal)
    {
        ["ServiceNow__Instance"] = server.Address,
        ["ServiceNow__ClientId"] = "client",
        ["ServiceNow__ClientSecret"] = "secret",
        ["ServiceNow__PageSize"] = "10",
        ["ServiceNow__FirstRetrySeconds"] = "0",
    };

    private static (string? Feed, int Rows, int Added) Counts(CommandResult result)
    {
        System.Text.Json.JsonElement feed = result.Json.GetProperty("feeds").EnumerateArray().Single();
        return (feed.GetProperty("feed").GetString(), feed.GetProperty("rows").GetInt32(), feed.GetProperty("added").GetInt32());
    }
}
