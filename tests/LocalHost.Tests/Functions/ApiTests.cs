using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Every route of the app over real data; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class ApiTests
{
    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _api = await Api.StartAsync();
        await _api.ReportAsync("Network", 600);
        await _api.ReportAsync("Voice", 4);
        (await WorkAsync("/preprocess", new { })).GetProperty("stored").GetInt32().ShouldBe(604);
        HttpResponseMessage started = await _api.PostAsync("/api/train", new { });
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await _api.TrainedAsync(started.Headers.Location!.ToString())).GetProperty("status").GetString().ShouldBe("completed");
        (await WorkAsync("/predict", new { })).GetProperty("techCenters").EnumerateArray().Sum(c => c.GetProperty("predicted").GetInt32()).ShouldBe(600);
    }

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task What_is_told_of_an_incident_finds_it_and_those_like_it()
    {
        JsonElement problem = (await GetAsync("/problems", "/problems?pageSize=1")).GetProperty("problems")[0];
        int id = problem.GetProperty("id").GetInt32();
        JsonElement ticket = (await GetAsync("/problems/{techCenter}/{id}/incidents", $"/problems/Network/{id}/incidents?pageSize=1")).GetProperty("incidents")[0];
        string number = ticket.GetProperty("number").GetString()!;
        string text = ticket.GetProperty("text").GetString()!;

        JsonElement found = await CheckedAsync("/search", "post", await _api.PostAsync("/api/search", new { text, techCenters = new[] { "network" }, filters = new { problem = id }, top = 100 }), HttpStatusCode.OK);
        JsonElement[] incidents = [.. found.GetProperty("incidents").EnumerateArray()];
        incidents.Select(i => i.GetProperty("number").GetString()).ShouldContain(number, StringComparer.Ordinal);
        incidents.ShouldAllBe(i => i.GetProperty("problemId").GetInt32() == id && i.GetProperty("techCenter").GetString() == "Network");
        incidents[0].GetProperty("highlights").GetArrayLength().ShouldBeGreaterThan(0);
        found.GetProperty("facets").GetProperty("problems").GetArrayLength().ShouldBe(1);

        JsonElement similar = await GetAsync("/incidents/{number}/similar", $"/incidents/{number}/similar?top=5");
        similar.GetProperty("incidents").EnumerateArray().Select(i => i.GetProperty("number").GetString()).ShouldNotContain(number, StringComparer.Ordinal);
        similar.GetProperty("incidents").GetArrayLength().ShouldBe(5);

        JsonElement embedded = await CheckedAsync("/embeddings", "post", await _api.PostAsync("/api/embeddings", new { texts = new[] { text } }), HttpStatusCode.OK);
        embedded.GetProperty("embeddings")[0].GetProperty("vector").GetArrayLength().ShouldBe(embedded.GetProperty("dimensions").GetInt32());
        await CheckedAsync("/search", "post", await _api.PostAsync("/api/search", new { text, colour = "red" }), HttpStatusCode.BadRequest);
    }

    [TestMethod]
    public async Task A_training_tells_how_each_tech_center_ended()
    {
        JsonElement status = await GetAsync("/train/{instanceId}", "/train/train-2026-q2");

        JsonElement progress = status.GetProperty("progress");
        (progress.GetProperty("done").GetInt32(), progress.GetProperty("total").GetInt32()).ShouldBe((2, 2));
        progress.GetProperty("techCenters").EnumerateObject().Select(c => (c.Name, c.Value.GetString())).ShouldBe([("Network", "published"), ("Voice", "tooFewIncidents")], ignoreOrder: true);
        JsonElement[] centers = [.. status.GetProperty("result").GetProperty("techCenters").EnumerateArray()];
        centers.Select(c => c.GetProperty("techCenter").GetString()).ShouldBe(["Network", "Voice"]);
        centers[0].GetProperty("version").GetString()!.ShouldStartWith("2026_q2");
        centers[1].GetProperty("detail").GetString()!.ShouldContain("too few incidents: 4");
    }

    [TestMethod]
    public async Task A_training_for_some_tech_centers_has_its_own_name_and_its_address_is_answered()
    {
        HttpResponseMessage started = await _api.PostAsync("/api/train", new { year = 2026, quarter = 1, techCenters = new[] { "Voice" } });

        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        string address = started.Headers.Location!.ToString();
        address.ShouldMatch("^/api/train/train-2026-q1-[0-9a-f]{8}$");
        (await _api.TrainedAsync(address)).GetProperty("result").GetProperty("techCenters").GetArrayLength().ShouldBe(1);
    }

    [TestMethod]
    public async Task A_training_that_has_ended_cannot_be_cancelled()
    {
        JsonElement problem = await ProblemAsync("/train/{instanceId}", "delete", HttpStatusCode.Conflict, await _api.Client.DeleteAsync(new Uri("/api/train/train-2026-q2", UriKind.Relative)));

        problem.GetProperty("detail").GetString()!.ShouldContain("completed");
    }

    [TestMethod]
    [DataRow("get")]
    [DataRow("delete")]
    public async Task An_unknown_training_is_not_found(string method)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), "/api/train/train-1999-q1");

        JsonElement problem = await ProblemAsync("/train/{instanceId}", method, HttpStatusCode.NotFound, await _api.Client.SendAsync(request));

        problem.GetProperty("errors").GetProperty("instanceId")[0].GetString()!.ShouldContain("train-1999-q1");
    }

    [TestMethod]
    [DataRow("/train", """{"year": 2026, "quarter": 5}""", "quarter", "from 1 to 4")]
    [DataRow("/train", """{"year": 2010, "quarter": 1}""", "year", "whose window holds some of them")]
    [DataRow("/train", """{"yaer": 2026}""", "yaer", "Fields: year, quarter, techCenters.")]
    [DataRow("/train", """{"techCenters": ["Netwrok"]}""", "techCenters", "Known: 'Network', 'Voice'.")]
    [DataRow("/preprocess", """{"limit": 0}""", "limit", "at least 1")]
    [DataRow("/preprocess", """{"limit": "all"}""", "limit", "a whole number")]
    [DataRow("/predict", """{"techCenter": "Netwrok"}""", "techCenter", "Known: 'Network', 'Voice'.")]
    [DataRow("/classify", """{}""", "text", "either 'text'")]
    [DataRow("/classify", """{"text": ""}""", "text", "empty")]
    [DataRow("/classify", """{"text": "VPN", "techCenter": "Voice"}""", "techCenter", "With a model: 'Network'.")]
    public async Task A_field_that_cannot_be_used_is_named_with_the_fix(string path, string body, string field, string fix)
    {
        JsonElement problem = await ProblemAsync(path, "post", HttpStatusCode.BadRequest, await SendAsync(path, body));

        problem.GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:invalid-request");
        problem.GetProperty("status").GetInt32().ShouldBe(400);
        problem.GetProperty("instance").GetString().ShouldBe($"/api{path}");
        problem.GetProperty("errors").GetProperty(field)[0].GetString()!.ShouldContain(fix);
    }

    [TestMethod]
    [DataRow("/train")]
    [DataRow("/preprocess")]
    [DataRow("/predict")]
    [DataRow("/classify")]
    public async Task A_body_that_is_no_json_is_refused(string path)
    {
        JsonElement problem = await ProblemAsync(path, "post", HttpStatusCode.BadRequest, await SendAsync(path, "{\"text\": \"VPN"));

        problem.GetProperty("detail").GetString()!.ShouldContain("not valid JSON near line 1");
    }

    [TestMethod]
    public async Task A_hundred_and_one_texts_are_too_many()
    {
        string texts = JsonSerializer.Serialize(new { texts = Enumerable.Repeat("VPN", 101) });

        JsonElement problem = await ProblemAsync("/classify", "post", HttpStatusCode.BadRequest, await SendAsync("/classify", texts));

        problem.GetProperty("errors").GetProperty("texts")[0].GetString()!.ShouldContain("1 to 100");
    }

    [TestMethod]
    public async Task A_text_is_classified_at_once_with_the_reasons()
    {
        JsonElement cluster = (await GetAsync("/clusters", "/clusters?pageSize=1")).GetProperty("clusters")[0];
        JsonElement details = await GetAsync("/clusters/{techCenter}/{id}", $"/clusters/network/{cluster.GetProperty("id").GetInt32()}");
        string example = details.GetProperty("examples")[0].GetString()!;

        JsonElement result = await PostAsync("/classify", new { text = example });

        JsonElement answer = result.GetProperty("texts")[0];
        answer.GetProperty("problemId").GetInt32().ShouldBe(cluster.GetProperty("problemId").GetInt32());
        answer.GetProperty("problemLabel").GetString().ShouldBe(cluster.GetProperty("problemLabel").GetString());
        answer.GetProperty("clusterId").GetInt32().ShouldBe(cluster.GetProperty("id").GetInt32());
        answer.GetProperty("nearest")[0].GetProperty("text").GetString().ShouldBe(example);
        answer.GetProperty("words").GetArrayLength().ShouldBeGreaterThan(0);
    }

    [TestMethod]
    [DataRow("โปรแกรมบัญชีเปิดไม่ได้ตั้งแต่เช้า")]
    [DataRow("会议室的投影仪无法开机")]
    [DataRow("Ο εκτυπωτής δεν λειτουργεί")]
    public async Task A_text_in_a_script_that_the_model_never_saw_is_unclustered(string text)
    {
        JsonElement answer = (await PostAsync("/classify", new { techCenter = "Network", texts = new[] { text } })).GetProperty("texts")[0];

        answer.GetProperty("clusterId").GetInt32().ShouldBe(-1);
        answer.GetProperty("confidence").GetDouble().ShouldBeInRange(0.5, 1, "how sure it is that the text belongs to no problem");
    }

    [TestMethod]
    public async Task Problems_are_listed_and_each_can_be_looked_at_with_its_variants()
    {
        JsonElement page = await GetAsync("/problems", "/problems?techCenter=Network&sort=trend&page=1&pageSize=200");

        page.GetProperty("total").GetInt32().ShouldBe(page.GetProperty("problems").GetArrayLength());
        foreach (JsonElement listed in page.GetProperty("problems").EnumerateArray().Take(3))
        {
            JsonElement details = await GetAsync("/problems/{techCenter}/{id}", $"/problems/Network/{listed.GetProperty("id").GetInt32()}");
            details.GetProperty("summary").GetRawText().ShouldBe(listed.GetRawText());
            JsonElement variant = details.GetProperty("variants")[0];
            JsonElement cluster = await GetAsync("/clusters/{techCenter}/{id}", $"/clusters/Network/{variant.GetProperty("id").GetInt32()}");
            cluster.GetProperty("summary").GetProperty("problemId").GetInt32().ShouldBe(listed.GetProperty("id").GetInt32());
            details.GetProperty("variants").GetArrayLength().ShouldBe(listed.GetProperty("variants").GetInt32());
        }
    }

    [TestMethod]
    public async Task Clusters_are_listed_and_each_can_be_looked_at()
    {
        JsonElement page = await GetAsync("/clusters", "/clusters?techCenter=Network&sort=lastSeen&page=1&pageSize=200");

        page.GetProperty("total").GetInt32().ShouldBe(page.GetProperty("clusters").GetArrayLength());
        foreach (JsonElement cluster in page.GetProperty("clusters").EnumerateArray().Take(3))
        {
            JsonElement details = await GetAsync("/clusters/{techCenter}/{id}", $"/clusters/Network/{cluster.GetProperty("id").GetInt32()}");
            details.GetProperty("summary").GetRawText().ShouldBe(cluster.GetRawText());
        }
    }

    [TestMethod]
    [DataRow("/problems", "/problems?sort=colour", 400, "sort")]
    [DataRow("/problems/{techCenter}/{id}", "/problems/Network/99999", 404, "id")]
    [DataRow("/problems/{techCenter}/{id}", "/problems/Nowhere/1", 404, "techCenter")]
    [DataRow("/clusters", "/clusters?sort=colour", 400, "sort")]
    [DataRow("/clusters", "/clusters?page=0", 400, "page")]
    [DataRow("/clusters", "/clusters?techCenter=Nowhere", 404, "techCenter")]
    [DataRow("/clusters/{techCenter}/{id}", "/clusters/Network/99999", 404, "id")]
    [DataRow("/clusters/{techCenter}/{id}", "/clusters/Network/first", 404, "id")]
    [DataRow("/clusters/{techCenter}/{id}", "/clusters/Nowhere/1", 404, "techCenter")]
    public async Task What_is_not_there_or_cannot_be_read_is_named(string described, string path, int status, string field)
    {
        JsonElement problem = await ProblemAsync(described, "get", (HttpStatusCode)status, await _api.Client.GetAsync(new Uri($"/api{path}", UriKind.Relative)));

        problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(problem.GetRawText());
    }

    [TestMethod]
    public async Task Models_status_and_checks_are_shown()
    {
        (await GetAsync("/models", "/models")).GetProperty("techCenters")[0].GetProperty("techCenter").GetString().ShouldBe("Network");
        (await GetAsync("/status", "/status")).GetProperty("techCenters").GetArrayLength().ShouldBe(2);
        (await GetAsync("/ready", "/ready")).GetProperty("ready").GetBoolean().ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_body_of_ten_megabytes_is_refused()
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/api/classify") { Content = new StringContent($$"""{"text": "{{new string('x', 10_000_000)}}"}""", Encoding.UTF8, "application/json") };
        request.Headers.ExpectContinue = true;

        HttpResponseMessage response = await _api.Client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        JsonElement problem = await Api.ReadAsync(response);
        problem.GetProperty("status").GetInt32().ShouldBe(413);
        problem.GetProperty("detail").GetString()!.ShouldContain("bytes");
    }

    [TestMethod]
    public async Task A_wrong_method_and_a_wrong_key_are_refused_with_what_would_do()
    {
        using HttpRequestMessage delete = new(HttpMethod.Delete, "/api/classify");
        HttpResponseMessage wrongMethod = await _api.Client.SendAsync(delete);
        using HttpRequestMessage forged = new(HttpMethod.Post, "/api/train");
        forged.Headers.Add("x-functions-key", "forged");
        using HttpClient stranger = new() { BaseAddress = _api.Client.BaseAddress };
        HttpResponseMessage wrongKey = await stranger.SendAsync(forged);

        wrongMethod.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed);
        wrongMethod.Content.Headers.Allow.ShouldBe(["POST"]);
        (await Api.ReadAsync(wrongMethod)).GetProperty("status").GetInt32().ShouldBe(405);
        wrongKey.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await Api.ReadAsync(wrongKey)).TryGetProperty("detail", out _).ShouldBeFalse();
    }

    [TestMethod]
    public async Task Health_the_description_and_the_files_of_the_desk_need_no_key_and_everything_else_does()
    {
        using HttpClient stranger = new() { BaseAddress = _api.Client.BaseAddress };

        foreach ((string path, _) in OpenApi.Document["paths"]!.AsObject())
        {
            string concrete = Regex.Replace(path, @"\{\w+\}", "1", RegexOptions.None, TimeSpan.FromSeconds(1));
            string[] methods = [.. OpenApi.Document["paths"]![path]!.AsObject().Select(pair => pair.Key)];
            HttpMethod method = new((methods.FirstOrDefault(name => name is "get" or "post") ?? methods.First(name => name is "put" or "delete")).ToUpperInvariant());
            using HttpRequestMessage request = new(method, $"/api{concrete}");
            HttpStatusCode expected = path is "/health" or "/openapi.json" or "/desk" ? HttpStatusCode.OK : path is "/sign-in" ? HttpStatusCode.NoContent : path is "/desk/{file}" ? HttpStatusCode.NotFound : HttpStatusCode.Unauthorized;
            HttpStatusCode answered = (await stranger.SendAsync(request)).StatusCode;
            if (path is "/health/ready")
            {
                // Whether it is depends on the machine.
                answered.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
                continue;
            }

            answered.ShouldBe(expected, path);
        }
    }

    [TestMethod]
    public async Task The_description_that_is_served_is_the_document()
    {
        JsonElement served = await _api.GetAsync("/api/openapi.json");

        served.GetProperty("paths").EnumerateObject().Select(p => p.Name).ShouldBe(OpenApi.Document["paths"]!.AsObject().Select(p => p.Key));
        OpenApi.Problems(await _api.GetAsync("/api/health"), OpenApi.ResponseSchema("/health", "get", 200)).ShouldBeEmpty();
    }

    private static async Task<JsonElement> GetAsync(string described, string path)
    {
        HttpResponseMessage response = await _api.Client.GetAsync(new Uri($"/api{path}", UriKind.Relative));
        return await CheckedAsync(described, "get", response, HttpStatusCode.OK);
    }

    /// <summary>Has work done behind a request, whose every answer is held against the description.</summary>
    private static async Task<JsonElement> WorkAsync(string path, object body)
    {
        HttpResponseMessage started = await _api.PostAsync($"/api{path}", body);
        await CheckedAsync(path, "post", started, HttpStatusCode.Accepted);
        string address = started.Headers.Location!.ToString()["/api".Length..];
        await _api.TrainedAsync($"/api{address}");
        JsonElement ended = await GetAsync($"{path}/{{instanceId}}", address);
        ended.GetProperty("status").GetString().ShouldBe("completed", ended.GetRawText());
        return ended.GetProperty("result");
    }

    private static async Task<JsonElement> PostAsync(string path, object body) => await CheckedAsync(path, "post", await _api.PostAsync($"/api{path}", body), HttpStatusCode.OK);

    private static async Task<HttpResponseMessage> SendAsync(string path, string body)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");
        return await _api.Client.PostAsync(new Uri($"/api{path}", UriKind.Relative), content);
    }

    private static async Task<JsonElement> ProblemAsync(string described, string method, HttpStatusCode expected, HttpResponseMessage response)
    {
        response.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json");
        return await CheckedAsync(described, method, response, expected);
    }

    private static async Task<JsonElement> CheckedAsync(string described, string method, HttpResponseMessage response, HttpStatusCode expected)
    {
        JsonElement body = await Api.ReadAsync(response);
        response.StatusCode.ShouldBe(expected, body.GetRawText());
        OpenApi.Problems(body, OpenApi.ResponseSchema(described, method, (int)expected)).ShouldBeEmpty(body.GetRawText());
        return body;
    }
}
