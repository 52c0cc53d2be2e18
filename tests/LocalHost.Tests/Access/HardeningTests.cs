using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.RouteContract;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>What a scanner of APIs tries, over every operation of the description: texts that try to act in each parameter and each field, and what an answer gives away.</summary>
[TestClass]
public sealed class HardeningTests
{
    private static readonly string[] Methods = ["get", "post", "put", "patch", "delete"];

    // These stop everything for the tests after them: EmergencyStopTests has them.
    private static readonly string[] Stops = ["/halt", "/read-only"];

    // As pieces of a stack or of this machine: no answer holds them.
    private static readonly string[] GivenAway = ["   at ", "Exception", "System.", "Microsoft.", "Pipeline.Triggers", ".cs:line", "/tmp/", "/home/", "SQLite"];

    private static Api _api = null!;

    public static IEnumerable<object[]> Operations =>
        from path in OpenApi.Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        where Methods.Contains(operation.Key, StringComparer.Ordinal) && !Stops.Contains(path.Key, StringComparer.Ordinal)
        select new object[] { operation.Key, path.Key };

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Limits:RequestsPerMinute"] = "0" });
        _api.Client.DefaultRequestHeaders.Remove("x-functions-key");
        _api.Client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);
        await _api.ReportAsync("Network", 60);
        await _api.PreprocessAsync();
    }

    [ClassCleanup]
    public static async Task StopAsync() => await _api.DisposeAsync();

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public async Task No_text_in_a_parameter_or_a_field_makes_an_operation_fail_or_give_away_how_it_is_made(string method, string path)
    {
        List<string> wrong = [];
        foreach ((string name, string text) in HostileTexts.All.Where(t => t.Key != "long word").Append(new("long word", new string('W', 3_000))))
        {
            using HttpRequestMessage request = new(new HttpMethod(method.ToUpperInvariant()), Address(method, path, text));
            request.Content = method is "get" or "delete" ? null : new StringContent(Body(method, path, text), Encoding.UTF8, "application/json");
            using HttpResponseMessage response = await _api.Client.SendAsync(request);
            string body = await response.Content.ReadAsStringAsync();
            if (response.StatusCode is HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway || (response.StatusCode >= HttpStatusCode.BadRequest && GivenAway.Any(piece => Without(body, text).Contains(piece, StringComparison.Ordinal))))
            {
                wrong.Add($"{name}: {(int)response.StatusCode}: {body}");
            }

            string kind = response.Content.Headers.ContentType?.MediaType ?? "";
            if (kind is "text/html" && body.Contains(HostileTexts.Mark, StringComparison.Ordinal))
            {
                wrong.Add($"{name}: the text is in an answer of {kind}");
            }
        }

        wrong.ShouldBeEmpty($"{method} {path}");
    }

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public async Task An_answer_is_of_its_kind_kept_by_no_cache_and_for_no_other_origin(string method, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(method.ToUpperInvariant()), Address(method, path, "none-such"));
        request.Content = method is "get" or "delete" ? null : new StringContent("not json", Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _api.Client.SendAsync(request);

        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.Contains("Server").ShouldBeFalse();
        response.Headers.Contains("X-Powered-By").ShouldBeFalse();
        response.Headers.Contains("Access-Control-Allow-Origin").ShouldBeFalse();
        (response.Headers.CacheControl is { NoStore: true } or { NoCache: true }).ShouldBeTrue($"{method} {path}: {response.Headers.CacheControl}");
    }

    [TestMethod]
    [DataRow("TRACE")]
    [DataRow("PROPFIND")]
    [DataRow("OPTIONS")]
    public async Task A_method_that_no_operation_has_is_not_answered(string method)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), "/api/status");
        request.Headers.Add("Origin", _api.Client.BaseAddress!.GetLeftPart(UriPartial.Authority));
        using HttpResponseMessage response = await _api.Client.SendAsync(request);

        response.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("x-functions-key", Case.Insensitive);
    }

    [TestMethod]
    [DataRow("/api/../warehouse.db")]
    [DataRow("/api/%2e%2e/%2e%2e/etc/passwd")]
    [DataRow("/api/desk/..%2f..%2fhost.json")]
    [DataRow("/api/desk/%00")]
    [DataRow("/.git/config")]
    [DataRow("/admin/host/keys")]
    [DataRow("/runtime/webhooks/blobs")]
    [DataRow("/swagger/index.html")]
    [DataRow("/host.json")]
    public async Task What_is_no_route_is_not_there(string path)
    {
        using HttpResponseMessage response = await _api.Client.GetAsync(new Uri(_api.Client.BaseAddress + path[1..], new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));

        response.StatusCode.ShouldBeOneOf(HttpStatusCode.NotFound, HttpStatusCode.BadRequest);
    }

    [TestMethod]
    public void No_request_names_an_address_that_the_host_would_ask()
    {
        string[] suspicious = ["url", "uri", "address", "callback", "webhook", "endpoint", "host"];
        IEnumerable<string> parameters = from path in OpenApi.Document["paths"]!.AsObject()
                                         from operation in path.Value!.AsObject()
                                         where Methods.Contains(operation.Key, StringComparer.Ordinal)
                                         from name in Fields(operation.Key, path.Key).Concat((operation.Value!["parameters"] as JsonArray ?? []).Select(p => p!["name"]!.GetValue<string>()))
                                         where suspicious.Any(s => name.Contains(s, StringComparison.OrdinalIgnoreCase))
                                         select $"{operation.Key} {path.Key}: {name}";

        parameters.ShouldBeEmpty("Sources, receivers of alerts and services are named by settings, which no request changes.");
    }

    private static string Without(string body, string text) => body.Replace(JsonSerializer.Serialize(text, PipelineJson.Compact)[1..^1], "", StringComparison.Ordinal);

    private static string Address(string method, string path, string text)
    {
        string filled = System.Text.RegularExpressions.Regex.Replace(path, @"\{\w+\}", Uri.EscapeDataString(text), System.Text.RegularExpressions.RegexOptions.None, TimeSpan.FromSeconds(1));
        IEnumerable<string> query = (OpenApi.Document["paths"]![path]![method]!["parameters"] as JsonArray ?? []).Where(p => p!["in"]!.GetValue<string>() == "query")
            .Select(p => p!["name"]!.GetValue<string>()).Where(name => name is not ("code" or "seconds")).Select(name => $"{name}={Uri.EscapeDataString(text)}");
        string asked = string.Join('&', query);
        return $"/api{filled}{(path.EndsWith("/events", StringComparison.Ordinal) ? "?seconds=0&" : "?")}{asked}".TrimEnd('?', '&');
    }

    private static string Body(string method, string path, string text) => JsonSerializer.Serialize(Fields(method, path).ToDictionary(name => name, _ => text, StringComparer.Ordinal));

    private static IEnumerable<string> Fields(string method, string path)
    {
        JsonNode? schema = OpenApi.Document["paths"]![path]![method]!["requestBody"]?["content"]?["application/json"]?["schema"];
        string? reference = schema?["$ref"]?.GetValue<string>();
        JsonNode? described = reference is null ? schema : OpenApi.Document["components"]!["schemas"]![reference.Split('/')[^1]];
        return described?["properties"]?.AsObject().Select(p => p.Key) ?? [];
    }
}
