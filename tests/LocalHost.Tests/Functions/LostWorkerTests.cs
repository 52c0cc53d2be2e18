using System.Collections.Concurrent;
using Microsoft.DurableTask.Testing;
using Pipeline.Training;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>What the Functions host says of an activity whose process died, told here by activities of the vendor's host for tests.</summary>
[TestClass]
public sealed class LostWorkerTests
{
    private const string Died = "Function 'TrainTechCenter' failed with an unhandled exception.";

    // Not as constants: the analyzer of activities takes a name that is registered twice in a project for an error of its own.
    private static readonly string[] Activities = ["TrainOpen", "TrainTechCenter", "TrainClose"];

    [TestMethod]
    public async Task A_process_that_dies_does_not_use_up_a_tech_centers_attempts()
    {
        TrainingRecord record = await TrainAsync((center, attempt) => attempt <= 2 ? Died : null);

        record.TechCenters.Single().Status.ShouldBe(TrainingStatus.Published);
    }

    [TestMethod]
    public async Task A_tech_center_whose_process_dies_three_times_fails_with_a_reason_that_helps()
    {
        TrainingRecord record = await TrainAsync((center, attempt) => Died);

        record.TechCenters.Single().Status.ShouldBe(TrainingStatus.Failed);
        record.TechCenters.Single().Detail!.ShouldStartWith("The process died 3 times while it trained this tech center");
        record.TechCenters.Single().Detail!.ShouldContain("TrainingFanOut:TechCentersAtOnce");
    }

    [TestMethod]
    public async Task A_failure_of_its_own_counts_as_an_attempt_and_keeps_its_reason()
    {
        TrainingRecord record = await TrainAsync((center, attempt) => attempt == 1 ? Died : "The file clusters.json is damaged.");

        record.TechCenters.Single().Detail.ShouldBe("The file clusters.json is damaged.");
    }

    private static async Task<TrainingRecord> TrainAsync(Func<string, int, string?> problem)
    {
        ConcurrentDictionary<string, int> attempts = new(StringComparer.Ordinal);
        TrainingFanOutOptions once = new() { Attempts = 1, FirstRetrySeconds = 1 };
        await using DurableTaskTestHost vendor = await DurableTaskTestHost.StartAsync(registry => registry
            .AddOrchestrator(TrainOrchestration.Orchestrator, () => new TrainOrchestrator())
            .AddActivityFunc<TrainingPlan, OpenedTraining>(Activities[0], (_, plan) => new OpenedTraining(1, plan.Year, plan.Quarter, ["Network"], [], once))
            .AddActivityFunc<TechCenterTraining, TrainingOutcome>(Activities[1], (_, center) => problem(center.TechCenter, attempts.AddOrUpdate(center.TechCenter, 1, (_, n) => n + 1)) is string reason
                ? throw new TrainingFailedException(reason)
                : new TrainingOutcome { TechCenter = center.TechCenter, Status = TrainingStatus.Published })
            .AddActivityFunc<TrainingRecord, bool>(Activities[2], (_, _) => true));
        string id = await vendor.Client.ScheduleNewOrchestrationInstanceAsync(TrainOrchestration.Orchestrator, new TrainingPlan(2026, 2, null));
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        return (await vendor.Client.WaitForInstanceCompletionAsync(id, getInputsAndOutputs: true, patience.Token)).ReadOutputAs<TrainingRecord>()!;
    }
}
