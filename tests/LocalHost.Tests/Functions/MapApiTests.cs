using System.IO.Compression;
using System.Net;
using System.Text.Json;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The map over HTTP; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class MapApiTests
{
    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _api = await Api.StartAsync();
        await _api.ReportAsync("Network", 600);
        await _api.ReportAsync("Voice", 400);
        await _api.PreprocessAsync();
        using HttpResponseMessage started = await _api.PostAsync("/api/train", new { year = 2026, quarter = 2 });
        (await _api.TrainedAsync(started.Headers.Location!.ToString())).GetProperty("status").GetString().ShouldBe("completed");
        await _api.WorkAsync("/api/predict", new { });
    }

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task The_maps_of_all_tech_centers_are_shown_or_that_of_one()
    {
        JsonElement all = await MapAsync("");
        JsonElement one = await MapAsync("?techCenter=voice");

        all.GetProperty("centers").EnumerateArray().Select(c => (c.GetProperty("techCenter").GetString(), c.GetProperty("placed").GetInt32())).ShouldBe([("Network", 600), ("Voice", 400)]);
        one.GetProperty("centers").EnumerateArray().Single().GetProperty("techCenter").GetString().ShouldBe("Voice");
        one.GetProperty("firstWeek").GetString().ShouldNotBeNull();
    }

    [TestMethod]
    public async Task Points_are_shared_among_tech_centers_by_their_size()
    {
        JsonElement thin = await MapAsync("?points=100");

        thin.GetProperty("centers").EnumerateArray().Sum(c => c.GetProperty("numbers").GetArrayLength()).ShouldBe(200, "no tech center has fewer than there may be in all, up to 400");
        (await MapAsync("?techCenter=Network&points=100")).GetProperty("centers")[0].GetProperty("numbers").GetArrayLength().ShouldBe(100);
    }

    [TestMethod]
    public async Task A_name_that_people_gave_is_on_the_map_at_once()
    {
        int problem = (await MapAsync("?techCenter=Network")).GetProperty("centers")[0].GetProperty("problems")[0].GetProperty("id").GetInt32();

        using HttpResponseMessage made = await _api.PostAsync("/api/corrections", new { techCenter = "Network", kind = "rename", problem, text = "Named by people" });

        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await MapAsync("?techCenter=Network")).GetProperty("centers")[0].GetProperty("problems")[0].GetProperty("label").GetString().ShouldBe("Named by people");
    }

    [TestMethod]
    public async Task Who_takes_it_compressed_is_sent_less()
    {
        string plain = await _api.Client.GetStringAsync(new Uri("/api/map", UriKind.Relative));
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/map");
        request.Headers.Add("Accept-Encoding", "gzip, br");

        using HttpResponseMessage packed = await _api.Client.SendAsync(request);

        packed.Content.Headers.ContentEncoding.ShouldBe(["br"]);
        byte[] sent = await packed.Content.ReadAsByteArrayAsync();
        sent.Length.ShouldBeLessThan(plain.Length / 2);
        using StreamReader read = new(new BrotliStream(new MemoryStream(sent), CompressionMode.Decompress));
        (await read.ReadToEndAsync()).ShouldBe(plain);
    }

    [TestMethod]
    [DataRow("?version=2026_q2", HttpStatusCode.BadRequest, "version")]
    [DataRow("?points=0", HttpStatusCode.BadRequest, "points")]
    [DataRow("?colour=red", HttpStatusCode.BadRequest, "colour")]
    [DataRow("?techCenter=Nowhere", HttpStatusCode.NotFound, "techCenter")]
    [DataRow("?techCenter=Network&version=1999_q1", HttpStatusCode.NotFound, "version")]
    public async Task What_cannot_be_shown_is_told_with_its_parameter(string query, HttpStatusCode status, string parameter)
    {
        using HttpResponseMessage response = await _api.Client.GetAsync(new Uri($"/api/map{query}", UriKind.Relative));

        response.StatusCode.ShouldBe(status);
        (await Api.ReadAsync(response)).GetProperty("errors").EnumerateObject().Select(e => e.Name).ShouldBe([parameter]);
    }

    private static async Task<JsonElement> MapAsync(string query)
    {
        JsonElement map = await _api.GetAsync($"/api/map{query}");
        OpenApi.Problems(map, OpenApi.ResponseSchema("/map", "get", 200)).ShouldBeEmpty();
        return map;
    }
}
