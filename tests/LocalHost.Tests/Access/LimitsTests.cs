using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Access;
using Pipeline.LocalHost.Hosting.Tokens;
using Pipeline.LocalHost.Tests.Durable;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>How much one caller may ask for, and how slowly.</summary>
[TestClass]
public sealed class LimitsTests
{
    [TestMethod]
    public async Task Of_a_thousand_requests_in_a_burst_so_many_are_refused_as_are_over_the_limit()
    {
        ManualTime clock = new();
        clock.Advance(TimeSpan.FromSeconds(13));
        await using Api api = await Api.StartAsync(Settings("Limits:RequestsPerMinute", "600"), clock);

        HttpResponseMessage[] burst = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(_ => api.Client.GetAsync(new Uri("/api/mode", UriKind.Relative))));

        burst.Count(answer => answer.StatusCode == HttpStatusCode.OK).ShouldBe(600);
        HttpResponseMessage[] refused = [.. burst.Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests)];
        refused.Length.ShouldBe(400);
        refused.ShouldAllBe(answer => answer.Headers.RetryAfter!.Delta == TimeSpan.FromSeconds(47));
        (await Api.ReadAsync(refused[0])).GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:too-many-requests");

        // Another function, and another caller, have counts of their own; so has the next minute.
        (await api.Client.GetAsync(new Uri("/api/alerts", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(api, (await new OwnTokens(api.Tokens, clock).IssueAsync(Role.Reader, "Jane", 1, CancellationToken.None)).Token)).ShouldBe(HttpStatusCode.OK);
        (await SendAsync(api, Api.Key)).ShouldBe(HttpStatusCode.TooManyRequests);
        clock.Advance(TimeSpan.FromSeconds(47));
        (await SendAsync(api, Api.Key)).ShouldBe(HttpStatusCode.OK);
    }

    [TestMethod]
    public async Task Who_tries_credentials_is_put_off_and_who_has_one_is_not()
    {
        await using Api api = await Api.StartAsync(Settings("Limits:FailedSignInsPerMinute", "5"), new ManualTime());
        List<HttpStatusCode> answers = [];
        for (int tries = 0; tries < 8; tries++)
        {
            answers.Add(await SendAsync(api, $"guess-{tries}"));
        }

        answers.ShouldBe([.. Enumerable.Repeat(HttpStatusCode.Unauthorized, 5), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 3)]);
        (await SendAsync(api, Api.Key)).ShouldBe(HttpStatusCode.OK);
    }

    [TestMethod]
    public async Task Over_the_uploads_that_are_received_at_once_another_is_put_off_until_one_has_ended()
    {
        await using Api api = await Api.StartAsync(Settings("Limits:ConcurrentUploads", "1"));
        Uri path = new("/api/v1/uploads/none-such?name=a.csv", UriKind.Relative);
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));

        // What is written into the audit of the first time would hold the only place longer than usual.
        (await api.Client.PostAsync(path, new StringContent("a"), patience.Token)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        string begun = "POST /api/v1/uploads/incidents?name=a.csv HTTP/1.1\r\nHost: localhost\r\nx-functions-key: " + Api.Key + "\r\nContent-Length: 1000\r\n\r\nnumber";
        TcpClient slow = await BeginAsync(api, begun);
        try
        {
            HttpResponseMessage second;
            while ((second = await api.Client.PostAsync(path, new StringContent("a"), patience.Token)).StatusCode != HttpStatusCode.TooManyRequests)
            {
                // The first is on its way. No faster, so that the limit of requests a minute is not what puts it off.
                await Task.Delay(20, patience.Token);
                if (slow.Available > 0)
                {
                    // It came while the place was another's, and was put off itself.
                    slow.Dispose();
                    slow = await BeginAsync(api, begun);
                }
            }

            second.Headers.RetryAfter.ShouldNotBeNull();
            (await Api.ReadAsync(second)).GetProperty("detail").GetString()!.ShouldContain("Limits:ConcurrentUploads");
            (await api.Client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        finally
        {
            slow.Dispose();
        }

        while ((await api.Client.PostAsync(path, new StringContent("a"), patience.Token)).StatusCode != HttpStatusCode.NotFound)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    [TestMethod]
    [DataRow("/api/search", "Searches")]
    [DataRow("/api/embeddings", "Classifications")]
    [DataRow("/api/v1/incidents", "Submissions")]
    public async Task Over_what_runs_and_waits_at_once_another_is_told_to_come_again_and_all_else_goes_on(string path, string kind)
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { [$"Limits:Concurrent{kind}"] = "1", [$"Limits:Waiting{kind}"] = "1" });
        object body = kind switch
        {
            "Searches" => new { text = "vpn drops" },
            "Classifications" => new { texts = new[] { "vpn drops" } },
            _ => Submission(1),
        };
        WorkLimits limits = api.Services.GetRequiredService<WorkLimits>();
        WorkPlaces places = kind switch { "Searches" => limits.Searches, "Classifications" => limits.Classifications, _ => limits.Submissions };
        TaskCompletionSource<bool> held = new();
        Task<bool> running = places.RunAsync(() => held.Task, CancellationToken.None);

        // One of the two waits.
        Task<HttpResponseMessage>[] asked = [api.PostAsync(path, body), api.PostAsync(path, body)];
        Task<HttpResponseMessage> first = await Task.WhenAny(asked);
        using HttpResponseMessage refused = await first;
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        refused.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        JsonElement problem = await Api.ReadAsync(refused);
        problem.GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:overloaded");
        problem.GetProperty("detail").GetString()!.ShouldContain($"Limits:Concurrent{kind} and Limits:Waiting{kind}");

        // What is quick does not wait behind what takes long, nor the other way round.
        (await api.PostAsync(kind is "Searches" ? "/api/embeddings" : "/api/search", kind is "Searches" ? new { texts = new[] { "vpn drops" } } : new { text = "vpn drops" })).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await api.Client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode.ShouldBe(HttpStatusCode.OK);

        held.SetResult(true);
        await running;
        (await asked.Single(task => task != first)).IsSuccessStatusCode.ShouldBeTrue();
        (await api.PostAsync(path, body)).IsSuccessStatusCode.ShouldBeTrue();
    }

    [TestMethod]
    public async Task Two_hundred_people_who_send_an_incident_each_at_once_are_all_taken_in_however_few_files_are()
    {
        await using Api api = await Api.StartAsync(Settings("Limits:ConcurrentUploads", "1"));

        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(1, 200).Select(person => api.PostAsync("/api/v1/incidents", Submission(person))));

        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.Accepted);
        (await api.Warehouse.ReadChangesAsync(0, 1_000)).Count.ShouldBe(200);
    }

    [TestMethod]
    public async Task A_caller_that_hangs_up_while_it_waits_leaves_its_place_to_another()
    {
        using WorkLimits limits = new(new LimitOptions { ConcurrentSearches = 1, WaitingSearches = 1 });
        TaskCompletionSource<int> held = new();
        using CancellationTokenSource hangUp = new();
        Task<int> running = limits.Searches.RunAsync(() => held.Task, CancellationToken.None);
        Task<int> waiting = limits.Searches.RunAsync(() => Task.FromResult(2), hangUp.Token);
        await Should.ThrowAsync<OverloadedException>(() => limits.Searches.RunAsync(() => Task.FromResult(3), CancellationToken.None));

        await hangUp.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => waiting);
        Task<int> next = limits.Searches.RunAsync(() => Task.FromResult(4), CancellationToken.None);
        held.SetResult(1);

        (await running, await next).ShouldBe((1, 4));

        // Work that fails gives its place back as well.
        await Should.ThrowAsync<TimeoutException>(() => limits.Searches.RunAsync<int>(() => throw new TimeoutException(), CancellationToken.None));
        (await limits.Searches.RunAsync(() => Task.FromResult(5), CancellationToken.None)).ShouldBe(5);
    }

    [TestMethod]
    [DataRow("Limits:HeaderSeconds", "1", "GET /api/health HTTP/1.1\r\nHost: local")]
    [DataRow("Limits:GraceSeconds", "2", "POST /api/classify HTTP/1.1\r\nHost: localhost\r\nx-functions-key: " + Api.Key + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{")]
    public async Task A_client_that_sends_too_slowly_is_left(string setting, string seconds, string begun)
    {
        await using Api api = await Api.StartAsync(Settings(setting, seconds));
        using TcpClient slow = await BeginAsync(api, begun);
        using StreamReader answer = new(slow.GetStream(), Encoding.ASCII);
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));

        (await answer.ReadToEndAsync(patience.Token)).ShouldStartWith("HTTP/1.1 408 ");
    }

    [TestMethod]
    [DataRow("Limits:RequestsPerMinute", "-1")]
    [DataRow("Limits:RequestsPerMinute", "many")]
    [DataRow("Limits:ConcurrentUploads", "0")]
    [DataRow("Limits:ConcurrentSearches", "0")]
    [DataRow("Limits:WaitingClassifications", "-1")]
    [DataRow("Limits:ConcurrentSubmissions", "1001")]
    [DataRow("Limits:HeaderSeconds", "601")]
    [DataRow("Access:KeyRoles:default", "owner")]
    [DataRow("Access:Authority", "http://login.example.org")]
    [DataRow("Access:Authority", "https://login.example.org")]
    public async Task A_setting_that_cannot_be_is_told_at_the_start(string setting, string value) =>
        (await Should.ThrowAsync<SettingException>(() => Api.StartAsync(Settings(setting, value)))).Message.ShouldStartWith(setting.Split(':')[0]);

    private static object Submission(int number) => new { number = $"INC{number}", opened_at = "2026-05-31 08:00:00", short_description = "VPN drops", assignment_group = "Network" };

    private static Dictionary<string, string?> Settings(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    private static async Task<HttpStatusCode> SendAsync(Api api, string credential)
    {
        using HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        return (await client.GetAsync(new Uri("/api/mode", UriKind.Relative))).StatusCode;
    }

    private static async Task<TcpClient> BeginAsync(Api api, string request)
    {
        TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, api.Client.BaseAddress!.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        return client;
    }
}
