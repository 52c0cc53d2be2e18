using System.Net;
using System.Text.Json;
using Pipeline.LocalHost.Tests.Durable;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>What goes on and what stands while the pipeline is halted or read-only.</summary>
[TestClass]
public sealed class EmergencyStopTests
{
    // Every route that is asked: for each what the stop means to it.
    private static readonly string[] Reading = ["GET /api/problems", "GET /api/clusters", "GET /api/models", "GET /api/streams", "GET /api/drift", "POST /api/classify"];
    private static readonly string[] Changing =
    [
        "POST /api/preprocess", "POST /api/predict", "POST /api/train", "POST /api/v1/incidents", "POST /api/v1/uploads/incidents?name=a.csv", "POST /api/models/network/rollback", "POST /api/streams", "POST /api/tweets",
        "POST /api/v1/datasets",
    ];

    private static readonly string[] Always = ["GET /api/status", "GET /api/mode", "GET /api/alerts", "GET /api/health"];

    [TestMethod]
    public async Task Halted_only_the_status_and_the_way_back_are_answered_and_read_only_what_changes_nothing_as_well()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 5);

        await StopAsync(api, "halt");
        foreach (string request in Reading.Concat(Changing))
        {
            await RefusedAsync(api, request, "halted");
        }

        foreach (string request in Always)
        {
            (await SendAsync(api, request)).StatusCode.ShouldBe(HttpStatusCode.OK, request);
        }

        (await api.GetAsync("/api/status")).GetProperty("mode").GetProperty("reason").GetString().ShouldBe("a drill");
        await StopAsync(api, "read-only");
        foreach (string request in Reading)
        {
            (await SendAsync(api, request)).StatusCode.ShouldNotBe(HttpStatusCode.ServiceUnavailable, request);
        }

        foreach (string request in Changing)
        {
            await RefusedAsync(api, request, "read-only");
        }

        await StopAsync(api, "resume");
        (await api.PreprocessAsync()).GetProperty("stored").GetInt32().ShouldBe(5);
    }

    [TestMethod]
    public async Task A_stop_needs_the_master_key()
    {
        await using Api api = await Api.StartAsync();

        using HttpResponseMessage refused = await api.PostAsync("/api/halt", new { reason = "a drill" });

        refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await api.GetAsync("/api/mode")).GetProperty("state").GetString().ShouldBe("running");
    }

    [TestMethod]
    public async Task What_a_timer_begins_during_a_stop_waits_and_is_done_after_it()
    {
        ManualTime clock = new();
        await using Api api = await Api.StartAsync(clock: clock);
        await api.ReportAsync("Network", 5);
        await StopAsync(api, "halt");

        await PreprocessFunctions.OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);
        for (int minutes = 0; minutes < 60; minutes++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        (await api.GetAsync("/api/status")).GetProperty("waitingForPreprocessing").GetInt32().ShouldBe(5);
        await StopAsync(api, "resume");
        JsonElement ended = await MovedOnAsync(api, clock);

        ended.GetProperty("status").GetString().ShouldBe("completed");
        ended.GetProperty("result").GetProperty("stored").GetInt32().ShouldBe(5);
    }

    private static async Task<JsonElement> MovedOnAsync(Api api, ManualTime clock)
    {
        while (true)
        {
            JsonElement status = await api.GetAsync("/api/preprocess/preprocess-all");
            if (status.GetProperty("status").GetString() is not ("pending" or "running"))
            {
                return status;
            }

            clock.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(20);
        }
    }

    private static async Task StopAsync(Api api, string verb)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api/{verb}");
        request.Headers.Add("x-functions-key", Api.MasterKey);
        request.Content = new StringContent("{\"reason\": \"a drill\"}", System.Text.Encoding.UTF8, "application/json");
        using HttpClient master = new() { BaseAddress = api.Client.BaseAddress };
        (await master.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task RefusedAsync(Api api, string request, string why)
    {
        using HttpResponseMessage refused = await SendAsync(api, request);
        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, request);
        JsonElement problem = await Api.ReadAsync(refused);
        problem.GetProperty("type").GetString().ShouldBe($"urn:problem-type:pipeline:{why}");
        problem.GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(": a drill.");
        refused.Headers.RetryAfter.ShouldNotBeNull();
    }

    private static async Task<HttpResponseMessage> SendAsync(Api api, string request)
    {
        string[] parts = request.Split(' ');
        using HttpRequestMessage message = new(new HttpMethod(parts[0]), parts[1]);
        if (string.Equals(parts[0], "POST", StringComparison.Ordinal))
        {
            message.Content = new StringContent("{}", System.Text.Encoding.UTF8, "application/json");
        }

        return await api.Client.SendAsync(message);
    }
}
