using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class TrainOrchestrationTests
{
    private static readonly Dictionary<string, string?> Impatient = new(StringComparer.Ordinal) { ["TrainingFanOut:Attempts"] = "3", ["TrainingFanOut:FirstRetrySeconds"] = "1" };

    [TestMethod]
    public async Task A_second_start_joins_the_training_that_is_under_way_and_a_later_one_makes_a_revision()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 300);
        await api.PreprocessAsync();

        HttpResponseMessage[] starts = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => api.PostAsync("/api/train", new { })));
        JsonElement first = await api.TrainedAsync("/api/train/train-2026-q2");
        await api.PostAsync("/api/train", new { });
        JsonElement second = await api.TrainedAsync("/api/train/train-2026-q2");

        starts.ShouldAllBe(s => s.StatusCode == HttpStatusCode.Accepted && s.Headers.Location!.ToString() == "/api/train/train-2026-q2");
        Version(first).ShouldBe("2026_q2");
        Version(second).ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task A_tech_center_that_fails_three_times_is_reported_the_other_fourteen_are_published_and_it_can_be_trained_alone()
    {
        await using Api api = await Api.StartAsync(Impatient);
        string[] healthy = [.. Enumerable.Range(1, 14).Select(i => $"Center {i:00}")];
        foreach (string name in healthy.Prepend("Broken"))
        {
            await api.ReportAsync(name, 150);
        }

        await api.PreprocessAsync();
        await api.PostAsync("/api/train", new { year = 2026, quarter = 1, techCenters = new[] { "Broken" } });
        string earlier = api.ObjectPath("hdbscan-models/broken/2026_q1/manifest.json");
        await UntilAsync(() => File.Exists(earlier));
        string sound = await File.ReadAllTextAsync(earlier);
        await File.WriteAllTextAsync(earlier, sound.Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal));

        await api.PostAsync("/api/train", new { year = 2026, quarter = 2 });
        JsonElement status = await api.TrainedAsync("/api/train/train-2026-q2");

        status.GetProperty("status").GetString().ShouldBe("completed");
        JsonElement[] centers = [.. status.GetProperty("result").GetProperty("techCenters").EnumerateArray()];
        centers.Select(c => c.GetProperty("status").GetString()).ShouldBe(["failed", .. healthy.Select(_ => "published")], status.ToString());
        centers[0].GetProperty("detail").GetString()!.ShouldContain("Use a newer program.");
        (await api.Warehouse.GetSettingAsync(TrainingSteps.LastTrainingSetting))!.ShouldContain("\"status\":\"failed\"");

        await File.WriteAllTextAsync(earlier, sound);
        HttpResponseMessage alone = await api.PostAsync("/api/train", new { year = 2026, quarter = 2, techCenters = new[] { "Broken" } });
        JsonElement mended = await api.TrainedAsync(alone.Headers.Location!.ToString());

        mended.GetProperty("result").GetProperty("techCenters")[0].GetProperty("version").GetString().ShouldBe("2026_q2");
        foreach (string name in healthy)
        {
            (await api.Services.GetRequiredService<ModelStore>().ListAsync(name)).Select(v => v.Version).ShouldBe(["2026_q2"], name);
        }
    }

    [TestMethod]
    public async Task A_cancelled_training_stops_and_the_same_one_started_again_goes_on()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["TrainingFanOut:TechCentersAtOnce"] = "1" });
        string[] names = ["A", "B", "C", "D"];
        foreach (string name in names)
        {
            await api.ReportAsync(name, 300);
        }

        await api.PreprocessAsync();
        await api.PostAsync("/api/train", new { });
        HttpResponseMessage cancelled = await api.Client.DeleteAsync(new Uri("/api/train/train-2026-q2", UriKind.Relative));
        JsonElement stopped = await api.TrainedAsync("/api/train/train-2026-q2");
        await api.PostAsync("/api/train", new { });
        JsonElement resumed = await api.TrainedAsync("/api/train/train-2026-q2");

        cancelled.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        stopped.GetProperty("status").GetString().ShouldBe("terminated");
        stopped.GetProperty("result").ValueKind.ShouldBe(JsonValueKind.Null);
        resumed.GetProperty("status").GetString().ShouldBe("completed");
        ModelStore models = api.Services.GetRequiredService<ModelStore>();
        foreach (string name in names)
        {
            (await models.ListAsync(name)).Select(v => v.Version).ShouldBe(["2026_q2"], name);
        }
    }

    [TestMethod]
    public async Task A_published_version_is_taken_in_by_its_trigger()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 300);
        await api.PreprocessAsync();
        await api.PostAsync("/api/train", new { });
        await api.TrainedAsync("/api/train/train-2026-q2");

        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        while (await api.Warehouse.GetSettingAsync(AcceptModel.SettingOf("network", "2026_q2")) is null)
        {
            await Task.Delay(50, patience.Token);
        }

        api.Services.GetRequiredService<ModelCache>().Loaded.ShouldBe(["Network"]);
    }

    [TestMethod]
    public async Task The_schedules_do_their_work()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["PreprocessSchedule"] = "* * * * * *",
            ["TrainSchedule"] = "*/2 * * * * *",
            ["PredictSchedule"] = "* * * * * *",
        });
        await api.ReportAsync("Network", 300);

        JsonElement center = await api.UntilAsync("/api/status", s => s.GetProperty("techCenters")[0].GetProperty("predicted").GetInt32() == 300);

        // A training that is set off while the very first incidents are preprocessed plans for the present quarter.
        center.GetProperty("techCenters")[0].GetProperty("version").GetString().ShouldNotBeNullOrEmpty();
        center.GetProperty("waitingForPreprocessing").GetInt32().ShouldBe(0);
    }

    private static string? Version(JsonElement status) => status.GetProperty("result").GetProperty("techCenters")[0].GetProperty("version").GetString();

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (!condition())
        {
            await Task.Delay(50, patience.Token);
        }
    }
}
