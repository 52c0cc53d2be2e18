using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.EmergencyStop;
using Pipeline.Intake;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable pull: one step of a feed after the other, so that a first pull of years is no long activity. A feed that fails is asked again by the next pull, and keeps no other from it.</summary>
public sealed partial class PullOrchestration(PullIncidents pull, OperatingModes modes, ILogger<PullOrchestration> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "PullOrchestrator";

    /// <summary>The name of the pull of all feeds that lie elsewhere.</summary>
    internal const string InstanceId = "pull-all";

    private const string List = "PullList";
    private const string Step = "PullStep";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 6, firstPauseSeconds: 10, TimeSpan.FromMinutes(5));

    /// <summary>Starts the pull of the feeds that lie outside the warehouse, unless one is under way. Those inside are asked at the beginning of every scheduled preprocessing.</summary>
    [Function("PullOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public Task OnScheduleAsync([TimerTrigger(Schedules.Pull)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) => pull.List(inWarehouse: false).Count == 0
        ? Task.CompletedTask
        : SingletonWork.StartAsync(client, Orchestrator, InstanceId, new PullWork(InWarehouse: false, PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>Pulls the feeds.</summary>
    [Function(Orchestrator)]
    public static async Task<IReadOnlyList<PullOutcome>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return await PullAsync(context, context.GetInput<PullWork>()!);
    }

    /// <summary>Pulls feeds as a part of an orchestration.</summary>
    internal static async Task<IReadOnlyList<PullOutcome>> PullAsync(TaskOrchestrationContext context, PullWork work)
    {
        List<PullOutcome> outcomes = [];
        foreach (string feed in await context.CallStepAsync<IReadOnlyList<string>>(List, work, Patient))
        {
            outcomes.Add(await PullAsync(context, work with { Feed = feed }, feed));
        }

        return outcomes;
    }

    /// <summary>Lists the feeds to pull.</summary>
    [Function(List)]
    public Task<IReadOnlyList<string>> ListAsync([ActivityTrigger] PullWork work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return Task.FromResult(pull.List(work.InWarehouse));
    }

    /// <summary>Takes one step of a feed.</summary>
    [Function(Step)]
    public async Task<PullOutcome> StepAsync([ActivityTrigger] PullWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using Activity activity = PipelineActivity.Begin(Step, ActivityKind.Internal, work.TraceParent);
        PullOutcome outcome = await modes.DoAsync(token => pull.StepAsync(work.Feed!, token), cancellationToken);
        if (outcome.Problem is null)
        {
            LogPulled(outcome.Feed, outcome.Rows, outcome.Added, outcome.Changed, outcome.Rejected);
        }
        else
        {
            LogFailed(outcome.Feed, outcome.Problem);
        }

        return outcome;
    }

    private static async Task<PullOutcome> PullAsync(TaskOrchestrationContext context, PullWork work, string feed)
    {
        PullOutcome total = new(feed, 0, 0, 0, 0, null);
        do
        {
            total = PullIncidents.Sum(total, await context.CallStepAsync<PullOutcome>(Step, work, Patient));
        }
        while (total is { HasMore: true, Problem: null });
        return total;
    }

    [LoggerMessage(PipelineEvents.FeedPulled, LogLevel.Information, "Pulled {Feed}: {Rows} rows read, {Added} new, {Changed} changed, {Rejected} kept aside")]
    private partial void LogPulled(string feed, int rows, int added, int changed, int rejected);

    [LoggerMessage(PipelineEvents.FeedFailed, LogLevel.Error, "The feed {Feed} could not be read: {Problem}")]
    private partial void LogFailed(string feed, string problem);
}

/// <summary>What to pull.</summary>
/// <param name="InWarehouse">The feeds that lie in the warehouse itself, or those that do not.</param>
/// <param name="TraceParent">What asked for it, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record PullWork(bool InWarehouse, string? TraceParent) : ITraced
{
    /// <summary>The feed of a step; null for the whole.</summary>
    public string? Feed { get; init; }
}
