using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Audit;
using Pipeline.EmergencyStop;
using Pipeline.Erasure;
using Pipeline.Models;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable erasure of one incident: tried again for about an hour where storage does not answer. Its history names the erasure, never the incident.</summary>
public sealed partial class EraseOrchestration(EraseIncident erase, OperatingModes modes, AuditLog audit, ILogger<EraseOrchestration> logger)
{
    private const string Orchestrator = "EraseOrchestrator";
    private const string Erase = "EraseIncident";
    private const string GiveUp = "EraseGiveUp";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 12, firstPauseSeconds: 5, TimeSpan.FromMinutes(10));

    /// <summary>Starts an erasure, unless it is under way.</summary>
    internal static Task StartAsync(DurableTaskClient client, ErasureRecord erasure, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, Orchestrator, $"erase-{erasure.Id}", new EraseRequest(erasure.Id, PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>Erases an incident; where that fails for good, its record says why.</summary>
    [Function(Orchestrator)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        EraseRequest request = context.GetInput<EraseRequest>()!;
        try
        {
            await context.CallStepAsync(Erase, request, Patient);
        }
        catch (TaskFailedException e)
        {
            bool isKnown = e.FailureDetails.IsCausedBy<WarehouseException>() || e.FailureDetails.IsCausedBy<ObjectStoreException>() || e.FailureDetails.IsCausedBy<ModelException>();
            string why = isKnown ? e.FailureDetails.ErrorMessage : "Something unexpected happened; the log tells what.";
            await context.CallStepAsync(GiveUp, request with { Problem = $"The erasure failed again and again, and is not complete. {why} Ask for it again." }, Patient);
        }
    }

    /// <summary>Erases an incident.</summary>
    [Function(Erase)]
    public async Task EraseAsync([ActivityTrigger] EraseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Erase, ActivityKind.Internal, request.TraceParent);
        ErasureRecord done = await modes.DoAsync(token => erase.RunAsync(request.Id, token), cancellationToken);
        await audit.NoteAsync(AuditActions.IncidentErase, AuditText.OfHash(done.NumberSha256), actor: done.RequestedBy, detail: $"erasure {done.Id}");
        LogErased(done.Id, done.Removed.IsNothing ? "nothing was found" : "all that was found is gone");
    }

    /// <summary>Says that an erasure has failed for good.</summary>
    [Function(GiveUp)]
    public async Task GiveUpAsync([ActivityTrigger] EraseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(GiveUp, ActivityKind.Internal, request.TraceParent);
        await erase.GiveUpAsync(request.Id, request.Problem ?? "The erasure failed.", cancellationToken);
        await audit.NoteAsync(AuditActions.IncidentErase, $"erasure {request.Id}", AuditOutcome.Failed);
        LogFailed(request.Id);
    }

    [LoggerMessage(PipelineEvents.Erased, LogLevel.Information, "The erasure {Id} is done: {Found}")]
    private partial void LogErased(string id, string found);

    [LoggerMessage(PipelineEvents.ErasureFailed, LogLevel.Error, "The erasure {Id} could not be brought to its end; its record has the reason")]
    private partial void LogFailed(string id);
}

/// <summary>Which erasure to do.</summary>
/// <param name="Id">The erasure's id.</param>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
/// <param name="Problem">Why it was given up; null before that.</param>
public sealed record EraseRequest(string Id, string? TraceParent, string? Problem = null) : ITraced;
