using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Alerts;
using Pipeline.Measures;
using Pipeline.Monitoring;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>Forgets the orchestrations that ended long ago, and the measures and alerts of that time. What was trained is in the warehouse and the models.</summary>
public sealed partial class PurgeHistoryFunctions(HistoryOptions options, IMeasures measures, WatchOptions watch, IAlertLog alerts, AlertOptions alerting, TimeProvider clock, ILogger<PurgeHistoryFunctions> logger)
{
    // The extension needs a beginning, and its storage refuses the first centuries.
    private static readonly DateTimeOffset Beginning = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Purges the orchestrations that were begun before the days of <see cref="HistoryOptions.RetentionDays"/> and have ended.</summary>
    [Function("PurgeHistoryOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.PurgeHistory)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        PurgeInstancesFilter old = new(
            Beginning,
            clock.GetUtcNow().AddDays(-options.RetentionDays),
            [OrchestrationRuntimeStatus.Completed, OrchestrationRuntimeStatus.Failed, OrchestrationRuntimeStatus.Terminated]);
        PurgeResult purged = await client.PurgeAllInstancesAsync(old, cancellationToken);
        long forgotten = await measures.PurgeMeasuresAsync(clock.GetUtcNow().AddDays(-watch.RetentionDays), cancellationToken);
        long answered = await alerts.PurgeAlertsAsync(clock.GetUtcNow().AddDays(-alerting.RetentionDays), cancellationToken);
        LogPurged(purged.PurgedInstanceCount, options.RetentionDays);
        LogForgotten(forgotten, watch.RetentionDays);
        LogAnswered(answered, alerting.RetentionDays);
    }

    [LoggerMessage(PipelineEvents.HistoryPurged, LogLevel.Information, "Purged {Forgotten} measures that are more than {RetentionDays} days old")]
    private partial void LogForgotten(long forgotten, int retentionDays);

    [LoggerMessage(PipelineEvents.HistoryPurged, LogLevel.Information, "Purged {Answered} alerts that are more than {RetentionDays} days old")]
    private partial void LogAnswered(long answered, int retentionDays);

    [LoggerMessage(PipelineEvents.HistoryPurged, LogLevel.Information, "Purged the history of {Purged} orchestrations begun more than {RetentionDays} days ago")]
    private partial void LogPurged(int purged, int retentionDays);
}
