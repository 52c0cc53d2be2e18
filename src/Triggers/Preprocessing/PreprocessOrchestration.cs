using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.EmergencyStop;
using Pipeline.Monitoring;
using Pipeline.Preprocessing;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable preprocessing: a step for every few thousand incidents, so that none is long, and what a crash leaves undone is begun again where it was.</summary>
public sealed partial class PreprocessOrchestration(PreprocessIncidents preprocess, PipelineMonitor monitor, NoteMeasures note, OperatingModes modes, ILogger<PreprocessOrchestration> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "PreprocessOrchestrator";

    private const string InstanceId = "preprocess-all";
    private const string Batches = "PreprocessBatches";
    private const int AtOnce = 20_000;

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 6, firstPauseSeconds: 10, TimeSpan.FromMinutes(5));

    /// <summary>Starts a preprocessing, or joins the one that is under way, whatever its limit; gives its name.</summary>
    internal static Task<string> StartAsync(DurableTaskClient client, PreprocessWork work, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, Orchestrator, InstanceId, work with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);

    /// <summary>Preprocesses what waits, up to the limit.</summary>
    [Function(Orchestrator)]
    public static async Task<PreprocessOutcome> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        PreprocessWork work = context.GetInput<PreprocessWork>()!;
        if (work.Pulls)
        {
            await PullOrchestration.PullAsync(context, new PullWork(InWarehouse: true, work.TraceParent));
        }

        PreprocessOutcome done = new(0, 0, 0, 0);
        while (true)
        {
            int asked = (int)Math.Min(AtOnce, (work.Limit ?? long.MaxValue) - done.Read);
            PreprocessOutcome part = await context.CallStepAsync<PreprocessOutcome>(Batches, work with { Limit = asked }, Patient);
            done = new PreprocessOutcome(done.Read + part.Read, done.Stored + part.Stored, done.Embedded + part.Embedded, done.DeadLetters + part.DeadLetters);
            context.SetCustomStatus(done);
            if (part.Read < asked || done.Read >= work.Limit)
            {
                return done;
            }
        }
    }

    /// <summary>Preprocesses some of what waits.</summary>
    [Function(Batches)]
    public async Task<PreprocessOutcome> PreprocessAsync([ActivityTrigger] PreprocessWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using Activity activity = PipelineActivity.Begin(Batches, ActivityKind.Internal, work.TraceParent);
        PreprocessOutcome outcome = await modes.DoAsync(token => preprocess.RunAsync(work.Limit, cancellationToken: token), cancellationToken);
        LogPreprocessed(outcome.Read, outcome.Stored, outcome.Embedded, outcome.DeadLetters);
        await monitor.MeasureLagAsync(cancellationToken);
        await note.RunAsync(cancellationToken);
        return outcome;
    }

    [LoggerMessage(PipelineEvents.Preprocessed, LogLevel.Information, "Preprocessed: {Read} read, {Stored} stored, {Embedded} embedded, {DeadLetters} kept aside")]
    private partial void LogPreprocessed(long read, long stored, long embedded, long deadLetters);
}

/// <summary>What to preprocess.</summary>
/// <param name="Limit">Stop after this many incidents; null for all that wait.</param>
/// <param name="Pulls">Whether a source in the warehouse itself is asked first for what it has new.</param>
public sealed record PreprocessWork(int? Limit, bool Pulls) : ITraced
{
    /// <summary>What asked for it, as a W3C <c>traceparent</c>; null where it is not known.</summary>
    public string? TraceParent { get; init; }
}
