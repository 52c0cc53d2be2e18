using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Testing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The orchestration of this app on the vendor's own host for tests, which runs the worker of Durable Functions: what holds there must hold here.</summary>
[TestClass]
public sealed class TrainOnTheTestHostTests
{
    [TestMethod]
    public async Task A_training_ends_on_the_vendors_host_as_it_ends_here()
    {
        await using Api api = await Api.StartAsync();
        foreach (string name in new[] { "Network", "Printing", "Storage" })
        {
            await api.ReportAsync(name, 150);
        }

        await api.PreprocessAsync();
        TrainOrchestration training = ActivatorUtilities.CreateInstance<TrainOrchestration>(api.Services);
        await using DurableTaskTestHost vendor = await DurableTaskTestHost.StartAsync(registry => registry
            .AddOrchestrator(TrainOrchestration.Orchestrator, () => new TrainOrchestrator())
            .AddActivityFunc<TrainingPlan, OpenedTraining>("TrainOpen", (_, plan) => training.OpenAsync(plan, CancellationToken.None))
            .AddActivityFunc<TechCenterTraining, TrainingOutcome>("TrainTechCenter", (_, center) => training.TrainAsync(center, CancellationToken.None))
            .AddActivityFunc<TrainingRecord>("TrainClose", (_, record) => training.CloseAsync(record, CancellationToken.None)));
        TrainingPlan plan = await api.Services.GetRequiredService<TrainingPlanner>().PlanAsync(new TrainingRequest(2026, 2), CancellationToken.None);

        string id = await vendor.Client.ScheduleNewOrchestrationInstanceAsync(TrainOrchestration.Orchestrator, plan, new StartOrchestrationOptions(plan.Name));
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        OrchestrationMetadata there = await vendor.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token);
        await api.PostAsync("/api/train", new { year = 2026, quarter = 2 });
        JsonElement here = await api.TrainedAsync($"/api/train/{plan.Name}");

        there.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        there.ReadOutputAs<TrainingRecord>()!.TechCenters.Select(c => $"{c.TechCenter} {c.Status} {c.Version}").ShouldBe(["Network Published 2026_q2", "Printing Published 2026_q2", "Storage Published 2026_q2"]);
        here.GetProperty("result").GetProperty("techCenters").EnumerateArray().Select(c => $"{c.GetProperty("techCenter")} {c.GetProperty("version")}").ShouldBe(["Network 2026_q2_r2", "Printing 2026_q2_r2", "Storage 2026_q2_r2"]);
        there.ReadCustomStatusAs<JsonElement>().GetProperty("Done").GetInt32().ShouldBe(here.GetProperty("progress").GetProperty("done").GetInt32());
    }
}

/// <summary>The training orchestration as a class, which the vendor's host asks for.</summary>
internal sealed class TrainOrchestrator : ITaskOrchestrator
{
    public Type InputType => typeof(TrainingPlan);

    public Type OutputType => typeof(TrainingRecord);

    public async Task<object?> RunAsync(TaskOrchestrationContext context, object? input) => await TrainOrchestration.RunAsync(context);
}
