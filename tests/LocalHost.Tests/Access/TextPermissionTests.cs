using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pipeline.Access;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.LocalHost.Tests.Functions;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Access;

/// <summary>Every operation of the description that is asked by GET, and the search, over texts that hold personal and secret data: nobody sees them without the permission.</summary>
[TestClass]
public sealed class TextPermissionTests
{
    private const string Person = "marker.person@example.org";
    private const string Secret = "Hunter2MarkerX9";
    private const string Marked = $"Write to {Person}, password: {Secret}";
    private const string Asking = "texts=raw";

    private static readonly Dictionary<string, string> Places = new(StringComparer.Ordinal);
    private static FakeAuthority _authority = null!;
    private static Api _api = null!;
    private static HttpClient _client = null!;

    public static IEnumerable<object[]> Operations =>
        from path in OpenApi.Document["paths"]!.AsObject()
        where path.Value!.AsObject().ContainsKey("get")
        select new object[] { path.Key };

    [ClassInitialize]
    public static async Task StartAsync(TestContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        _authority = await FakeAuthority.StartAsync();
        _api = await Api.StartAsync(_authority.Settings);
        _client = new HttpClient { BaseAddress = _api.Client.BaseAddress };
        await _api.Warehouse.UpsertIncidentsAsync(
            [.. DemoIncidents.Generate(400).Select(i => new Incident { Number = i.Number, CreatedOn = i.CreatedOn, Texts = [.. i.Texts, Marked], TechCenter = "Network", CloseNotes = $"Restarted it. {Marked}", State = "Closed" })]);
        await _api.PreprocessAsync();
        await _api.WorkAsync("/api/train", new { });
        await _api.WorkAsync("/api/predict", new { });
        await _api.PostAsync("/api/streams", new { name = "desk" });
        await _api.PostAsync("/api/streams/desk/items", new { items = Enumerable.Range(1, 8).Select(i => new { id = $"s{i}", text = $"The printer in the hall has a paper jam. {Marked}" }) });
        using StringContent rows = new($"number,opened_at,short_description,assignment_group,password\nREJ1,soon,\"{Marked}\",Network,{Secret}\nREJ2,2026-05-01,fine,Network,\n", Encoding.UTF8, "text/csv");
        using HttpResponseMessage sent = await _api.Client.PostAsync(new Uri("/api/v1/uploads/incidents?allow-rejects=true", UriKind.Relative), rows);
        await _api.UntilAsync(sent.Headers.Location!.ToString(), status => status.GetProperty("state").GetString() is "accepted" or "failed");

        JsonElement problem = (await _api.GetAsync("/api/problems")).GetProperty("problems")[0];
        Places["/problems"] = Places["/forecast"] = problem.GetProperty("id").ToString();
        Places["/clusters"] = (await _api.GetAsync("/api/clusters")).GetProperty("clusters")[0].GetProperty("id").ToString();
        Places["/v1/uploads"] = Places["/v1/status"] = sent.Headers.Location!.ToString().Split('/')[^1];
        Places["/v1/datasets"] = "incidents";
        Places["/runs"] = (await _api.GetAsync("/api/runs")).GetProperty("runs")[0].GetProperty("id").ToString();
        Places["/streams"] = (await _api.GetAsync("/api/streams/desk/clusters")).GetProperty("clusters")[0].GetProperty("id").ToString();
        Places["{version}"] = "2026_q2";
        Places["{number}"] = (await _api.GetAsync($"/api/problems/Network/{Places["/problems"]}/incidents")).GetProperty("incidents")[0].GetProperty("number").GetString()!;
    }

    [ClassCleanup]
    public static async Task StopAsync()
    {
        _client.Dispose();
        await _api.DisposeAsync();
        await _authority.DisposeAsync();
    }

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public async Task No_answer_shows_a_raw_text_to_a_role_without_the_permission(string path)
    {
        foreach (Role role in Enum.GetValues<Role>())
        {
            foreach (string query in Queries(path))
            {
                (HttpStatusCode status, string body) = await GetAsync(role, Address(path) + query);
                Holds(body).ShouldBeEmpty($"{RoleNames.Of(role)}: GET {path}{query}: {status}");
            }

            if (ShowsTexts(path) && role < Role.Admin)
            {
                (HttpStatusCode status, string body) = await GetAsync(role, $"{Address(path)}?{Asking}");
                status.ShouldBe(HttpStatusCode.Forbidden, $"{RoleNames.Of(role)}: GET {path}: {body}");
                Holds(body).ShouldBeEmpty();
                if (role >= Needed(path))
                {
                    body.ShouldContain(TextPermission.Name);
                }
            }
        }
    }

    [TestMethod]
    public async Task Who_has_the_permission_and_asks_sees_texts_as_they_came_but_no_secrets()
    {
        string[] paths = [.. Operations.Select(o => (string)o[0]).Where(ShowsTexts)];
        paths.Length.ShouldBe(7, "what shows texts");
        foreach (string path in paths)
        {
            foreach (string query in Queries(path).Select(query => query.Length == 0 ? $"?{Asking}" : $"{query}&{Asking}"))
            {
                (HttpStatusCode status, string body) = await GetAsync(Role.Admin, Address(path) + query);
                status.ShouldBe(HttpStatusCode.OK, $"GET {path}{query}: {body}");
                Holds(body).ShouldBe([Person], $"GET {path}{query}: {body[..Math.Min(body.Length, 2000)]}");
            }
        }
    }

    [TestMethod]
    public async Task A_search_shows_texts_in_the_form_that_the_caller_may_see()
    {
        object body = new { text = "printer paper network", top = 20 };
        foreach (Role role in Enum.GetValues<Role>())
        {
            (HttpStatusCode status, string found) = await SendAsync(role, HttpMethod.Post, "/api/search", body);
            (status, Holds(found).Length).ShouldBe((HttpStatusCode.OK, 0));
            (HttpStatusCode asked, string raw) = await SendAsync(role, HttpMethod.Post, $"/api/search?{Asking}", body);
            (asked, string.Join(' ', Holds(raw))).ShouldBe(role == Role.Admin ? (HttpStatusCode.OK, Person) : (HttpStatusCode.Forbidden, ""));
        }
    }

    private static Task<(HttpStatusCode Status, string Body)> GetAsync(Role role, string address) => SendAsync(role, HttpMethod.Get, address, body: null);

    private static async Task<(HttpStatusCode Status, string Body)> SendAsync(Role role, HttpMethod method, string address, object? body)
    {
        using HttpRequestMessage request = new(method, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _authority.Issue(RoleNames.Of(role)));
        request.Content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage response = await _client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static string[] Holds(string body) => [.. ((string[])[Person, Secret]).Where(marker => body.Contains(marker, StringComparison.OrdinalIgnoreCase))];

    // What each operation is asked for: its standard form, and each other form that it names.
    private static string[] Queries(string path) => Declares(path, "format") ? ["", "?format=csv"] : Declares(path, "seconds") ? ["?seconds=0"] : Declares(path, "text") ? ["?text=paper%20jam"] : [""];

    private static bool ShowsTexts(string path) => Declares(path, "texts");

    private static bool Declares(string path, string parameter) =>
        (Operation(path)["parameters"] as JsonArray)?.Any(p => p!["name"]?.GetValue<string>() == parameter) == true;

    private static Role Needed(string path) => RoleNames.Find(Operation(path)["security"]!.AsArray()[0]!.AsObject().Single().Value![0]!.GetValue<string>())!.Value;

    private static JsonNode Operation(string path) => OpenApi.Document["paths"]![path]!["get"]!;

    private static string Address(string path) => "/api" + Regex.Replace(
        path,
        @"\{\w+\}",
        place => place.Value switch
        {
            "{techCenter}" => "Network",
            "{name}" => "desk",
            "{instanceId}" => "train-2026-q2",
            "{file}" => "index.html",
            "{resource}" => "runs",
            "{action}" => "search",
            "{id}" => Places.FirstOrDefault(known => path.StartsWith(known.Key, StringComparison.Ordinal)).Value ?? "none-such",
            string other => Places.GetValueOrDefault(other, "none-such"),
        },
        RegexOptions.None,
        TimeSpan.FromSeconds(1));
}
