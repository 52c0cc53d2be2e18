using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Tests.Hosting;
using Pipeline.Models;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class ScheduledTrainingTests
{
    private static readonly Dictionary<string, string?> HalfYearly = new(StringComparer.Ordinal) { ["TrainSchedule"] = "0 0 0 1 6,12 *" };

    [TestMethod]
    public async Task A_training_that_was_missed_is_made_up_for_once()
    {
        await using Api api = await Api.StartAsync(HalfYearly, new ManualClock("2026-06-02T08:00:00Z"));
        await api.ReportAsync("Network", 300);
        await api.PreprocessAsync();
        await api.Warehouse.SetSettingAsync(TrainingSchedule.LastDueSetting, """{"schedule":"0 0 0 1 6,12 *","due":"2025-12-01T00:00:00+00:00"}""");

        for (int i = 0; i < 3; i++)
        {
            await Functions(api).IfMissedAsync(new TimerInfo(), api.Orchestrations, CancellationToken.None);
            await EndOfAsync(api, "train-scheduled-20260601000000");
            await api.TrainedAsync("/api/train/train-2026-q2");
        }

        (await api.Services.GetRequiredService<ModelStore>().ListAsync("Network")).Select(v => v.Version).ShouldBe(["2026_q2"]);
        (await api.Warehouse.GetSettingAsync(TrainingSchedule.LastDueSetting))!.ShouldContain("2026-06-01T00:00:00");
    }

    [TestMethod]
    public async Task A_scheduled_training_is_started_at_once_and_waits_for_preprocessing_by_a_durable_timer()
    {
        ManualClock clock = new("2026-06-01T00:00:00Z");
        await using Api api = await Api.StartAsync(HalfYearly, clock);
        await api.ReportAsync("Network", 300);

        await Functions(api).OnScheduleAsync(new TimerInfo(), api.Orchestrations, CancellationToken.None);
        OrchestrationMetadata waiting = (await api.Orchestrations.GetInstanceAsync("train-scheduled-20260601000000")).ShouldNotBeNull();
        await api.PreprocessAsync();
        OrchestrationMetadata ended = await EndOfAsync(api, waiting.InstanceId, clock);

        waiting.IsCompleted.ShouldBeFalse();
        ended.ReadOutputAs<string>().ShouldBe("train-2026-q2");
        (await api.TrainedAsync("/api/train/train-2026-q2")).GetProperty("status").GetString().ShouldBe("completed");
    }

    [TestMethod]
    public async Task A_scheduled_training_is_given_up_where_nothing_is_preprocessed()
    {
        await using Api api = await Api.StartAsync(HalfYearly);
        await api.ReportAsync("Network", 30);

        TrainingFailedException e = await Should.ThrowAsync<TrainingFailedException>(() => Functions(api).BeginAsync(new ScheduledTraining(new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero)), api.Orchestrations, CancellationToken.None));

        e.Message.ShouldContain("2026-06-01 00:00");
        e.Message.ShouldContain("30 incidents still wait for preprocessing");
    }

    [TestMethod]
    public async Task A_schedule_over_an_empty_warehouse_trains_nothing_and_fails_nothing()
    {
        await using Api api = await Api.StartAsync(HalfYearly, new ManualClock("2026-06-01T00:00:00Z"));

        await Functions(api).OnScheduleAsync(new TimerInfo(), api.Orchestrations, CancellationToken.None);

        (await EndOfAsync(api, "train-scheduled-20260601000000")).ReadOutputAs<JsonElement?>().ShouldBeNull();
    }

    private static ScheduledTrainFunctions Functions(Api api) => ActivatorUtilities.CreateInstance<ScheduledTrainFunctions>(api.Services);

    /// <summary>Waits for an orchestration's end, and where a clock is given, moves it on a minute at a time.</summary>
    private static async Task<OrchestrationMetadata> EndOfAsync(Api api, string instanceId, ManualClock? clock = null)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        while (true)
        {
            OrchestrationMetadata now = (await api.Orchestrations.GetInstanceAsync(instanceId, getInputsAndOutputs: true, patience.Token)).ShouldNotBeNull();
            if (now.IsCompleted)
            {
                now.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, now.FailureDetails?.ErrorMessage);
                return now;
            }

            await (clock?.AdvanceAsync(TimeSpan.FromMinutes(1)) ?? Task.CompletedTask);
            await Task.Delay(50, patience.Token);
        }
    }
}
