using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Orchestrations of which one of a name is under way at a time: who asks for it again meanwhile joins it.</summary>
internal static class SingletonWork
{
    private const string SecondsToPoll = "5";

    /// <summary>Starts the orchestration of a name, or joins the one that is under way; gives the name.</summary>
    public static async Task<string> StartAsync(DurableTaskClient client, string orchestrator, string instanceId, object input, CancellationToken cancellationToken)
    {
        if (await IsUnderWayAsync(client, instanceId, cancellationToken))
        {
            return instanceId;
        }

        try
        {
            return await client.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, new StartOrchestrationOptions(instanceId), cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Another start may have come in between; what that throws depends on the storage behind the client.
            if (await IsUnderWayAsync(client, instanceId, cancellationToken))
            {
                return instanceId;
            }

            throw;
        }
    }

    /// <summary>The last orchestration of a name, with what it was given and has given.</summary>
    /// <exception cref="RequestException">There is none, or it is of another kind.</exception>
    public static async Task<OrchestrationMetadata> FindAsync(DurableTaskClient client, string orchestrator, string what, string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, getInputsAndOutputs: true, cancellationToken) is OrchestrationMetadata found && string.Equals(found.Name, orchestrator, StringComparison.Ordinal)
            ? found
            : throw RequestException.NotFound("instanceId", $"There is no {what} '{instanceId}'. Take the address from the Location of the answer to the POST that started it.");

    /// <summary>The answer to a request whose work goes on behind it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="route">The route below <c>/api</c> under which the work is shown.</param>
    /// <param name="instanceId">The work's name.</param>
    /// <param name="status">How far it is.</param>
    public static IResult Accepted<T>(HttpRequest request, string route, string instanceId, T status)
    {
        request.HttpContext.Response.Headers.Location = $"/api/{route}/{instanceId}";
        request.HttpContext.Response.Headers.RetryAfter = SecondsToPoll;
        return HttpAnswers.Json(status, StatusCodes.Status202Accepted);
    }

    /// <summary>Whether the orchestration of a name is under way.</summary>
    public static async Task<bool> IsUnderWayAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        await client.GetInstanceAsync(instanceId, cancellationToken) is { IsCompleted: false };
}
