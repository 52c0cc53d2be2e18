using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Pipeline.Triggers;

/// <summary>Starts orchestrations that are known by their id.</summary>
internal static class Orchestrations
{
    /// <summary>Starts an orchestration, unless it is under way.</summary>
    /// <param name="client">The client.</param>
    /// <param name="orchestrator">The orchestrator's name.</param>
    /// <param name="instanceId">The id of this one.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async Task StartOnceAsync(this DurableTaskClient client, string orchestrator, string instanceId, object input, CancellationToken cancellationToken)
    {
        if (await IsUnderWayAsync(client, instanceId, cancellationToken))
        {
            return;
        }

        try
        {
            await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Another start may have come in between; what that throws depends on the storage behind the client.
            if (!await IsUnderWayAsync(client, instanceId, cancellationToken))
            {
                throw;
            }
        }
    }

    private static async Task<bool> IsUnderWayAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, cancellationToken) is { IsCompleted: false };
}
