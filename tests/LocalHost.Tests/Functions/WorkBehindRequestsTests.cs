using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Preprocessing and predicting go on behind the request or the timer that started them, one of a kind at a time.</summary>
[TestClass]
public sealed class WorkBehindRequestsTests
{
    [TestMethod]
    public async Task A_request_is_answered_before_its_work_is_done_and_who_asks_meanwhile_joins_it()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 40);
        await api.Services.GetRequiredService<IWarehouse>().InitializeAsync();
        using Microsoft.Data.Sqlite.SqliteConnection writer = new($"Data Source={api.WarehousePath};Pooling=False");
        writer.Open();
        using Microsoft.Data.Sqlite.SqliteTransaction holds = writer.BeginTransaction();

        // Nothing can be stored while another writer holds the warehouse.
        using HttpResponseMessage first = await api.PostAsync("/api/preprocess", new { limit = 25 });
        using HttpResponseMessage second = await api.PostAsync("/api/preprocess", new { limit = 1 });
        JsonElement before = await Api.ReadAsync(second);
        await holds.RollbackAsync();
        JsonElement ended = await api.TrainedAsync(first.Headers.Location!.ToString());

        (first.StatusCode, second.StatusCode).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.Accepted));
        second.Headers.Location.ShouldBe(first.Headers.Location);
        before.GetProperty("status").GetString().ShouldBeOneOf("pending", "running");
        ended.GetProperty("result").GetProperty("read").GetInt32().ShouldBe(25);
        (await api.GetAsync("/api/status")).GetProperty("waitingForPreprocessing").GetInt32().ShouldBe(15);
    }

    [TestMethod]
    public async Task Work_that_has_ended_is_started_anew_under_its_address()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 40);

        int[] read = [.. new[] { await api.PreprocessAsync(), await api.PreprocessAsync() }.Select(done => done.GetProperty("read").GetInt32())];

        read.ShouldBe([40, 0]);
    }

    [TestMethod]
    public async Task The_timers_start_the_same_work()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 40);

        await PreprocessFunctions.OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);
        JsonElement preprocessed = await api.TrainedAsync("/api/preprocess/preprocess-all");
        await PredictFunctions.OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);
        JsonElement predicted = await api.TrainedAsync("/api/predict/predict-all");

        preprocessed.GetProperty("result").GetProperty("stored").GetInt32().ShouldBe(40);
        JsonElement center = predicted.GetProperty("result").GetProperty("techCenters")[0];
        (center.GetProperty("techCenter").GetString(), center.GetProperty("detail").GetString()).ShouldBe(("Network", "No model serves this tech center yet: train, or promote a version that was refused."));
        predicted.GetProperty("progress").GetProperty("done").GetInt32().ShouldBe(1);
    }

    [TestMethod]
    public async Task A_prediction_of_one_tech_center_has_an_address_of_its_own()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 10);
        await api.ReportAsync("Voice", 10);
        await api.PreprocessAsync();

        using HttpResponseMessage one = await api.PostAsync("/api/predict", new { techCenter = "Voice" });
        JsonElement ended = await api.TrainedAsync(one.Headers.Location!.ToString());
        using HttpResponseMessage all = await api.PostAsync("/api/predict", new { });

        ended.GetProperty("result").GetProperty("techCenters").EnumerateArray().Select(c => c.GetProperty("techCenter").GetString()).ShouldBe(["Voice"]);
        all.Headers.Location.ShouldNotBe(one.Headers.Location);
        (await api.WorkAsync("/api/predict", new { })).GetProperty("techCenters").GetArrayLength().ShouldBe(2);
    }

    [TestMethod]
    public async Task A_preprocessing_of_more_than_one_step_gives_the_sum_of_its_steps()
    {
        await using Api api = await Api.StartAsync();
        await api.ReportAsync("Network", 30);
        PreprocessOrchestration steps = ActivatorUtilities.CreateInstance<PreprocessOrchestration>(api.Services);

        PreprocessOutcome first = await steps.PreprocessAsync(new PreprocessWork(Limit: 20, Pulls: false), CancellationToken.None);
        JsonElement rest = await api.PreprocessAsync();

        (first.Read, rest.GetProperty("read").GetInt32()).ShouldBe((20, 10));
    }
}
