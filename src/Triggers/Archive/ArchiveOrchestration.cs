using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Archive;
using Pipeline.Datasets;
using Pipeline.EmergencyStop;
using Pipeline.Erasure;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable archiving, and after it the removal of what is older than the retention, where the settings say one: some days at a time, each tried again for about an hour where storage does not answer. It may be repeated after a crash without losing or doubling anything.</summary>
public sealed partial class ArchiveOrchestration(ArchiveIncidents archive, RetainIncidents retain, OperatingModes modes, ILogger<ArchiveOrchestration> logger)
{
    private const string Orchestrator = "ArchiveOrchestrator";
    private const string List = "ArchiveList";
    private const string Archive = "ArchiveDays";
    private const string Retain = "RetainDays";
    private const int DaysAtOnce = 31;

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 12, firstPauseSeconds: 5, TimeSpan.FromMinutes(10));

    /// <summary>Starts the archiving, unless the one of this name is under way.</summary>
    internal static Task StartAsync(DurableTaskClient client, string name, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, Orchestrator, $"archive-{name}", new ArchiveRequest(PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>Archives until nothing is old enough any more, and then removes until nothing is older than the retention.</summary>
    /// <returns>How many incidents were archived.</returns>
    [Function(Orchestrator)]
    public static async Task<long> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArchiveRequest request = context.GetInput<ArchiveRequest>()!;
        long incidents = 0;
        foreach (string dataset in await context.CallStepAsync<IReadOnlyList<string>>(List, request, Patient))
        {
            ArchiveOutcome outcome;
            do
            {
                outcome = await context.CallStepAsync<ArchiveOutcome>(Archive, request with { Dataset = dataset }, Patient);
                incidents += outcome.Incidents;
            }
            while (!outcome.IsComplete);
        }

        RetentionOutcome? removed;
        do
        {
            removed = await context.CallStepAsync<RetentionOutcome?>(Retain, request, Patient);
        }
        while (removed is { IsComplete: false });

        return incidents;
    }

    /// <summary>Lists the data sets.</summary>
    [Function(List)]
    public Task<IReadOnlyList<string>> ListAsync([ActivityTrigger] ArchiveRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return archive.DatasetsAsync(cancellationToken);
    }

    /// <summary>Archives the next days of a data set.</summary>
    [Function(Archive)]
    public async Task<ArchiveOutcome> ArchiveAsync([ActivityTrigger] ArchiveRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Archive, ActivityKind.Internal, request.TraceParent);
        ArchiveOutcome outcome = await modes.DoAsync(token => archive.RunAsync(request.Dataset ?? Dataset.Incidents, mostDays: DaysAtOnce, cancellationToken: token), cancellationToken);
        LogArchived(outcome.Dataset, outcome.Incidents, outcome.Days, outcome.Before);
        return outcome;
    }

    /// <summary>Removes the next days that are older than the retention; nothing happens where the settings say none.</summary>
    /// <returns>What was removed; null where there is no retention.</returns>
    [Function(Retain)]
    public async Task<RetentionOutcome?> RetainAsync([ActivityTrigger] ArchiveRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (!retain.IsOn)
        {
            return null;
        }

        using Activity activity = PipelineActivity.Begin(Retain, ActivityKind.Internal, request.TraceParent);
        RetentionOutcome outcome = await modes.DoAsync(token => retain.RunAsync(new RetentionRequest { MostDays = DaysAtOnce }, cancellationToken: token), cancellationToken);
        if (outcome.Problem is string problem)
        {
            LogRefused(problem);
        }
        else
        {
            LogRetained(outcome.Incidents, outcome.ArchivedRows, outcome.KeptFiles, outcome.Texts, outcome.Before);
        }

        return outcome;
    }

    [LoggerMessage(PipelineEvents.Retained, LogLevel.Information, "Removed for good {Incidents} incidents of the warehouse, {ArchivedRows} of the archive, {KeptFiles} files that came in and {Texts} texts of models, all from before {Before}")]
    private partial void LogRetained(long incidents, long archivedRows, int keptFiles, int texts, DateTimeOffset before);

    [LoggerMessage(PipelineEvents.RetentionRefused, LogLevel.Warning, "The retention was not held to. {Problem}")]
    private partial void LogRefused(string problem);

    [LoggerMessage(PipelineEvents.Archived, LogLevel.Information, "Archived {Incidents} incidents of {Days} days of the data set {Dataset} from before {Before}")]
    private partial void LogArchived(string dataset, int incidents, int days, DateTimeOffset? before);
}

/// <summary>What to archive.</summary>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
/// <param name="Dataset">The data set; null for all.</param>
public sealed record ArchiveRequest(string? TraceParent, string? Dataset = null) : ITraced;
