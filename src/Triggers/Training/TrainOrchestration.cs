using System.Diagnostics;
using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.Audit;
using Pipeline.EmergencyStop;
using Pipeline.Monitoring;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>
/// The durable training: opens a run, trains its tech centers a few at a time, and closes it. Every step may be repeated after a crash without doing anything twice.
/// Only names and versions travel between the steps, and the trace parent of what asked for the training: every step runs and logs under its trace id.
/// </summary>
public sealed partial class TrainOrchestration(TrainingSteps steps, NoteMeasures note, OperatingModes modes, AuditLog audit, ILogger<TrainOrchestration> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "TrainOrchestrator";

    private const string Open = "TrainOpen";
    private const string Train = "TrainTechCenter";
    private const string Close = "TrainClose";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 5, firstPauseSeconds: 5);

    /// <summary>Runs a training to its end. A tech center that fails for good is recorded with the reason, and the others go on.</summary>
    [Function(Orchestrator)]
    public static async Task<TrainingRecord> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        TrainingPlan plan = context.GetInput<TrainingPlan>()!;
        OpenedTraining training = await context.CallStepAsync<OpenedTraining>(Open, plan, Patient);
        List<TrainingOutcome> done = [.. training.Finished];
        Queue<string> waiting = new(training.TechCenters.Except(done.Select(c => c.TechCenter), StringComparer.Ordinal));
        List<Task<TrainingOutcome>> running = [];
        GoOn();
        while (running.Count > 0)
        {
            Task<TrainingOutcome> ended = await Task.WhenAny(running);
            running.Remove(ended);
            done.Add(await ended);
            GoOn();
        }

        TrainingRecord record = training.Ended(done);
        await context.CallStepAsync(Close, record with { TraceParent = plan.TraceParent }, Patient);
        return record;

        void GoOn()
        {
            while (running.Count < training.FanOut.TechCentersAtOnce && waiting.TryDequeue(out string? next))
            {
                running.Add(TrainAsync(context, training, next, plan.TraceParent));
            }

            context.SetCustomStatus(TrainingProgress.Of(done, training.TechCenters.Count));
        }
    }

    /// <summary>Opens a training run, or takes up the interrupted one.</summary>
    [Function(Open)]
    public async Task<OpenedTraining> OpenAsync([ActivityTrigger] TrainingPlan plan, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Open, ActivityKind.Internal, plan.TraceParent);
        OpenedTraining training = await modes.DoAsync(token => steps.OpenAsync(plan, token), cancellationToken);
        LogOpened(training.RunId, training.TechCenters.Count, training.Finished.Count);
        return training;
    }

    /// <summary>Trains one tech center.</summary>
    [Function(Train)]
    public async Task<TrainingOutcome> TrainAsync([ActivityTrigger] TechCenterTraining training, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Train, ActivityKind.Internal, training.TraceParent);
        try
        {
            TrainingOutcome trained = await modes.DoAsync(token => steps.TrainAsync(training, token), cancellationToken);
            await note.AfterTrainingAsync(trained, cancellationToken);
            await audit.NoteAsync(AuditActions.ModelRelease, $"models/{trained.TechCenter}/{trained.Version}".TrimEnd('/'), trained.Status == TrainingStatus.Refused ? AuditOutcome.Refused : AuditOutcome.Done, "training", trained.Status.ToString().ToLowerInvariant());
            LogTrained(trained.TechCenter, trained.Status, trained.Version);
            if (trained.Status == TrainingStatus.Refused)
            {
                LogRefused(trained.TechCenter, trained.Version, trained.FailedTests, trained.Detail);
            }

            return trained;
        }
        catch (TrainingFailedException)
        {
            await note.RunAsync(CancellationToken.None);
            LogFailed(training.TechCenter, training.RunId);
            throw;
        }
    }

    /// <summary>Keeps the result and closes the run.</summary>
    [Function(Close)]
    public async Task CloseAsync([ActivityTrigger] TrainingRecord record, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Close, ActivityKind.Internal, record.TraceParent);
        await steps.CloseAsync(record with { TraceParent = null }, cancellationToken);
        int trained = record.TechCenters.Count(center => center.Version is not null);
        await audit.NoteAsync(AuditActions.TrainingEnd, string.Create(CultureInfo.InvariantCulture, $"training {record.RunId}"), trained == 0 ? AuditOutcome.Failed : AuditOutcome.Done, detail: $"{trained} of {record.TechCenters.Count} tech centers have a new version");
        LogClosed(record.RunId, record.TechCenters.Count(c => c.Version is not null), record.TechCenters.Count);
    }

    // A process that dies is not the tech center's failure alone: it is counted apart, and has a reason of its own.
    private static async Task<TrainingOutcome> TrainAsync(TaskOrchestrationContext context, OpenedTraining training, string techCenter, string? traceParent)
    {
        (int failures, int losses) = (0, 0);
        TimeSpan pause = TimeSpan.FromSeconds(training.FanOut.FirstRetrySeconds);
        while (true)
        {
            try
            {
                return await context.CallStepAsync<TrainingOutcome>(Train, new TechCenterTraining(training.RunId, training.Year, training.Quarter, techCenter, traceParent));
            }
            catch (TaskFailedException e)
            {
                bool isLost = LostWorker.Is(e.FailureDetails);
                (failures, losses) = isLost ? (failures, losses + 1) : (failures + 1, losses);
                if (failures == training.FanOut.Attempts || losses == LostWorker.MostLosses)
                {
                    return new TrainingOutcome { TechCenter = techCenter, Status = TrainingStatus.Failed, Detail = isLost ? LostWorker.Reason(losses) : e.FailureDetails.ErrorMessage };
                }
            }

            await context.CreateTimer(pause, CancellationToken.None);
            pause *= 2;
        }
    }

    [LoggerMessage(PipelineEvents.TrainingOpened, LogLevel.Information, "The training run {RunId} is open: {TechCenters} tech centers, {Finished} of them done before")]
    private partial void LogOpened(long runId, int techCenters, int finished);

    [LoggerMessage(PipelineEvents.TechCenterTrained, LogLevel.Information, "The training of {TechCenter} ended: {Status}, version {Version}")]
    private partial void LogTrained(string techCenter, TrainingStatus status, string? version);

    [LoggerMessage(PipelineEvents.GateRefused, LogLevel.Error, "The gate refused {Version} of {TechCenter}; tests that were not passed: {FailedTests}. {Detail}")]
    private partial void LogRefused(string techCenter, string? version, string? failedTests, string? detail);

    [LoggerMessage(PipelineEvents.TrainingFailed, LogLevel.Error, "The training of {TechCenter} in the run {RunId} failed; the run's record has the reason")]
    private partial void LogFailed(string techCenter, long runId);

    [LoggerMessage(PipelineEvents.TrainingClosed, LogLevel.Information, "The training run {RunId} is closed: {Published} of {TechCenters} tech centers have a new version")]
    private partial void LogClosed(long runId, int published, int techCenters);
}
