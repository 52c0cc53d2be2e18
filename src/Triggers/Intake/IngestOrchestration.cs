using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.EmergencyStop;
using Pipeline.Intake;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable import of one file: tried again for about an hour where storage does not answer. It may be repeated after a crash without doing anything twice.</summary>
public sealed partial class IngestOrchestration(IngestFile ingest, OperatingModes modes, ILogger<IngestOrchestration> logger)
{
    private const string Orchestrator = "IngestOrchestrator";
    private const string Ingest = "IngestFile";
    private const string GiveUp = "IngestGiveUp";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 12, firstPauseSeconds: 5, TimeSpan.FromMinutes(10));

    /// <summary>Starts the import of a file, unless it is done or under way.</summary>
    internal static Task StartAsync(DurableTaskClient client, Ingestion ingestion, CancellationToken cancellationToken) => ingestion.IsFinal
        ? Task.CompletedTask
        : SingletonWork.StartAsync(client, Orchestrator, $"ingest-{ingestion.Id}", new IngestRequest(ingestion.Id, PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>Imports a file; where that fails for good, its ingestion says why.</summary>
    [Function(Orchestrator)]
    public static async Task RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        IngestRequest request = context.GetInput<IngestRequest>()!;
        try
        {
            await context.CallStepAsync(Ingest, request, Patient);
        }
        catch (TaskFailedException e)
        {
            // Other messages may quote an incident.
            string why = e.FailureDetails.IsCausedBy<WarehouseException>() || e.FailureDetails.IsCausedBy<ObjectStoreException>() ? e.FailureDetails.ErrorMessage : "Something unexpected happened; the log tells what.";
            await context.CallStepAsync(GiveUp, request with { Problem = $"The import failed again and again. {why} Send the file again." }, Patient);
        }
    }

    /// <summary>Imports a file.</summary>
    [Function(Ingest)]
    public async Task IngestAsync([ActivityTrigger] IngestRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Ingest, ActivityKind.Internal, request.TraceParent);
        Ingestion ingestion = await modes.DoAsync(token => ingest.RunAsync(request.Id, token), cancellationToken);
        if (ingestion.State == IngestionState.Accepted)
        {
            LogTaken(ingestion.Id, ingestion.Accepted, ingestion.Rejected);
        }
        else
        {
            LogRefused(ingestion.Id);
        }
    }

    /// <summary>Says that the import of a file has failed for good.</summary>
    [Function(GiveUp)]
    public async Task GiveUpAsync([ActivityTrigger] IngestRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(GiveUp, ActivityKind.Internal, request.TraceParent);
        await ingest.GiveUpAsync(request.Id, request.Problem ?? "The import failed.", cancellationToken);
        LogRefused(request.Id);
    }

    [LoggerMessage(PipelineEvents.FileTaken, LogLevel.Information, "The file of the ingestion {Id} was taken in: {Accepted} rows accepted, {Rejected} rejected")]
    private partial void LogTaken(string id, int accepted, int rejected);

    [LoggerMessage(PipelineEvents.FileRefused, LogLevel.Warning, "The file of the ingestion {Id} was refused; its report has the reason")]
    private partial void LogRefused(string id);
}

/// <summary>Which file to import.</summary>
/// <param name="Id">The ingestion's id.</param>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
/// <param name="Problem">Why the import was given up; null before that.</param>
public sealed record IngestRequest(string Id, string? TraceParent, string? Problem = null) : ITraced;
