using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Starts rollouts and what follows them, each at most once at a time.</summary>
internal static class RolloutStart
{
    /// <summary>Starts a rollout, or joins the one of the version that is under way; gives its id.</summary>
    public static async Task<string> RunAsync(DurableTaskClient client, RolloutPlan plan, CancellationToken cancellationToken) =>
        await OnceAsync(client, RolloutOrchestration.Orchestrator, plan.Instance, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);

    /// <summary>Predicts a tech center anew in the background; gives the id.</summary>
    public static async Task<string> RepredictAsync(DurableTaskClient client, string techCenter, string folder, string version, CancellationToken cancellationToken) =>
        await OnceAsync(client, RolloutOrchestration.Repredictor, $"repredict-{folder}-{version}", new Reprediction(techCenter, PipelineActivity.CurrentTraceParent), cancellationToken);

    private static async Task<string> OnceAsync(DurableTaskClient client, string orchestrator, string instance, object input, CancellationToken cancellationToken)
    {
        if (await IsUnderWayAsync(client, instance, cancellationToken))
        {
            return instance;
        }

        try
        {
            return await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instance), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Another start may have come in between; what that throws depends on the storage behind the client.
            if (await IsUnderWayAsync(client, instance, cancellationToken))
            {
                return instance;
            }

            throw;
        }
    }

    private static async Task<bool> IsUnderWayAsync(DurableTaskClient client, string instance, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instance, cancellationToken) is { IsCompleted: false };
}
