using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Demo;
using Pipeline.Preprocessing;
using Pipeline.RouteContract;
using Pipeline.Storage;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Data sets over HTTP, and rows that are sent to them; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class DatasetsApiTests
{
    private const string Homes = """
        {
          "kind": "records", "numberColumn": "id", "createdColumn": "visited",
          "schema": {
            "required": ["id", "size"],
            "properties": { "id": { "type": "string" }, "visited": { "type": "string", "format": "date" }, "size": { "type": "integer", "minimum": 1, "maximum": 40 }, "water": { "enum": ["river", "well"] } }
          }
        }
        """;

    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => _api = await Api.StartAsync();

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task The_data_sets_are_listed_shown_added_and_replaced()
    {
        HttpResponseMessage added = await SendAsync(HttpMethod.Put, "/v1/datasets/listed", Homes);
        JsonElement all = await CheckedAsync(await _api.Client.GetAsync(Address("/v1/datasets")), "/v1/datasets", "get");
        JsonElement replaced = await CheckedAsync(await SendAsync(HttpMethod.Put, "/v1/datasets/listed", Homes.Replace("\"records\",", "\"records\", \"strict\": true, \"retentionDays\": 30,", StringComparison.Ordinal)), "/v1/datasets/{id}", "put");
        JsonElement shown = await CheckedAsync(await _api.Client.GetAsync(Address("/v1/datasets/listed")), "/v1/datasets/{id}", "get");

        (added.StatusCode, added.Headers.Location!.ToString()).ShouldBe((HttpStatusCode.Created, "/api/v1/datasets/listed"));
        all.GetProperty("datasets").EnumerateArray().Select(d => d.GetProperty("name").GetString()).ShouldBe(["household-survey", "incidents", "listed"], ignoreOrder: true);
        replaced.GetRawText().ShouldBe(shown.GetRawText());
        (shown.GetProperty("strict").GetBoolean(), shown.GetProperty("retentionDays").GetInt32(), shown.GetProperty("kind").GetString()).ShouldBe((true, 30, "records"));
    }

    [TestMethod]
    [DataRow("/v1/datasets", "POST", """{"name": "Not a name"}""", HttpStatusCode.BadRequest, "name")]
    [DataRow("/v1/datasets", "POST", """{}""", HttpStatusCode.BadRequest, "name")]
    [DataRow("/v1/datasets", "POST", """{"name": "a", "kind": "pictures"}""", HttpStatusCode.BadRequest, "kind")]
    [DataRow("/v1/datasets", "POST", """{"name": "a", "schema": "text"}""", HttpStatusCode.BadRequest, "schema")]
    [DataRow("/v1/datasets", "POST", """{"name": "a", "strict": "yes"}""", HttpStatusCode.BadRequest, "strict")]
    [DataRow("/v1/datasets/a", "PUT", """{"name": "b"}""", HttpStatusCode.BadRequest, "name")]
    [DataRow("/v1/datasets/a", "PUT", """{"retentionDays": 0}""", HttpStatusCode.BadRequest, "retentionDays")]
    [DataRow("/v1/datasets", "POST", """{"name": "household-survey"}""", HttpStatusCode.Conflict, null)]
    public async Task A_wrong_definition_is_refused_with_its_field(string path, string method, string body, HttpStatusCode status, string? field)
    {
        HttpResponseMessage response = await SendAsync(new HttpMethod(method), path, body);
        JsonElement problem = await Api.ReadAsync(response);

        response.StatusCode.ShouldBe(status, problem.GetRawText());
        if (field is not null)
        {
            problem.GetProperty("errors").TryGetProperty(field, out _).ShouldBeTrue(problem.GetRawText());
        }
    }

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public async Task Ten_thousand_records_with_a_hundred_broken_are_taken_but_for_those_or_refused_where_the_data_set_is_strict(bool strict)
    {
        string name = strict ? "strict-homes" : "homes";
        await SendAsync(HttpMethod.Put, $"/v1/datasets/{name}", Homes.Replace("\"records\",", $"\"records\", \"strict\": {(strict ? "true" : "false")},", StringComparison.Ordinal));
        StringBuilder file = new("id,visited,size,water\n");
        for (int i = 1; i <= 10_000; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"H{i},2026-05-01,{(i % 200 == 100 ? "many" : "4")},{(i % 200 == 0 ? "rain" : "river")}\n");
        }

        JsonElement done = await UploadAsync($"/v1/uploads/{name}?name=homes.csv", file.ToString());

        (Text(done, "state"), Text(done, "dataset"), Number(done, "accepted"), Number(done, "rejected")).ShouldBe((strict ? "failed" : "accepted", name, strict ? 0 : 9_900, 100));
        done.GetProperty("rejectReasons").EnumerateObject().Select(r => (r.Name, r.Value.GetInt32())).ShouldBe([("wrongType", 50), ("notAllowed", 50)], ignoreOrder: true);
        JsonElement rejects = await _api.GetAsync($"/api/v1/uploads/{Text(done, "id")}/rejects");
        OpenApi.Problems(rejects, OpenApi.Document["components"]!["schemas"]!["Rejects"]!).ShouldBeEmpty();
        JsonElement first = rejects.GetProperty("rejects")[0];
        (Number(first, "row"), Text(first, "field"), Text(first, "kind"), Text(first.GetProperty("values"), "size")).ShouldBe((100, "size", "wrongType", "many"));
        (await _api.Warehouse.ReadChangesAsync(0, 100_000)).Count(c => c.Incident.Number.StartsWith(name + "/", StringComparison.Ordinal)).ShouldBe(strict ? 0 : 9_900);
    }

    [TestMethod]
    public async Task The_survey_is_sent_by_the_names_of_the_mission_trained_and_predicted()
    {
        using MemoryStream file = new();
        await DemoSurvey.WriteAsync(DemoSurvey.Generate(400, seed: 5), file);

        JsonElement done = await UploadAsync("/v1/upload/survey-data?name=households.csv", Encoding.UTF8.GetString(file.ToArray()));
        (Text(done, "dataset"), Text(done, "state"), Number(done, "accepted")).ShouldBe(("household-survey", "accepted", 400), done.GetRawText());
        (await _api.GetAsync($"/api/v1/status/{Text(done, "id")}")).GetRawText().ShouldBe(done.GetRawText());

        await _api.Services.GetRequiredService<PreprocessIncidents>().RunAsync();
        HttpResponseMessage begun = await _api.PostAsync("/api/train", new { techCenters = new[] { "household-survey" } });
        JsonElement trained = await _api.TrainedAsync(begun.Headers.Location!.ToString());

        trained.GetRawText().ShouldContain("\"published\"");
        JsonElement problem = (await _api.GetAsync("/api/problems?techCenter=household-survey")).GetProperty("problems")[0];
        JsonElement details = await CheckedAsync(await _api.Client.GetAsync(Address($"/problems/household-survey/{problem.GetProperty("id").GetInt32()}")), "/problems/{techCenter}/{id}", "get");
        JsonElement trait = details.GetProperty("traits")[0];
        Math.Abs(trait.GetProperty("effect").GetDouble()).ShouldBeGreaterThan(0.8);
        details.GetProperty("keywords")[0].GetString()!.ShouldContain(trait.GetProperty("column").GetString()!);
        JsonElement classified = await Api.ReadAsync(await _api.PostAsync("/api/classify", new { techCenter = "household-survey", text = """{"region": "Lakeshore", "main_income": "fishing", "water_source": "lake"}""" }));
        classified.GetProperty("texts")[0].GetProperty("summary").GetString().ShouldBe("""{"region":"Lakeshore","main_income":"fishing","water_source":"lake"}""", classified.GetRawText());
    }

    [TestMethod]
    public async Task A_file_that_is_dropped_into_the_folder_of_a_data_set_is_for_that_one()
    {
        await SendAsync(HttpMethod.Put, "/v1/datasets/dropped", Homes);
        IObjectStore objects = _api.Services.GetRequiredService<IObjectStore>();
        await objects.WriteAsync("incoming/dropped/a.csv", async (target, stopping) => await target.WriteAsync("id,visited,size,water\nD1,2026-05-01,4,well\n"u8.ToArray(), stopping));

        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (!(await _api.Warehouse.ReadChangesAsync(0, 100_000, patience.Token)).Any(c => c.Incident.Number == "dropped/D1"))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    private static Uri Address(string path) => new($"/api{path}", UriKind.Relative);

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string body)
    {
        using HttpRequestMessage request = new(method, Address(path)) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        return await _api.Client.SendAsync(request);
    }

    private static async Task<JsonElement> UploadAsync(string path, string content)
    {
        HttpResponseMessage response = await _api.Client.PostAsync(Address(path), new ByteArrayContent(Encoding.UTF8.GetBytes(content)));
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        JsonElement done = await _api.UntilAsync(response.Headers.Location!.ToString(), status => Text(status, "state") is "accepted" or "failed");
        OpenApi.Problems(done, OpenApi.ResponseSchema("/v1/uploads/{id}", "get", 200)).ShouldBeEmpty(done.GetRawText());
        return done;
    }

    private static async Task<JsonElement> CheckedAsync(HttpResponseMessage response, string path, string method)
    {
        JsonElement answer = await Api.ReadAsync(response);
        response.StatusCode.ShouldBe(HttpStatusCode.OK, answer.GetRawText());
        OpenApi.Problems(answer, OpenApi.ResponseSchema(path, method, 200)).ShouldBeEmpty(answer.GetRawText());
        return answer;
    }
}
