using System.Net;
using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Pipeline.Access;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.TestSupport;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>Who is let in by keys and by tokens, and what becomes of those.</summary>
[TestClass]
public sealed class SignInTests
{
    [TestMethod]
    public async Task A_token_that_another_process_issues_or_revokes_holds_in_a_running_host_at_once_and_after_a_restart()
    {
        await using Api api = await Api.StartAsync();
        OwnTokens verbs = new(new TokenFiles(api.Tokens.KeyPath, api.Tokens.ListPath), TimeProvider.System);

        NewToken first = await verbs.IssueAsync(Role.Operator, "Jane", 24, CancellationToken.None);
        NewToken second = await verbs.IssueAsync(Role.Reader, "a program", 1, CancellationToken.None);

        (await AskAsync(api, first.Token)).ShouldBe(HttpStatusCode.OK);
        (await verbs.ListAsync(CancellationToken.None)).Select(t => (t.Name, t.Role, t.Revoked)).ShouldBe([("Jane", Role.Operator, (DateTimeOffset?)null), ("a program", Role.Reader, null)], ignoreOrder: true);

        IssuedToken revoked = await verbs.RevokeAsync(first.Issued.Id, CancellationToken.None);
        (await AskAsync(api, first.Token)).ShouldBe(HttpStatusCode.Unauthorized);
        (await AskAsync(api, second.Token)).ShouldBe(HttpStatusCode.OK);
        (await verbs.RevokeAsync(first.Issued.Id, CancellationToken.None)).ShouldBe(revoked);

        OwnTokens restarted = new(new TokenFiles(api.Tokens.KeyPath, api.Tokens.ListPath), TimeProvider.System);
        (await restarted.VerifyAsync(first.Token)).ShouldBeNull();
        (await restarted.VerifyAsync(second.Token)).ShouldBe(new Caller("a program", Role.Reader, CallerKind.Person));
    }

    [TestMethod]
    public async Task A_token_that_is_not_on_the_list_is_not_taken_whoever_signed_it()
    {
        using TempFolder folder = new();
        OwnTokens tokens = new(new TokenFiles(folder["key.pem"], folder["tokens.json"]), TimeProvider.System);
        NewToken issued = await tokens.IssueAsync(Role.Admin, "Jane", 1, CancellationToken.None);
        (await tokens.VerifyAsync(issued.Token)).ShouldNotBeNull();

        File.Delete(folder["tokens.json"]);

        (await tokens.VerifyAsync(issued.Token)).ShouldBeNull();
        (await Should.ThrowAsync<CommandException>(() => tokens.RevokeAsync(issued.Issued.Id, CancellationToken.None))).Message.ShouldContain("token list");
    }

    [TestMethod]
    [DataRow("{broken")]
    [DataRow("null")]
    [DataRow("[null]")]
    [DataRow("""[{"id": "a", "name": "Jane", "role": 9, "issued": "2026-01-01T00:00:00Z", "expires": "2026-01-02T00:00:00Z", "revoked": null}]""")]
    public async Task A_broken_list_of_tokens_tells_nobody_who_he_is_and_is_told_to_whom_it_belongs(string list)
    {
        using TempFolder folder = new();
        OwnTokens tokens = new(new TokenFiles(folder["key.pem"], folder["tokens.json"]), TimeProvider.System);
        await File.WriteAllTextAsync(folder["tokens.json"], list);

        await Should.ThrowAsync<SignInException>(() => tokens.VerifyAsync("a.b.c"));
        (await Should.ThrowAsync<CommandException>(() => tokens.ListAsync(CancellationToken.None))).Message.ShouldContain("Mend the file");
    }

    [TestMethod]
    public async Task Tokens_that_are_issued_at_once_are_all_kept()
    {
        using TempFolder folder = new();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => new OwnTokens(new TokenFiles(folder["key.pem"], folder["tokens.json"]), TimeProvider.System).IssueAsync(Role.Reader, $"reader {i}", 1, CancellationToken.None))));

        (await new TokenFiles(folder["key.pem"], folder["tokens.json"]).ReadAsync(CancellationToken.None)).Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 8).Select(i => $"reader {i}"));
    }

    [TestMethod]
    [OSCondition(ConditionMode.Exclude, OperatingSystems.Windows)]
    [UnsupportedOSPlatform("windows")]
    public async Task The_signing_key_and_the_list_are_their_owner_s_alone()
    {
        using TempFolder folder = new();

        await new OwnTokens(new TokenFiles(folder["key.pem"], folder["tokens.json"]), TimeProvider.System).IssueAsync(Role.Reader, "Jane", 1, CancellationToken.None);

        foreach (string file in new[] { "key.pem", "tokens.json" })
        {
            File.GetUnixFileMode(folder[file]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }

        (await File.ReadAllTextAsync(folder["tokens.json"])).ShouldNotContain("eyJ");
    }

    [TestMethod]
    [DataRow("", 24, "--name")]
    [DataRow("Jane\u001b[31m", 24, "--name")]
    [DataRow("Jane", 0, "--hours is 0")]
    [DataRow("Jane", 9000, "--hours is 9000")]
    public async Task A_token_without_a_name_or_an_end_is_not_issued(string name, int hours, string told)
    {
        using TempFolder folder = new();
        OwnTokens tokens = new(new TokenFiles(folder["key.pem"], folder["tokens.json"]), TimeProvider.System);

        (await Should.ThrowAsync<CommandException>(() => tokens.IssueAsync(Role.Reader, name, hours, CancellationToken.None))).Message.ShouldContain(told);
        File.Exists(folder["key.pem"]).ShouldBeFalse();
    }

    [TestMethod]
    [DataRow("default", "reader", HttpStatusCode.Forbidden)]
    [DataRow("DEFAULT", "reader", HttpStatusCode.Forbidden)]
    [DataRow("default", "admin", HttpStatusCode.BadRequest)]
    public async Task A_key_has_the_role_that_the_settings_give_it(string key, string role, HttpStatusCode expected)
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Access:KeyRoles:" + key] = role });

        (await api.PostAsync("/api/halt", new { })).StatusCode.ShouldBe(expected);
        (await api.Client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [TestMethod]
    public void The_keys_of_the_functions_host_are_taken_from_its_vault_and_a_new_one_without_a_restart()
    {
        IConfigurationRoot configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal) { ["host:masterKey:master"] = "m", ["host:functionKey:default"] = "d", ["host:functionKey:viewer"] = "v" }).Build();
        using ConfiguredKeys keys = new(configuration, new AccessOptions { KeyRoles = new Dictionary<string, string>(StringComparer.Ordinal) { ["viewer"] = "reader" } });

        keys.Known.ShouldBe([new("master", "m", Role.Admin), new("default", "d", Role.Operator), new("viewer", "v", Role.Reader)], ignoreOrder: true);

        configuration["host:functionKey:default"] = "d2";
        configuration.Reload();
        keys.Known.ShouldContain(new KnownKey("default", "d2", Role.Operator));
    }

    [TestMethod]
    public async Task What_is_kept_of_a_request_bears_the_name_of_who_signed_in_and_not_what_a_header_says()
    {
        await using FakeAuthority authority = await FakeAuthority.StartAsync();
        await using Api api = await Api.StartAsync(authority.Settings);
        using HttpClient jane = With(api, authority.Issue("admin"));
        jane.DefaultRequestHeaders.Add("x-ms-client-principal-name", "somebody else");

        using HttpResponseMessage answer = await jane.PostAsync(new Uri("/api/read-only", UriKind.Relative), new StringContent("{\"reason\": \"a drill\"}", System.Text.Encoding.UTF8, "application/json"));

        (await Api.ReadAsync(answer)).GetProperty("who").GetString().ShouldBe("jane@example.org");
    }

    [TestMethod]
    public async Task While_the_authority_does_not_answer_tokens_wait_and_keys_are_taken()
    {
        Dictionary<string, string?> settings;
        string token;
        await using (FakeAuthority gone = await FakeAuthority.StartAsync())
        {
            settings = gone.Settings;
            token = gone.Issue("reader");
        }

        await using Api api = await Api.StartAsync(settings);
        using HttpClient jane = With(api, token);
        using HttpResponseMessage answer = await jane.GetAsync(new Uri("/api/mode", UriKind.Relative));

        answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        answer.Headers.RetryAfter.ShouldNotBeNull();
        JsonElement problem = await Api.ReadAsync(answer);
        problem.GetProperty("detail").GetString()!.ShouldContain("Access:Authority");
        (await api.Client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static HttpClient With(Api api, string token)
    {
        HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    private static async Task<HttpStatusCode> AskAsync(Api api, string token)
    {
        using HttpClient client = With(api, token);
        return (await client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode;
    }
}
