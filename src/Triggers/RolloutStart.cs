using Microsoft.DurableTask.Client;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Starts rollouts, one of a version at a time.</summary>
internal static class RolloutStart
{
    /// <summary>Starts a rollout, or joins the one of the version that is under way; gives its id.</summary>
    public static Task<string> RunAsync(DurableTaskClient client, RolloutPlan plan, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, RolloutOrchestration.Orchestrator, plan.Instance, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);
}
