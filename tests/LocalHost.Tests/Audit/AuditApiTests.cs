using System.Net;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.LocalHost.Tests.Durable;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Audit;

/// <summary>What is done over HTTP is in the audit: by whom, on what, and how it ended.</summary>
[TestClass]
public sealed class AuditApiTests
{
    private const string Export = "number,opened_at,short_description,assignment_group\nINC1,2026-05-01,Printer is down,Desk\nINC2,2026-05-02,Mail of Jane is slow,Desk\n,never,,\n";

    // What is taken in has a record of its own, with who sent it; what is sent to channels, looked at or noted by programs changes nothing that is audited.
    private static readonly string[] NoActs = ["SendIncidents", "StreamAdd", "Tweets", "MlflowWrite", "AlertTest", "BackupVerification", "StreamVerify"];

    [TestMethod]
    public async Task Each_kind_of_act_is_written_with_who_did_it_to_what_and_how_it_ended()
    {
        await using Api api = await Api.StartAsync();
        string jane = (await new OwnTokens(api.Tokens, TimeProvider.System).IssueAsync(Role.Operator, "Jane", 1, CancellationToken.None)).Token;

        await SendAsync(api, "POST", "/api/v1/datasets", jane, """{"name": "survey", "kind": "records", "schema": {"type": "object", "properties": {"a": {"type": "number"}}}}""");
        await SendAsync(api, "POST", "/api/streams", jane, """{"name": "calls"}""", HttpStatusCode.Created);
        await SendAsync(api, "PUT", "/api/streams/calls/config", jane, """{"similarityThreshold": 0.7}""");
        await SendAsync(api, "POST", "/api/models/network/2026_q2/promote", jane, "{}", HttpStatusCode.NotFound);
        await SendAsync(api, "POST", "/api/models/network/rollback", jane, "{}", HttpStatusCode.NotFound);
        await SendAsync(api, "POST", "/api/models/network/2026_q2/canary", jane, "{}", HttpStatusCode.NotFound);
        await SendAsync(api, "POST", "/api/train", jane, "{}", HttpStatusCode.BadRequest);
        await SendAsync(api, "POST", "/api/preprocess", jane, "{}", HttpStatusCode.Accepted);
        await SendAsync(api, "POST", "/api/halt", jane, """{"reason": "a drill"}""", HttpStatusCode.Forbidden);
        await SendAsync(api, "POST", "/api/read-only", Api.MasterKey, """{"reason": "a drill"}""");
        await SendAsync(api, "POST", "/api/halt", Api.MasterKey, """{"reason": "a drill"}""");
        await SendAsync(api, "POST", "/api/resume", Api.MasterKey, "{}");
        await SendAsync(api, "POST", "/api/backups", Api.MasterKey, """{"type": "configuration"}""", HttpStatusCode.Accepted);
        await SendAsync(api, "GET", "/api/mode", "a-guess", null, HttpStatusCode.Unauthorized);

        AuditEntry[] entries = await ReadAsync(api, lines => lines.Any(e => Is(e, "backup.make", "done")));
        (string, string, string, string, string?)[] found = [.. entries.Select(e => (e.Actor, e.Action, e.Subject, Word(e.Outcome), e.Detail))];
        foreach ((string, string, string, string, string?) expected in ((string, string, string, string, string?)[])
        [
            ("Jane", "sign-in.first", "api", "done", "person"), ("key master", "sign-in.first", "api", "done", "key"), ("127.0.0.1", "sign-in.failed", "api", "refused", null),
            ("Jane", "dataset.define", "v1/datasets", "done", "201"), ("Jane", "stream.create", "streams", "done", "201"), ("Jane", "stream.configure", "streams/calls/config", "done", "200"),
            ("Jane", "model.promote", "models/network/2026_q2/promote", "refused", "404"), ("Jane", "model.rollback", "models/network/rollback", "refused", "404"), ("Jane", "model.canary", "models/network/2026_q2/canary", "refused", "404"),
            ("Jane", "training.run", "train", "refused", "400"), ("Jane", "preprocessing.run", "preprocess", "accepted", "202"), ("Jane", "access.refused", "Halt", "refused", "needs admin"),
            ("key master", "mode.read-only", "read-only", "done", "200"), ("key master", "mode.halt", "halt", "done", "200"), ("key master", "mode.resume", "resume", "begun", null), ("key master", "mode.resume", "resume", "done", "200"),
            ("key master", "backup.make", "backups", "begun", null), ("key master", "backup.make", "backups", "accepted", "202"),
        ])
        {
            found.ShouldContain(expected, string.Join('\n', found));
        }

        entries.Where(e => e.Via == AuditWay.Http).All(e => e.Trace is { Length: 32 }).ShouldBeTrue();
        entries.Where(e => e.Action is "backup.make").Select(e => e.Trace).Distinct(StringComparer.Ordinal).Count().ShouldBe(1, "the order and the work behind it have one trace");
        entries.Single(e => Is(e, "stream.create", "done")).Role.ShouldBe("operator");
        (await VerifyAsync(api)).GetProperty("sound").GetBoolean().ShouldBeTrue();
    }

    [TestMethod]
    public async Task An_export_is_written_and_an_erasure_by_the_hash_of_the_number_alone()
    {
        await using Api api = await Api.StartAsync();
        using HttpResponseMessage sent = await SendAsync(api, "POST", "/api/v1/uploads/incidents?name=export.csv&allow-rejects=true", Api.Key, Export, HttpStatusCode.Accepted);
        string location = sent.Headers.Location!.ToString();
        await api.UntilAsync(location, status => status.GetProperty("state").GetString() is "accepted" or "failed");
        await SendAsync(api, "GET", $"{location}/rejects?format=csv", Api.Key, null);
        await SendAsync(api, "GET", $"{location}/rejects", Api.Key, null);

        await SendAsync(api, "POST", "/api/v1/erasures", Api.MasterKey, """{"number": "INC2"}""", HttpStatusCode.Accepted);

        AuditEntry[] entries = await ReadAsync(api, lines => lines.Any(e => Is(e, "incident.erase", "done")));
        entries.Count(e => Is(e, "rejects.export", "done")).ShouldBe(1);
        entries.Single(e => Is(e, "data.upload", "accepted")).Actor.ShouldBe("key default");
        string subject = AuditText.OfIncident("INC2");
        entries.Where(e => e.Action is "incident.erase").Select(e => (Word(e.Outcome), e.Subject, e.Actor)).ShouldBe([("begun", "v1/erasures", "key master"), ("accepted", subject, "key master"), ("done", subject, "key master")], ignoreOrder: true);
        foreach (string file in Directory.EnumerateFiles(api.ObjectPath("audit"), "*", SearchOption.AllDirectories))
        {
            string line = await File.ReadAllTextAsync(file);
            line.ShouldNotContain("INC2");
            line.ShouldNotContain("Mail of Jane");
        }
    }

    [TestMethod]
    public async Task A_training_and_what_the_gate_made_of_its_version_are_written()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 400);
        await api.PreprocessAsync();

        await api.PostAsync("/api/train", new { });
        await api.TrainedAsync("/api/train/train-2026-q2");

        AuditEntry[] entries = await ReadAsync(api, lines => lines.Any(e => e.Action is "training.end"));
        AuditEntry ordered = entries.Single(e => e.Action is "training.run"), ended = entries.Single(e => e.Action is "training.end"), released = entries.Single(e => e.Action is "model.release");
        (ordered.Actor, Word(ordered.Outcome)).ShouldBe(("key default", "accepted"));
        (Word(ended.Outcome), ended.Detail).ShouldBe(("done", "1 of 1 tech centers have a new version"));
        released.Subject.ShouldStartWith("models/Network/2026_q2");
        (released.Trace, ended.Trace).ShouldBe((ordered.Trace, ordered.Trace));
    }

    [TestMethod]
    public async Task While_the_audit_cannot_be_written_nothing_is_erased_or_let_go_on_and_a_halt_is_done()
    {
        ManualTime clock = new();
        await using Api api = await Api.StartAsync(clock: clock);
        await api.ReportAsync("Network", 1);
        Directory.CreateDirectory(Path.GetDirectoryName(api.ObjectPath("audit"))!);
        await File.WriteAllTextAsync(api.ObjectPath("audit"), "in the way");

        foreach (string path in (string[])["/api/v1/erasures", "/api/resume", "/api/backups"])
        {
            using HttpResponseMessage refused = await SendAsync(api, "POST", path, Api.MasterKey, """{"number": "INC1"}""", HttpStatusCode.ServiceUnavailable);
            (await Api.ReadAsync(refused)).GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:audit-unavailable");
            refused.Headers.RetryAfter.ShouldNotBeNull();
        }

        await SendAsync(api, "POST", "/api/halt", Api.MasterKey, """{"reason": "a drill"}""");
        (await api.GetAsync("/api/mode")).GetProperty("state").GetString().ShouldBe("halted");
        File.Delete(api.ObjectPath("audit"));
        clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(api, "POST", "/api/resume", Api.MasterKey, "{}");

        AuditEntry[] entries = await ReadAsync(api, _ => true);
        entries.Count(e => Is(e, "mode.halt", "done")).ShouldBe(1, "the halt has waited");
        entries.Any(e => e.Action is "incident.erase").ShouldBeFalse();
    }

    [TestMethod]
    public async Task The_list_is_for_admins_and_filters_pages_and_refuses_what_it_does_not_know()
    {
        await using Api api = await Api.StartAsync();
        await SendAsync(api, "GET", "/api/audit", Api.Key, null, HttpStatusCode.Forbidden);
        await SendAsync(api, "POST", "/api/read-only", Api.MasterKey, """{"reason": "a drill"}""");
        await SendAsync(api, "POST", "/api/resume", Api.MasterKey, "{}");

        JsonElement page = await GetAsync(api, "/api/audit?action=mode&actor=KEY%20MASTER&pageSize=2");
        page.GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("action").GetString()).ShouldBe(["mode.resume", "mode.resume"]);
        page.GetProperty("more").GetBoolean().ShouldBeTrue();
        (await GetAsync(api, "/api/audit?action=mode&pageSize=2&page=2")).GetProperty("entries").EnumerateArray().Select(e => e.GetProperty("action").GetString()).ShouldBe(["mode.read-only"]);
        (await GetAsync(api, "/api/audit?from=2999-01-01")).GetProperty("entries").GetArrayLength().ShouldBe(0);
        foreach (string wrong in (string[])["who=Jane", "from=yesterday", "page=0", "pageSize=1001"])
        {
            await SendAsync(api, "GET", $"/api/audit?{wrong}", Api.MasterKey, null, HttpStatusCode.BadRequest);
        }

        await SendAsync(api, "GET", "/api/audit/verify?head=none", Api.MasterKey, null, HttpStatusCode.BadRequest);
        string file = Directory.EnumerateFiles(api.ObjectPath("audit"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).First();
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file)).Replace("key default", "somebody", StringComparison.Ordinal));
        JsonElement damaged = await VerifyAsync(api);
        damaged.GetProperty("sound").GetBoolean().ShouldBeFalse();
        damaged.GetProperty("problems")[0].GetString()!.ShouldStartWith("Entry 1 of");
    }

    [TestMethod]
    public async Task A_flood_of_guesses_is_one_line_until_its_time_is_over()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:FailedSignInsPerMinute"] = "0" });

        await Task.WhenAll(Enumerable.Range(0, 300).Select(i => SendAsync(api, "GET", "/api/mode", FormattableString.Invariant($"guess-{i}"), null, HttpStatusCode.Unauthorized)));

        (await ReadAsync(api, _ => true)).Count(e => e.Action is "sign-in.failed").ShouldBe(1);
    }

    [TestMethod]
    public void Every_function_that_changes_something_says_what_it_is_in_the_audit()
    {
        string[] known = [.. typeof(AuditActions).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)];
        List<string> silent = [];
        foreach (MethodInfo method in typeof(TrainFunctions).Assembly.GetTypes().SelectMany(type => type.GetMethods()))
        {
            HttpTriggerAttribute? trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).FirstOrDefault(t => t is not null);
            PolicyAttribute? policy = method.GetCustomAttribute<PolicyAttribute>();
            if (trigger is null || policy is null)
            {
                continue;
            }

            string name = method.GetCustomAttribute<FunctionAttribute>()!.Name;
            bool changes = !trigger.Methods!.Contains("get", StringComparer.OrdinalIgnoreCase) && policy.Stop != RequestKind.Reads;
            if (changes && policy.Act is null && !NoActs.Contains(name, StringComparer.Ordinal))
            {
                silent.Add(name);
            }

            foreach (string act in new[] { policy.Act, policy.Exports }.OfType<string>())
            {
                known.Contains(act, StringComparer.Ordinal).ShouldBeTrue($"{name}: {act}");
            }
        }

        silent.ShouldBeEmpty("declare Act = AuditActions... at these functions, or say in NoActs why not");
    }

    private static bool Is(AuditEntry entry, string action, string outcome) => string.Equals(entry.Action, action, StringComparison.Ordinal) && string.Equals(Word(entry.Outcome), outcome, StringComparison.Ordinal);

    private static string Word(AuditOutcome outcome) => outcome.ToString().ToLowerInvariant();

    private static async Task<AuditEntry[]> ReadAsync(Api api, Func<AuditEntry[], bool> expected)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        while (true)
        {
            AuditEntry[] entries = (await GetAsync(api, "/api/audit?pageSize=1000")).GetProperty("entries").Deserialize<AuditEntry[]>(PipelineJson.Compact)!;
            if (expected(entries))
            {
                return entries;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private static Task<JsonElement> VerifyAsync(Api api) => GetAsync(api, "/api/audit/verify");

    private static async Task<JsonElement> GetAsync(Api api, string path)
    {
        using HttpResponseMessage answer = await SendAsync(api, "GET", path, Api.MasterKey, null);
        return await Api.ReadAsync(answer);
    }

    private static async Task<HttpResponseMessage> SendAsync(Api api, string method, string path, string credential, string? body, HttpStatusCode? expected = null)
    {
        using HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        using HttpRequestMessage request = new(new HttpMethod(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, path.Contains("/uploads/", StringComparison.Ordinal) ? "text/csv" : "application/json");
        HttpResponseMessage answer = await client.SendAsync(request);
        if (expected is HttpStatusCode status)
        {
            answer.StatusCode.ShouldBe(status, $"{method} {path}: {await answer.Content.ReadAsStringAsync()}");
        }
        else
        {
            answer.IsSuccessStatusCode.ShouldBeTrue($"{method} {path}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        }

        return answer;
    }
}
