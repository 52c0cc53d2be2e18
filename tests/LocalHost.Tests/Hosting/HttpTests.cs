using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Access;
using Pipeline.LocalHost.Hosting;
using Pipeline.LocalHost.Hosting.Http;
using Pipeline.LocalHost.Hosting.Invocations;
using Pipeline.TestSupport;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Hosting;

[TestClass]
public sealed class HttpTests
{
    private static readonly HostSettings Small = new() { MaxJsonBytes = 1024, MaxRequestBytes = 2048 };

    [TestMethod]
    [DataRow("api/open", "open")]
    [DataRow("api/items/seven", "seven")]
    [DataRow("api/items/7/of/box", "7 of box")]
    [DataRow("api/optional", "nobody")]
    [DataRow("api/optional/somebody", "somebody")]
    [DataRow("api/Unrouted", "unrouted")]
    public async Task A_function_is_bound_from_its_request(string path, string answer)
    {
        await using TestHost host = await StartAsync();
        (await host.Client.GetStringAsync(new Uri(path, UriKind.Relative))).ShouldBe(answer);
    }

    [TestMethod]
    public async Task Results_of_both_kinds_are_sent()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage action = await host.Client.PostAsJsonAsync("api/echo", new { Text = "grüße" });
        using HttpResponseMessage result = await host.Client.PutAsJsonAsync("api/echo", new { Text = "grüße" });
        action.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        action.Headers.Location!.ToString().ShouldBe("/api/echo/1");
        (await action.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("text").GetString().ShouldBe("grüße");
        result.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await result.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("text").GetString().ShouldBe("grüße");
    }

    [TestMethod]
    [DataRow("api/function", null, null, 401)]
    [DataRow("api/function", "wrong", null, 401)]
    [DataRow("api/function", "", null, 401)]
    [DataRow("api/function", TestHost.FunctionKey, null, 200)]
    [DataRow("api/function", TestHost.MasterKey, null, 200)]
    [DataRow("api/function", null, TestHost.FunctionKey, 200)]
    [DataRow("api/function", "wrong", TestHost.FunctionKey, 401)]
    [DataRow("api/admin", TestHost.FunctionKey, null, 403)]
    [DataRow("api/admin", TestHost.MasterKey, null, 200)]
    [DataRow("api/admin", null, TestHost.MasterKey, 200)]
    [DataRow("api/open", "wrong", null, 200)]
    public async Task A_request_needs_a_key_of_the_role_that_the_function_declares_and_admin_where_it_declares_none(string path, string? header, string? query, int status)
    {
        await using TestHost host = await StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, query is null ? path : $"{path}?code={query}");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", header);
        }

        using HttpResponseMessage response = await host.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        if (status == 401)
        {
            string problem = await response.Content.ReadAsStringAsync();
            response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
            response.Headers.WwwAuthenticate.ToString().ShouldBe("Bearer");

            // What would do is told to who sent nothing, and nothing to who tries keys.
            problem.Contains("x-functions-key", StringComparison.Ordinal).ShouldBe(string.IsNullOrEmpty(header) && query is null);
        }
        else if (status == 403)
        {
            await ShouldBeProblemAsync(response, 403, "the role admin; yours is operator");
        }
    }

    [TestMethod]
    public async Task Development_asks_for_no_key_and_answers_no_other_origin()
    {
        await using TestHost host = await StartAsync(new HostSettings { Development = true });
        using HttpResponseMessage own = await host.Client.GetAsync(new Uri("api/admin", UriKind.Relative));
        own.StatusCode.ShouldBe(HttpStatusCode.OK);

        using HttpRequestMessage foreign = new(HttpMethod.Get, "api/admin");
        foreign.Headers.Add("Origin", "https://example.org");
        using HttpResponseMessage refused = await host.Client.SendAsync(foreign);
        await ShouldBeProblemAsync(refused, 403, "other origins");
    }

    [TestMethod]
    [DataRow("https://example.org")]
    [DataRow("null")]
    public async Task Pages_of_other_origins_are_not_answered_with_keys_either(string origin)
    {
        await using TestHost host = await StartAsync();
        using HttpRequestMessage foreign = new(HttpMethod.Get, $"api/admin?code={TestHost.MasterKey}");
        foreign.Headers.TryAddWithoutValidation("Origin", origin);
        using HttpResponseMessage refused = await host.Client.SendAsync(foreign);
        await ShouldBeProblemAsync(refused, 403, "Host:AllowedHosts");
    }

    [TestMethod]
    [DataRow("0.0.0.0", "", "example.org", 400)]
    [DataRow("0.0.0.0", "", "192.0.2.7", 200)]
    [DataRow("0.0.0.0", "", "localhost", 200)]
    [DataRow("0.0.0.0", "pipeline.example.org; other.example.org", "pipeline.example.org", 200)]
    [DataRow("0.0.0.0", "pipeline.example.org", "evil.example.org", 400)]
    [DataRow("127.0.0.1", "", "192.0.2.7", 400)]
    [DataRow("127.0.0.1", "pipeline.example.org", "Pipeline.Example.org", 200)]
    public async Task A_host_answers_to_its_own_names_and_to_those_it_is_given(string address, string allowed, string name, int status)
    {
        await using TestHost host = await StartAsync(new HostSettings { Address = address, AllowedHosts = allowed });
        using HttpRequestMessage request = new(HttpMethod.Get, $"http://127.0.0.1:{new Uri(host.App.Urls.First()).Port}/api/open");
        request.Headers.Host = name;
        request.Headers.TryAddWithoutValidation("Origin", allowed.Length > 0 ? $"https://{name}" : $"http://{name}");
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
    }

    [TestMethod]
    public void A_host_that_other_machines_reach_is_not_opened_without_keys()
    {
        string message = Should.Throw<CommandException>(() => new HostSettings { Address = "0.0.0.0", Development = true }.Validate()).Message;
        message.ShouldContain("Host:Address is '0.0.0.0'");
        message.ShouldContain("--development");
        new HostSettings { Address = "0.0.0.0" }.Validate();
        new HostSettings { Address = "::1", Development = true }.Validate();
        Should.Throw<CommandException>(() => new HostSettings { AllowedHosts = "https://example.org" }.Validate()).Message.ShouldContain("'https://example.org'");
    }

    [TestMethod]
    public async Task Without_tls_a_host_that_other_machines_reach_says_so_at_its_start()
    {
        Telemetry.RecordedLogs logs = new();
        await using TestHost host = await StartAsync(new HostSettings { Address = "0.0.0.0" }, services: s => s.AddSingleton(new Gate()).AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(logs), level: "Warning");
        logs.Entries.ShouldContain(e => e.Text.Contains("without TLS", StringComparison.Ordinal));
    }

    [TestMethod]
    [DataRow("api/open", 200)]
    [DataRow("api/bare", 200)]
    [DataRow("api/nothing", 404)]
    [DataRow("api/echo", 405)]
    public async Task What_answers_to_GET_answers_to_HEAD_without_a_body(string path, int status)
    {
        await using TestHost host = await StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Head, path);
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        ((int)response.StatusCode).ShouldBe(status);
        (await response.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow("api/open")]
    [DataRow("api/nothing")]
    [DataRow("api/fails")]
    public async Task No_answer_lets_a_browser_guess_its_type(string path)
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
    }

    [TestMethod]
    [DataRow("Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "400", DisplayName = "a bad chunk")]
    [DataRow("Transfer-Encoding: chunked\r\n\r\n1000\r\n", "413", DisplayName = "a chunked body over the limit")]
    public async Task A_body_that_cannot_be_read_is_the_clients_fault_and_no_failed_run(string rest, string status)
    {
        Telemetry.RecordedLogs logs = new();
        await using TestHost host = await StartAsync(Small, services: s => s.AddSingleton(new Gate()).AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(logs), level: "Error");
        string body = rest.Contains("1000", StringComparison.Ordinal) ? $"{rest}{new string('x', 0x1000)}\r\n0\r\n\r\n" : rest;

        string answer = await SendRawAsync(host, $"POST /api/answered HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/csv\r\n{body}");

        answer.ShouldStartWith($"HTTP/1.1 {status} ");
        answer.ShouldContain("application/problem+json");
        host.App.Services.GetRequiredService<InvocationLog>().Recent().ShouldHaveSingleItem().Outcome.ShouldBe(InvocationOutcome.Succeeded);
        logs.Entries.ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(408, "the host waits for it")]
    [DataRow(413, "larger than the host reads")]
    [DataRow(400, "cannot be read")]
    public async Task What_the_server_says_of_a_body_is_answered_as_it_says(int status, string detail)
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri($"api/bad/{status}", UriKind.Relative));
        await ShouldBeProblemAsync(response, status, detail);
    }

    [TestMethod]
    [DataRow("database", "SQLite Error 13: 'database or disk is full'.")]
    [DataRow("file", "No space left on device")]
    public async Task A_full_disk_is_told_with_its_reason(string kind, string reason)
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri($"api/full/{kind}", UriKind.Relative));
        await ShouldBeProblemAsync(response, 503, reason);
        response.Headers.RetryAfter.ShouldNotBeNull();
    }

    [TestMethod]
    public async Task Of_a_file_that_the_host_itself_cannot_write_the_reason_is_told()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri("api/unwritten", UriKind.Relative));
        await ShouldBeProblemAsync(response, 503, "could not be written: No space left on device");
    }

    [TestMethod]
    public async Task A_client_that_leaves_is_no_error()
    {
        Telemetry.RecordedLogs logs = new();
        Gate gate = new();
        await using TestHost host = await StartAsync(services: s => s.AddSingleton(gate).AddSingleton<Microsoft.Extensions.Logging.ILoggerProvider>(logs), level: "Warning");
        using (TcpClient client = new())
        {
            await client.ConnectAsync(IPAddress.Loopback, new Uri(host.App.Urls.First()).Port);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /api/waits HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf"));
            await gate.Entered.Task;
            client.Client.LingerState = new LingerOption(enable: true, seconds: 0);
        }

        InvocationLog runs = host.App.Services.GetRequiredService<InvocationLog>();
        while (runs.Recent() is not [{ Outcome: not InvocationOutcome.Running }])
        {
            await Task.Delay(5);
        }

        runs.Recent()[0].Outcome.ShouldNotBe(InvocationOutcome.Failed);
        logs.Entries.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_name_of_another_machine_in_the_host_header_is_refused()
    {
        await using TestHost host = await StartAsync();
        using HttpRequestMessage request = new(HttpMethod.Get, "api/open");
        request.Headers.Host = "example.org";
        using HttpResponseMessage response = await host.Client.SendAsync(request);
        await ShouldBeProblemAsync(response, 400, "Host header");
    }

    [TestMethod]
    public async Task What_is_not_there_is_told_as_problem_details()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage nothing = await host.Client.GetAsync(new Uri("api/nothing", UriKind.Relative));
        await ShouldBeProblemAsync(nothing, 404, "nothing at this address");
        using HttpResponseMessage bare = await host.Client.GetAsync(new Uri("api/bare", UriKind.Relative));
        await ShouldBeProblemAsync(bare, 404, "nothing at this address");
        using HttpResponseMessage method = await host.Client.DeleteAsync(new Uri("api/echo", UriKind.Relative));
        await ShouldBeProblemAsync(method, 405, "DELETE is not answered here");
        method.Content.Headers.Allow.Order(StringComparer.Ordinal).ShouldBe(["POST", "PUT"]);
        using HttpResponseMessage number = await host.Client.GetAsync(new Uri("api/items/99999999999/of/box", UriKind.Relative));
        await ShouldBeProblemAsync(number, 400, "'number' in the path must be a whole number");
    }

    [TestMethod]
    public async Task A_functions_own_problem_is_sent_as_it_is()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri("api/own", UriKind.Relative));
        await ShouldBeProblemAsync(response, 400, "the function's own words");
    }

    [TestMethod]
    public async Task The_runs_are_kept_with_their_outcomes()
    {
        await using TestHost host = await StartAsync();
        foreach (string path in new[] { "api/open", "api/unavailable", "api/fails" })
        {
            using HttpResponseMessage response = await host.Client.GetAsync(new Uri(path, UriKind.Relative));
        }

        host.App.Services.GetRequiredService<InvocationLog>().Recent().Select(r => $"{r.Function} {r.Trigger} {r.Reason} {r.Outcome}: {r.Problem}")
            .ShouldBe(["Fails Http GET Failed: InvalidOperationException; the log has the details.", "Unavailable Http GET Failed: It answered with the status 503.", "Open Http GET Succeeded: "]);
    }

    [TestMethod]
    public async Task A_failure_is_told_by_a_correlation_id_and_nothing_of_its_inside()
    {
        await using TestHost host = await StartAsync();
        using HttpResponseMessage response = await host.Client.GetAsync(new Uri("api/fails", UriKind.Relative));
        string body = await ShouldBeProblemAsync(response, 500, "correlation id");
        body.ShouldContain("correlationId");
        body.ShouldNotContain("the printer of Jane Doe");
        body.ShouldNotContain(" at ");
    }

    [TestMethod]
    public async Task Bodies_over_the_limit_of_their_type_are_refused_whether_their_length_is_told_or_not()
    {
        await using TestHost host = await StartAsync(Small);
        string text = new('x', 1500);
        using StringContent json = new($"\"{text}\"", Encoding.UTF8, "application/json");
        using HttpResponseMessage tooMuch = await host.Client.PostAsync(new Uri("api/length", UriKind.Relative), json);
        await ShouldBeProblemAsync(tooMuch, 413, "Host:MaxJsonBytes");

        using StringContent csv = new(text, Encoding.UTF8, "text/csv");
        using HttpResponseMessage allowed = await host.Client.PostAsync(new Uri("api/length", UriKind.Relative), csv);
        (await allowed.Content.ReadAsStringAsync()).ShouldBe("1500");

        using HttpRequestMessage request = new(HttpMethod.Post, "api/length") { Content = new StringContent(new string('x', 3000), Encoding.UTF8, "text/csv") };
        request.Headers.TransferEncodingChunked = true;
        using HttpResponseMessage chunked = await host.Client.SendAsync(request);
        await ShouldBeProblemAsync(chunked, 413, "Host:MaxRequestBytes");
    }

    [TestMethod]
    public async Task The_prefix_of_host_json_begins_every_route()
    {
        await using TestHost host = await StartAsync(prefix: "v1/pipeline");
        (await host.Client.GetStringAsync(new Uri("v1/pipeline/open", UriKind.Relative))).ShouldBe("open");
        await using TestHost bare = await StartAsync(prefix: "");
        (await bare.Client.GetStringAsync(new Uri("open", UriKind.Relative))).ShouldBe("open");
    }

    [TestMethod]
    [DataRow("{ \"version\": \"2.0\", \"extensions\": { \"http\": { \"routePrefix\": \"/v2/\" } } }", "v2")]
    [DataRow("{ \"version\": \"2.0\", \"extensions\": { \"http\": { \"routePrefix\": \"\" } } }", "")]
    [DataRow("{ \"version\": \"2.0\" /* nothing else */ }", "api")]
    public void The_prefix_is_read_from_host_json(string content, string prefix)
    {
        using TempFolder folder = new();
        HostJson.Read(folder.Write("host.json", content)).RoutePrefix.ShouldBe(prefix);
        HostJson.Read(folder["missing.json"]).RoutePrefix.ShouldBe("api");
    }

    [TestMethod]
    public async Task A_running_request_ends_before_the_host_does()
    {
        Gate gate = new();
        await using TestHost host = await StartAsync(services: s => s.AddSingleton(gate));
        Task<string> answer = host.Client.GetStringAsync(new Uri("api/slow", UriKind.Relative));
        await gate.Entered.Task;
        Task stop = host.App.StopAsync();
        gate.Open.SetResult();
        (await answer).ShouldBe("done");
        await stop;
    }

    [TestMethod]
    public async Task A_port_that_is_taken_is_told()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        using TempFolder folder = new();
        await using var app = FunctionHost.Build(new FunctionHostParts
        {
            Functions = [],
            Settings = new HostSettings { Port = ((IPEndPoint)taken.LocalEndpoint).Port },
            Configuration = new Microsoft.Extensions.Configuration.ConfigurationBuilder().Build(),
            Keys = new HostKeys("m", new Dictionary<string, string>(StringComparer.Ordinal)),
            StatePath = folder["host.db"],
            JournalPath = folder["orchestrations.db"],
        });
        (await Should.ThrowAsync<CommandException>(() => FunctionHost.StartAsync(app, CancellationToken.None))).Message.ShouldContain("--port");
    }

    private static Task<TestHost> StartAsync(HostSettings? settings = null, string prefix = "api", Action<IServiceCollection>? services = null, string level = "None") =>
        TestHost.StartAsync(settings, services ?? (s => s.AddSingleton(new Gate())), prefix, level, functions: [typeof(Functions), typeof(Answers)]);

    private static async Task<string> SendRawAsync(TestHost host, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, new Uri(host.App.Urls.First()).Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using StreamReader reader = new(client.GetStream(), Encoding.ASCII);
        StringBuilder head = new();
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            head.Append(line).Append('\n');
        }

        return head.ToString();
    }

    private static async Task<string> ShouldBeProblemAsync(HttpResponseMessage response, int status, string detail)
    {
        string body = await response.Content.ReadAsStringAsync();
        ((int)response.StatusCode).ShouldBe(status, body);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        using JsonDocument problem = JsonDocument.Parse(body);
        problem.RootElement.GetProperty("status").GetInt32().ShouldBe(status);
        problem.RootElement.GetProperty("title").GetString().ShouldNotBeNullOrEmpty();
        problem.RootElement.GetProperty("detail").GetString()!.ShouldContain(detail);
        return body;
    }

    public sealed class Gate
    {
        public TaskCompletionSource Entered { get; } = new();

        public TaskCompletionSource Open { get; } = new();
    }

    public sealed record Message(string Text);

    /// <summary>Functions that answer as the pipeline's do.</summary>
    public sealed class Answers(Gate gate)
    {
        [Function("Answered")]
        [Anyone]
        public static Task<IResult> Answered([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "answered")] HttpRequest request) =>
            HttpAnswers.RunAsync(request, NullLogger.Instance, async () =>
            {
                using StreamReader reader = new(request.Body);
                return HttpAnswers.Json(await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
            });

        [Function("Bad")]
        [Anyone]
        public static Task<IResult> Bad([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bad/{status}")] HttpRequest request, int status) =>
            HttpAnswers.RunAsync(request, NullLogger.Instance, () => throw new BadHttpRequestException("so it is", status));

        [Function("Full")]
        [Anyone]
        public static Task<IResult> Full([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "full/{kind}")] HttpRequest request, string kind) =>
            HttpAnswers.RunAsync(request, NullLogger.Instance, () => throw (kind is "file" ? new IOException("No space left on device") : new SqliteException("SQLite Error 13: 'database or disk is full'.", 13)));

        [Function("Unwritten")]
        [Anyone]
        public static IResult Unwritten([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unwritten")] HttpRequest request) =>
            throw new CommandException($"The file '{request.Path}' could not be written: No space left on device.", ExitCode.Failed, new IOException("No space left on device"));

        [Function("Waits")]
        [Anyone]
        public Task<IResult> WaitsAsync([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "waits")] HttpRequest request) =>
            HttpAnswers.RunAsync(request, NullLogger.Instance, async () =>
            {
                using StreamReader reader = new(request.Body);
                gate.Entered.SetResult();
                return HttpAnswers.Json(await reader.ReadToEndAsync(request.HttpContext.RequestAborted));
            });
    }

    public sealed class Functions(Gate gate)
    {
        [Function("Open")]
        [Anyone]
        public static IActionResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "open")] HttpRequest request) => Text(request, "open");

        [Function("Item")]
        [Anyone]
        public static IActionResult Item([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{name}")] HttpRequest request, string name) => Text(request, name);

        [Function("NumberedItem")]
        [Anyone]
        public static Task<IActionResult> NumberedItem([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "items/{number}/of/{box}")] HttpRequest request, int number, string box) =>
            Task.FromResult<IActionResult>(Text(request, $"{number} of {box}"));

        [Function("Optional")]
        [Anyone]
        public static async ValueTask<IResult> Optional([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "optional/{who?}")] HttpRequest request, string? who)
        {
            await Task.Yield();
            return Results.Text(who ?? (request.Method is "GET" ? "nobody" : ""));
        }

        [Function("Unrouted")]
        [Anyone]
        public static IActionResult Unrouted([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Text(request, "unrouted");

        [Function("Echo")]
        [Anyone]
        public static async Task<IActionResult> Echo([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo")] HttpRequest request) =>
            new AcceptedResult("/api/echo/1", await request.ReadFromJsonAsync<Message>());

        [Function("EchoResult")]
        [Anyone]
        public static async Task<IResult> EchoResult([HttpTrigger(AuthorizationLevel.Anonymous, "put", Route = "echo")] HttpRequest request) =>
            Results.Created("/api/echo/1", await request.ReadFromJsonAsync<Message>());

        [Function("ByFunctionKey")]
        [Requires(Role.Operator)]
        public static IActionResult ByFunctionKey([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "function")] HttpRequest request) => Text(request, "function");

        [Function("ByMasterKey")]
        public static IActionResult ByMasterKey([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "admin")] HttpRequest request) => Text(request, "admin");

        [Function("Bare")]
        [Anyone]
        public static IActionResult Bare([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "bare")] HttpRequest request) => request.Method is "GET" ? new NotFoundResult() : new OkResult();

        [Function("Own")]
        [Anyone]
        public static IResult Own([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "own")] HttpRequest request) => Results.Problem("the function's own words", request.Path, StatusCodes.Status400BadRequest);

        [Function("Fails")]
        [Anyone]
        public static IActionResult Fails([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "fails")] HttpRequest request) => throw new InvalidOperationException($"the printer of Jane Doe {request.Path}");

        [Function("Unavailable")]
        [Anyone]
        public static IResult Unavailable([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "unavailable")] HttpRequest request) => Results.Problem("later", request.Path, StatusCodes.Status503ServiceUnavailable);

        [Function("Length")]
        [Anyone]
        public static async Task<IActionResult> Length([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "length")] HttpRequest request)
        {
            using StreamReader reader = new(request.Body);
            return Text(request, $"{(await reader.ReadToEndAsync(request.HttpContext.RequestAborted)).Length}");
        }

        [Function("Slow")]
        [Anyone]
        public async Task<IActionResult> SlowAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "slow")] HttpRequest request, CancellationToken cancellationToken)
        {
            gate.Entered.SetResult();
            await gate.Open.Task.WaitAsync(cancellationToken);
            return Text(request, "done");
        }

        private static ContentResult Text(HttpRequest request, string text) => new() { Content = text, ContentType = request.Method is "HEAD" ? null : "text/plain" };
    }
}
