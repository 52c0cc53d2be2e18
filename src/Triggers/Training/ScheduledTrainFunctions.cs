using System.Diagnostics;
using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>
/// Trains on schedule. Each due date is an orchestration of its own, which waits with durable timers until nearly all incidents are preprocessed, and then starts the training.
/// Its id is made of the due date: however often a date is taken up, it is one training.
/// </summary>
public sealed partial class ScheduledTrainFunctions(TrainingSchedule schedule, TrainingPlanner planner, PreprocessingBacklog backlog, ILogger<ScheduledTrainFunctions> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "TrainScheduled";

    private const string Look = "TrainBacklog";
    private const string Begin = "TrainBegin";

    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(90);
    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 5, firstPauseSeconds: 5);

    /// <summary>Takes up the due date.</summary>
    [Function("TrainOnSchedule")]
    [FixedDelayRetry(5, "00:01:00")]
    public Task OnScheduleAsync([TimerTrigger(Schedules.Train)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) => TakeUpAsync(client, isDue: true, cancellationToken);

    /// <summary>Takes up a due date that was missed, because the app was down or storage did not answer.</summary>
    [Function("TrainIfMissed")]
    [FixedDelayRetry(3, "00:00:30")]
    public Task IfMissedAsync([TimerTrigger(Schedules.MissedTraining)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) => TakeUpAsync(client, isDue: false, cancellationToken);

    /// <summary>Waits until nearly all incidents are preprocessed, 90 minutes at most, and starts the training of all tech centers. Gives the training's id; null where there is nothing to train.</summary>
    [Function(Orchestrator)]
    public static async Task<string?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        DateTime begun = context.CurrentUtcDateTime;
        ScheduledTraining training = context.GetInput<ScheduledTraining>()! with { Begun = new DateTimeOffset(begun, TimeSpan.Zero) };
        while (await context.CallStepAsync<long>(Look, training, Patient) > 0 && context.CurrentUtcDateTime < begun + Patience)
        {
            await context.CreateTimer(Pause, CancellationToken.None);
        }

        return await context.CallStepAsync<string?>(Begin, training, Patient);
    }

    /// <summary>Counts the incidents that a training has to wait for.</summary>
    [Function(Look)]
    public Task<long> LookAsync([ActivityTrigger] ScheduledTraining training, CancellationToken cancellationToken) => backlog.CountAsync(cancellationToken);

    /// <summary>Starts the training, unless it was started since the due date was taken up.</summary>
    /// <exception cref="TrainingFailedException">Too many incidents still wait for preprocessing.</exception>
    [Function(Begin)]
    public async Task<string?> BeginAsync([ActivityTrigger] ScheduledTraining training, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(training);
        using Activity activity = PipelineActivity.Begin(Begin, ActivityKind.Internal, training.TraceParent);
        if (await backlog.CountAsync(cancellationToken) is > 0 and long waiting)
        {
            LogGivenUp(training.Due, waiting);
            throw new TrainingFailedException(string.Create(
                CultureInfo.InvariantCulture,
                $"The training due {training.Due:yyyy-MM-dd HH:mm} was not started: {waiting} incidents still wait for preprocessing. Start it with POST /api/train when the status shows that they are done."));
        }

        if (!await planner.CanTrainAsync(cancellationToken))
        {
            LogNothing(training.Due);
            return null;
        }

        TrainingPlan plan = await planner.PlanAsync(new TrainingRequest(), cancellationToken);
        if (await client.GetInstanceAsync(plan.Name, cancellationToken) is OrchestrationMetadata known && known.CreatedAt >= training.Begun)
        {
            return plan.Name;
        }

        string instanceId = await SingletonWork.StartAsync(client, TrainOrchestration.Orchestrator, plan.Name, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);
        LogStarted(instanceId, training.Due);
        return instanceId;
    }

    private async Task TakeUpAsync(DurableTaskClient client, bool isDue, CancellationToken cancellationToken)
    {
        if (await schedule.FindDueAsync(isDue, cancellationToken) is not DateTimeOffset due)
        {
            return;
        }

        string instanceId = string.Create(CultureInfo.InvariantCulture, $"train-scheduled-{due:yyyyMMddHHmmss}");
        if (await client.GetInstanceAsync(instanceId, cancellationToken) is null)
        {
            await client.ScheduleNewOrchestrationInstanceAsync(Orchestrator, new ScheduledTraining(due) { TraceParent = PipelineActivity.CurrentTraceParent }, new StartOrchestrationOptions(instanceId), cancellationToken);
        }

        await schedule.TakeUpAsync(due, cancellationToken);
        LogTakenUp(due, instanceId);
    }

    [LoggerMessage(PipelineEvents.TrainingDue, LogLevel.Information, "The training due {Due} was taken up as {InstanceId}")]
    private partial void LogTakenUp(DateTimeOffset due, string instanceId);

    [LoggerMessage(PipelineEvents.TrainingStarted, LogLevel.Information, "The training {InstanceId} was started on schedule, due {Due}")]
    private partial void LogStarted(string instanceId, DateTimeOffset due);

    [LoggerMessage(PipelineEvents.TrainingStarted, LogLevel.Information, "The training due {Due} was not started: no incident is preprocessed yet")]
    private partial void LogNothing(DateTimeOffset due);

    [LoggerMessage(PipelineEvents.TrainingNotStarted, LogLevel.Error, "The training due {Due} was not started: {Waiting} incidents still wait for preprocessing")]
    private partial void LogGivenUp(DateTimeOffset due, long waiting);
}

/// <summary>A training that the schedule asked for.</summary>
/// <param name="Due">When it was due, in UTC.</param>
public sealed record ScheduledTraining(DateTimeOffset Due) : ITraced
{
    /// <summary>When it was taken up, in UTC: a training that was started since then is this one.</summary>
    public DateTimeOffset Begun { get; init; }

    /// <summary>What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</summary>
    public string? TraceParent { get; init; }
}
