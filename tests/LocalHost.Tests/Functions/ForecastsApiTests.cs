using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Forecasts over HTTP, and deciding by which version they are made; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class ForecastsApiTests
{
    private static readonly Dictionary<string, string?> Settings = new(StringComparer.Ordinal) { ["Training:Layouts"] = "3", ["Forecast:Holidays"] = "2026-07-01 2026-07-02" };

    [TestMethod]
    public async Task Forecasts_are_learned_with_the_first_prediction_of_a_version_told_promoted_and_rolled_back()
    {
        await using Api api = await Api.StartAsync(Settings);
        await api.ReportAsync("Network", 400);
        await api.PreprocessAsync();
        await TrainAndPredictAsync(api);
        string first = Production(await GetAsync(api, "/forecast-models/{techCenter}", "/forecast-models/network"));
        await TrainAndPredictAsync(api);
        JsonElement stages = await GetAsync(api, "/forecast-models/{techCenter}", "/forecast-models/Network");
        string second = stages.GetProperty("versions").EnumerateArray().Last().GetProperty("version").GetString()!;
        second.ShouldBe($"{first}_r2");
        if (Production(stages) != second)
        {
            await SendAsync(api, "/forecast-models/{techCenter}/{version}/promote", $"/forecast-models/network/{second}/promote", new { force = true, reason = "To see it" }, HttpStatusCode.OK);
        }

        JsonElement center = await GetAsync(api, "/forecast/{techCenter}", "/forecast/network?weeks=3"), all = await GetAsync(api, "/forecast", "/forecast?weeks=3");
        (center.GetProperty("model").GetString(), center.GetProperty("techCenter").GetString(), center.GetProperty("weeks").GetArrayLength()).ShouldBe((second, "Network", 3));
        center.GetProperty("weeks").EnumerateArray().Count(w => w.TryGetProperty("holidays", out JsonElement days) && days.GetInt32() == 2).ShouldBe(1);
        (all.GetProperty("techCenter").ValueKind, all.TryGetProperty("model", out _)).ShouldBe((JsonValueKind.Null, false));
        all.GetProperty("weeks")[0].GetProperty("mean").GetDouble().ShouldBe(center.GetProperty("weeks")[0].GetProperty("mean").GetDouble(), 0.1);

        JsonElement back = await SendAsync(api, "/forecast-models/{techCenter}/rollback", "/forecast-models/network/rollback", new { reason = "It expects too much." }, HttpStatusCode.OK);
        (Production(back), back.GetProperty("history").EnumerateArray().Last().GetProperty("why").GetString()).ShouldBe((first, "It expects too much."));
        await SendAsync(api, "/forecast-models/{techCenter}/rollback", "/forecast-models/network/rollback", new { }, HttpStatusCode.Conflict);
        await SendAsync(api, "/forecast-models/{techCenter}/{version}/promote", $"/forecast-models/network/{first}/promote", new { }, HttpStatusCode.Conflict);
        Production(await SendAsync(api, "/forecast-models/{techCenter}/{version}/promote", $"/forecast-models/network/{second}/promote", new { force = true, reason = "The better one." }, HttpStatusCode.OK)).ShouldBe(second);

        JsonElement[] runs = [.. (await GetAsync(api, "/runs", "/runs?kind=forecast&techCenter=Network")).GetProperty("runs").EnumerateArray()];
        runs.Length.ShouldBe(2);
        JsonElement compared = await GetAsync(api, "/runs/compare", $"/runs/compare?ids={runs[0].GetProperty("id")},{runs[1].GetProperty("id")}");
        compared.GetProperty("measures").EnumerateArray().Any(m => m.GetProperty("name").ValueEquals("mase")).ShouldBeTrue();
    }

    private static string Production(JsonElement stages) => stages.GetProperty("versions").EnumerateArray().Single(v => v.GetProperty("stage").ValueEquals("production")).GetProperty("version").GetString()!;

    private static async Task TrainAndPredictAsync(Api api)
    {
        HttpResponseMessage started = await api.PostAsync("/api/train", new { });
        (await api.TrainedAsync(started.Headers.Location!.ToString())).GetProperty("status").GetString().ShouldBe("completed");
        await api.WorkAsync("/api/predict", new { });
    }

    private static async Task<JsonElement> GetAsync(Api api, string described, string path) => await CheckedAsync(described, "get", await api.Client.GetAsync(new Uri($"/api{path}", UriKind.Relative)), HttpStatusCode.OK);

    private static async Task<JsonElement> SendAsync(Api api, string described, string path, object body, HttpStatusCode expected) => await CheckedAsync(described, "post", await api.PostAsync($"/api{path}", body), expected);

    private static async Task<JsonElement> CheckedAsync(string described, string method, HttpResponseMessage response, HttpStatusCode expected)
    {
        JsonElement body = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.StatusCode.ShouldBe(expected, body.GetRawText());
        OpenApi.Problems(body, OpenApi.ResponseSchema(described, method, (int)expected)).ShouldBeEmpty(body.GetRawText());
        return body;
    }
}
