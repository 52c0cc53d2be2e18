using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Takes up the trials that something else began - a training, the command line - and clears up what is old.</summary>
public sealed partial class RolloutFunctions(ModelStore models, PutAwayVersions putAway, OperatingModes modes, TimeProvider clock, ILogger<RolloutFunctions> logger)
{
    /// <summary>Starts the rollout of every version on trial that has none.</summary>
    [Function("RolloutsOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Rollouts)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        foreach ((string center, string folder) in await models.ListFoldersAsync(cancellationToken))
        {
            CenterStages stages = await models.Stages.ReadAsync(center, cancellationToken);
            if (stages.Canary is StagedVersion canary)
            {
                await RolloutStart.RunAsync(client, new RolloutPlan(center, folder, canary.Version, BlueGreen: false, "rollout", clock.GetUtcNow()), cancellationToken);
            }
        }
    }

    /// <summary>Puts retired versions and leftovers away.</summary>
    [Function("PutAwayOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task PutAwayAsync([TimerTrigger(Schedules.PutAway)] TimerInfo timer, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<string> gone = await modes.DoAsync(putAway.RunAsync, cancellationToken);
            LogPutAway(gone.Count);
        }
        catch (HaltedException e)
        {
            LogStands(e.Message);
        }
    }

    [LoggerMessage(PipelineEvents.PutAway, LogLevel.Information, "Put {Count} old versions and leftovers away")]
    private partial void LogPutAway(int count);

    [LoggerMessage(PipelineEvents.Stands, LogLevel.Warning, "Old versions and leftovers stay where they are. {Reason}")]
    private partial void LogStands(string reason);
}
