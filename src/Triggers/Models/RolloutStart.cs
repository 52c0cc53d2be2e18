using Microsoft.DurableTask.Client;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Starts rollouts, one of a version at a time.</summary>
internal static class RolloutStart
{
    /// <summary>Starts a rollout, or joins the one of the version that is under way; gives its id.</summary>
    public static Task<string> RunAsync(DurableTaskClient client, RolloutPlan plan, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, RolloutOrchestration.Orchestrator, plan.Instance, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);

    /// <summary>Refuses a rollout that would join another of the version, which goes on as it was begun.</summary>
    /// <exception cref="RequestException">One is under way.</exception>
    public static async Task RequireNoneAsync(DurableTaskClient client, RolloutPlan plan, CancellationToken cancellationToken)
    {
        if (await SingletonWork.IsUnderWayAsync(client, plan.Instance, cancellationToken))
        {
            throw new RequestException(RequestProblem.Conflict, $"A rollout of {plan.Version} is under way ({plan.Instance}), and goes on as it was begun. Promote the version without blueGreen, or retire it and ask again once the rollout has ended.");
        }
    }
}
