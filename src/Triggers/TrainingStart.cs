using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>Starts trainings, each quarter and set of tech centers at most once at a time.</summary>
internal static class TrainingStart
{
    /// <summary>Starts a training, or joins the same one that is under way; gives its id.</summary>
    public static async Task<string> RunAsync(DurableTaskClient client, TrainingPlan plan, CancellationToken cancellationToken)
    {
        if (await IsUnderWayAsync(client, plan.Name, cancellationToken))
        {
            return plan.Name;
        }

        try
        {
            return await client.ScheduleNewOrchestrationInstanceAsync(TrainOrchestration.Orchestrator, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, new StartOrchestrationOptions(plan.Name), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Another start may have come in between; what that throws depends on the storage behind the client.
            if (await IsUnderWayAsync(client, plan.Name, cancellationToken))
            {
                return plan.Name;
            }

            throw;
        }
    }

    private static async Task<bool> IsUnderWayAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, cancellationToken) is { IsCompleted: false };
}
