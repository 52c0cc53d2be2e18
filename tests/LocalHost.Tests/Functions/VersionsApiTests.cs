using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.RouteContract;
using Pipeline.Runs;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Deciding over HTTP which of two versions serves, with what follows in the background; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class VersionsApiTests
{
    private const string Old = "2026_q2";
    private const string New = "2026_q2_r2";

    private static readonly Dictionary<string, string?> Hasty = new(StringComparer.Ordinal)
    {
        ["Rollout:CanarySeconds"] = "1",
        ["Rollout:CheckSeconds"] = "1",
        ["Rollout:MinAnswers"] = "5",
        ["Rollout:StepSeconds"] = "1",
        ["Training:Layouts"] = "3",
    };

    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _api = await Api.StartAsync(Hasty);
        await _api.ReportAsync("Network", 300);
        await _api.PreprocessAsync();
        for (int training = 0; training < 2; training++)
        {
            HttpResponseMessage started = await _api.PostAsync("/api/train", new { });
            (await _api.TrainedAsync(started.Headers.Location!.ToString())).GetProperty("status").GetString().ShouldBe("completed");
        }
    }

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task A_rollback_a_comparison_a_canary_and_a_blue_green_rollout_each_end_with_one_version_that_answers_all()
    {
        JsonElement back = await SendAsync("/models/{techCenter}/rollback", "/models/network/rollback", new { reason = "It looked wrong." }, HttpStatusCode.OK);
        (back.GetProperty("production").GetString(), back.GetProperty("stage").GetString()).ShouldBe((Old, "production"));
        await AnsweredByAsync($"network/{Old}");

        JsonElement comparison = await GetAsync("/models/{techCenter}/compare", $"/models/Network/compare?a={Old}&b={New}");
        comparison.GetProperty("incidents").GetInt32().ShouldBe(300);

        JsonElement trial = await SendAsync("/models/{techCenter}/{version}/canary", $"/models/network/{New}/canary", new { percent = 50 }, HttpStatusCode.Accepted);
        (trial.GetProperty("canary").GetString(), trial.GetProperty("instance").GetString()).ShouldBe((New, $"rollout-network-{New}"));
        HttpResponseMessage beside = await _api.PostAsync($"/api/models/network/{New}/promote", new { blueGreen = true });
        beside.StatusCode.ShouldBe(HttpStatusCode.Conflict, "its trial goes on as it was begun");
        await ServesAsync(New);
        await AnsweredByAsync($"network/{New}");

        JsonElement steps = await SendAsync("/models/{techCenter}/{version}/promote", $"/models/network/{Old}/promote", new { blueGreen = true }, HttpStatusCode.Accepted);
        steps.GetProperty("stage").GetString().ShouldBe("canary");
        await ServesAsync(Old);
        await AnsweredByAsync($"network/{Old}");

        JsonElement retired = await SendAsync("/models/{techCenter}/{version}/retire", $"/models/network/{New}/retire", new { }, HttpStatusCode.OK);
        retired.GetProperty("stage").GetString().ShouldBe("retired");
        JsonElement promoted = await SendAsync("/models/{techCenter}/{version}/promote", $"/models/network/{New}/promote", new { reason = "The better one." }, HttpStatusCode.OK);
        (promoted.GetProperty("production").GetString(), promoted.GetProperty("previous").GetString()).ShouldBe((New, Old));
        await AnsweredByAsync($"network/{New}");

        JsonElement shown = await GetAsync("/models/{techCenter}/{version}", $"/models/network/{New}");
        shown.GetProperty("validation").GetProperty("passed").GetBoolean().ShouldBeTrue();
        shown.GetProperty("history").EnumerateArray().Last().GetProperty("why").GetString().ShouldBe("The better one.");
        JsonElement all = await SendAsync("/models/rollback", "/models/rollback", new { reason = "All of them are wrong." }, HttpStatusCode.OK);
        all.GetProperty("changed").EnumerateArray().Select(c => (c.GetProperty("techCenter").GetString(), c.GetProperty("production").GetString())).ShouldBe([("Network", Old)]);
        await AnsweredByAsync($"network/{Old}");
        JsonElement again = await SendAsync("/models/rollback", "/models/rollback", new { reason = "All of them are wrong." }, HttpStatusCode.OK);
        (again.GetProperty("changed").GetArrayLength(), again.GetProperty("unchanged")[0].GetString()).ShouldBe((0, "Network"));
        (await _api.Services.GetRequiredService<IAlertLog>().ReadAlertsAsync(100)).Single(a => a.Text.Contains("All of them are wrong.", StringComparison.Ordinal)).Count.ShouldBe(1);

        RunRecord[] rollouts = [.. await _api.Services.GetRequiredService<RunLog>().ListAsync("Network", RunKind.Rollout)];
        rollouts.Select(r => (r.Name, r.Tags["outcome"])).ShouldBe([($"canary {New}", "promoted"), ($"blue-green {Old}", "promoted")], ignoreOrder: true);
        rollouts.Single(r => r.Name.StartsWith("blue", StringComparison.Ordinal)).Metrics.Count(m => m.Key == "answers").ShouldBe(5);
    }

    private static async Task ServesAsync(string version) =>
        await _api.UntilAsync("/api/models", m => m.GetProperty("techCenters")[0].GetProperty("production").GetString() == version);

    private static async Task AnsweredByAsync(string model)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        IPredictions predictions = _api.Services.GetRequiredService<IPredictions>();
        while (await predictions.ReadPredictedAsync("Network", patience.Token).CountAsync(p => p.Prediction.ModelVersion == model, patience.Token) < 300)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private static async Task<JsonElement> GetAsync(string described, string path) => await CheckedAsync(described, "get", await _api.Client.GetAsync(new Uri($"/api{path}", UriKind.Relative)), HttpStatusCode.OK);

    private static async Task<JsonElement> SendAsync(string described, string path, object body, HttpStatusCode expected) => await CheckedAsync(described, "post", await _api.PostAsync($"/api{path}", body), expected);

    private static async Task<JsonElement> CheckedAsync(string described, string method, HttpResponseMessage response, HttpStatusCode expected)
    {
        JsonElement body = await response.Content.ReadFromJsonAsync<JsonElement>();
        response.StatusCode.ShouldBe(expected, body.GetRawText());
        OpenApi.Problems(body, OpenApi.ResponseSchema(described, method, (int)expected)).ShouldBeEmpty(body.GetRawText());
        return body;
    }
}
