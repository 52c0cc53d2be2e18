using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Alerts;
using Pipeline.Keys;
using Pipeline.Monitoring;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Watches the pipeline: notes measures, looks at the rules, and tells people of alerts.</summary>
public sealed partial class WatchFunctions(PipelineMonitor monitor, MachineUse machine, NoteMeasures note, EvaluateRules evaluate, WatchKeys keys, DeliverAlerts deliver, TellOfOutage outage, ILogger<WatchFunctions> logger)
{
    /// <summary>Does all that is due. Where the warehouse does not answer, people are told of that.</summary>
    [Function("WatchOnSchedule")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Watch)] TimerInfo timer, CancellationToken cancellationToken)
    {
        machine.Measure();
        string? problem = await monitor.ProbeAsync(cancellationToken);
        try
        {
            await note.RunAsync(cancellationToken);
            foreach (RuleFinding finding in await evaluate.RunAsync(cancellationToken))
            {
                LogHolds(finding.Rule.Name, finding.TechCenter, finding.Value);
            }

            await keys.RunAsync(cancellationToken);
            DeliveryOutcome sent = await deliver.RunAsync(cancellationToken);
            if (sent.Sent + sent.Failed > 0)
            {
                LogSent(sent.Sent, sent.Failed);
            }

            await monitor.NoteWatchAsync(cancellationToken);
            outage.Answered();
        }
        catch (WarehouseException e)
        {
            LogOutage(e);
            await outage.FailedAsync(problem ?? e.Message, cancellationToken);
        }
    }

    [LoggerMessage(PipelineEvents.RuleHolds, LogLevel.Warning, "The alert rule {Rule} holds for {TechCenter}: {Value}")]
    private partial void LogHolds(string rule, string? techCenter, double value);

    [LoggerMessage(PipelineEvents.AlertsSent, LogLevel.Information, "{Sent} messages about alerts were sent, {Failed} attempts failed")]
    private partial void LogSent(int sent, int failed);

    [LoggerMessage(PipelineEvents.WatchFailed, LogLevel.Error, "The watch could not read or write the warehouse")]
    private partial void LogOutage(Exception exception);
}
