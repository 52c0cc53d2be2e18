using System.Diagnostics;
using System.Globalization;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;
using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Classification;
using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>
/// The durable rollouts: a canary answers its share for a time, a blue-green rollout gives the version more at every step, and both look whether it is as good as the one in production.
/// Killed at any step, they go on; at the end the version is in production, or a candidate again, and the incidents are predicted anew.
/// </summary>
public sealed partial class RolloutOrchestration(RolloutSteps steps, NoteMeasures note, OperatingModes modes, AuditLog audit, ILogger<RolloutOrchestration> logger)
{
    /// <summary>The name of the orchestrator of rollouts.</summary>
    public const string Orchestrator = "RolloutOrchestrator";

    private const string Begin = "RolloutBegin";
    private const string Share = "RolloutShare";
    private const string Look = "RolloutLook";
    private const string End = "RolloutEnd";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 5, firstPauseSeconds: 5);

    /// <summary>Brings a version into production, or back.</summary>
    [Function(Orchestrator)]
    public static async Task<RolloutEnd?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        RolloutPlan plan = context.GetInput<RolloutPlan>()!;
        RolloutOptions options = await context.CallStepAsync<RolloutOptions>(Begin, plan, Patient);
        RolloutEnd end = plan.BlueGreen ? await BlueGreenAsync(context, plan, options) : await CanaryAsync(context, plan, options);
        await context.CallStepAsync(End, end, Patient);
        await context.CallStepAsync<PredictionOutcome>(PredictOrchestration.Predict, new PredictWork(plan.TechCenter, plan.TraceParent), Patient);
        return end;
    }

    /// <summary>Writes the rollout down as a run.</summary>
    [Function(Begin)]
    public async Task<RolloutOptions> BeginAsync([ActivityTrigger] RolloutPlan plan, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Begin, ActivityKind.Internal, plan.TraceParent);
        RolloutOptions options = await steps.BeginAsync(plan, cancellationToken);
        LogChanged(plan.Version, plan.TechCenter, plan.BlueGreen ? "is rolled out in steps" : "is on trial");
        return options;
    }

    /// <summary>Gives the version its share.</summary>
    [Function(Share)]
    public async Task ShareAsync([ActivityTrigger] RolloutStep step, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Share, ActivityKind.Internal, step.Plan.TraceParent);
        await modes.RequireAsync(changes: true, cancellationToken);
        await steps.ShareAsync(step, cancellationToken);
    }

    /// <summary>Looks how the version does.</summary>
    [Function(Look)]
    public async Task<TrialReport> LookAsync([ActivityTrigger] RolloutStep step, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(Look, ActivityKind.Internal, step.Plan.TraceParent);
        await modes.RequireAsync(changes: true, cancellationToken);
        return await steps.LookAsync(step, cancellationToken);
    }

    /// <summary>Puts the version into production, or back.</summary>
    [Function(End)]
    public async Task EndAsync([ActivityTrigger] RolloutEnd end, CancellationToken cancellationToken)
    {
        using Activity activity = PipelineActivity.Begin(End, ActivityKind.Internal, end.Plan.TraceParent);
        await modes.RequireAsync(changes: true, cancellationToken);
        StageResult result = await steps.EndAsync(end, cancellationToken);
        await audit.NoteAsync(AuditActions.ModelRollout, $"models/{end.Plan.TechCenter}/{end.Plan.Version}", actor: "schedule", detail: result.Stage == ModelStage.Production ? "in production" : $"taken back, {result.Production} serves");
        if (result.Stage == ModelStage.Production)
        {
            LogChanged(end.Plan.Version, end.Plan.TechCenter, "is in production");
        }
        else if (end.EndedOutside)
        {
            LogChanged(end.Plan.Version, end.Plan.TechCenter, "is rolled out no more, since it was ended from outside");
        }
        else
        {
            await note.TellAsync(new AlertEvent(AlertRules.RolloutReverted, $"The rollout of {end.Plan.Version} was taken back; {result.Production} serves. {end.Reason}", end.Plan.TechCenter, end.Plan.Version), cancellationToken);
            LogRolledBack(end.Plan.Version, end.Plan.TechCenter, result.Production, end.Reason);
        }
    }

    private static async Task<RolloutEnd> CanaryAsync(TaskOrchestrationContext context, RolloutPlan plan, RolloutOptions options)
    {
        DateTime begun = context.CurrentUtcDateTime;
        DateTime due = begun.AddSeconds(options.CanarySeconds);
        DateTime last = begun.AddSeconds(Math.Max(options.CanarySeconds, options.MaxSeconds));
        for (int number = 1; ; number++)
        {
            DateTime next = context.CurrentUtcDateTime.AddSeconds(options.CheckSeconds);
            await context.CreateTimer(context.CurrentUtcDateTime < due && next > due ? due : next, CancellationToken.None);
            TrialReport report = await context.CallStepAsync<TrialReport>(Look, new RolloutStep(plan, number, 0), Patient);
            context.SetCustomStatus(string.Create(CultureInfo.InvariantCulture, $"look {number}: {report.State}"));
            if (report.State is TrialState.Worse or TrialState.Over)
            {
                return new RolloutEnd(plan, Promoted: false, string.Join(' ', report.Reasons), EndedOutside: report.State == TrialState.Over);
            }

            if (context.CurrentUtcDateTime >= due && report.State == TrialState.Good)
            {
                return new RolloutEnd(plan, Promoted: true, string.Create(CultureInfo.InvariantCulture, $"It did as well as {report.Production?.Version} on {report.Tried?.Answers} incidents."));
            }

            if (context.CurrentUtcDateTime >= last)
            {
                return new RolloutEnd(plan, Promoted: false, $"{string.Join(' ', report.Reasons)} Give it a larger share, or promote it by hand.");
            }
        }
    }

    private static async Task<RolloutEnd> BlueGreenAsync(TaskOrchestrationContext context, RolloutPlan plan, RolloutOptions options)
    {
        for (int number = 1; number <= options.BlueGreenSteps; number++)
        {
            RolloutStep step = new(plan, number, Math.Max(1, 100 * number / options.BlueGreenSteps));
            await context.CallStepAsync(Share, step, Patient);
            await context.CreateTimer(TimeSpan.FromSeconds(options.StepSeconds), CancellationToken.None);
            TrialReport report = await context.CallStepAsync<TrialReport>(Look, step, Patient);
            context.SetCustomStatus(string.Create(CultureInfo.InvariantCulture, $"step {number} of {options.BlueGreenSteps}: {report.State}"));
            if (report.State is TrialState.Worse or TrialState.Over)
            {
                return new RolloutEnd(plan, Promoted: false, string.Join(' ', report.Reasons), EndedOutside: report.State == TrialState.Over);
            }
        }

        return new RolloutEnd(plan, Promoted: true, string.Create(CultureInfo.InvariantCulture, $"It was well at each of {options.BlueGreenSteps} steps."));
    }

    [LoggerMessage(PipelineEvents.StageChanged, LogLevel.Information, "{Version} of {TechCenter} {What}")]
    private partial void LogChanged(string version, string techCenter, string what);

    [LoggerMessage(PipelineEvents.RolledBack, LogLevel.Error, "{Version} of {TechCenter} was taken back, {Production} serves on. {Reason}")]
    private partial void LogRolledBack(string version, string techCenter, string? production, string reason);
}
