using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Drift;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>Measures drift, a tech center at a time, in an orchestration that the clock begins; shows it; and has tech centers trained that drifted far, where the settings say so.</summary>
public sealed partial class DriftFunctions(MeasureDrift measure, DriftReports reports, NoteMeasures note, TrainingPlanner planner, DriftOptions options, TechCenterNames names, ILogger<DriftFunctions> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "DriftOrchestrator";

    private const string Instance = "drift";
    private const string List = "DriftCenters";
    private const string Measure = "DriftMeasure";
    private const string Retrain = "DriftRetrain";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 3, firstPauseSeconds: 30);

    /// <summary>Shows what was measured last.</summary>
    [Function("Drift")]
    [Requires(Role.Reader)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "drift")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            string? techCenter = await names.OfQueryAsync(request.Query["techCenter"], cancellationToken);
            return HttpAnswers.Json(new { options.Raised, options.High, techCenters = await reports.RunAsync(techCenter, cancellationToken) });
        }, "techCenter");

    /// <summary>Begins to measure all tech centers, unless that is under way.</summary>
    [Function("DriftOnSchedule")]
    [FixedDelayRetry(3, "00:05:00")]
    public static async Task OnScheduleAsync([TimerTrigger(Schedules.Drift)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        await SingletonWork.StartAsync(client, Orchestrator, Instance, new DriftStep("", PipelineActivity.CurrentTraceParent), cancellationToken);
    }

    /// <summary>Measures one tech center after the other. One that fails is left out, and the others go on.</summary>
    [Function(Orchestrator)]
    public static async Task<IReadOnlyList<string>> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        string? traceParent = context.GetInput<DriftStep>()?.TraceParent;
        List<string> far = [];
        foreach (string center in await context.CallStepAsync<IReadOnlyList<string>>(List, new DriftStep("", traceParent), Patient))
        {
            try
            {
                if (await context.CallStepAsync<bool>(Measure, new DriftStep(center, traceParent), Patient))
                {
                    far.Add(center);
                }
            }
            catch (TaskFailedException)
            {
                // The activity's log has the reason.
            }
        }

        if (far.Count > 0)
        {
            await context.CallStepAsync<string?>(Retrain, new DriftRetraining(far, traceParent), Patient);
        }

        return far;
    }

    /// <summary>Lists the tech centers.</summary>
    [Function(List)]
    public Task<IReadOnlyList<string>> ListAsync([ActivityTrigger] DriftStep step, CancellationToken cancellationToken) => measure.ListAsync(cancellationToken);

    /// <summary>Measures one tech center; gives whether a training is recommended.</summary>
    [Function(Measure)]
    public async Task<bool> MeasureAsync([ActivityTrigger] DriftStep step, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(step);
        using System.Diagnostics.Activity activity = PipelineActivity.Begin(Measure, System.Diagnostics.ActivityKind.Internal, step.TraceParent);
        DriftReport report = await measure.RunAsync(step.TechCenter, cancellationToken);
        await note.RunAsync(cancellationToken);
        LogMeasured(report.TechCenter, report.Detail);
        return report.RetrainingRecommended;
    }

    /// <summary>Starts the training of the tech centers that drifted far, where <see cref="DriftOptions.Retrain"/> says so.</summary>
    [Function(Retrain)]
    public async Task<string?> RetrainAsync([ActivityTrigger] DriftRetraining drifted, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(drifted);
        if (!options.Retrain)
        {
            return null;
        }

        TrainingPlan plan = await planner.PlanAsync(new TrainingRequest(TechCenters: drifted.TechCenters), cancellationToken);
        string instanceId = await SingletonWork.StartAsync(client, TrainOrchestration.Orchestrator, plan.Name, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);
        LogRetrained(instanceId, drifted.TechCenters.Count);
        return instanceId;
    }

    [LoggerMessage(PipelineEvents.DriftMeasured, LogLevel.Information, "Drift of {TechCenter}: {Detail}")]
    private partial void LogMeasured(string techCenter, string detail);

    [LoggerMessage(PipelineEvents.TrainingStarted, LogLevel.Information, "The training {InstanceId} was started, since the incidents of {TechCenters} tech centers drifted far")]
    private partial void LogRetrained(string instanceId, int techCenters);
}

/// <summary>A step of measuring drift.</summary>
/// <param name="TechCenter">The tech center; empty for the list of all.</param>
/// <param name="TraceParent">What began it, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record DriftStep(string TechCenter, string? TraceParent = null) : ITraced;

/// <summary>The tech centers that drifted far.</summary>
/// <param name="TechCenters">Their names.</param>
/// <param name="TraceParent">What began it, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record DriftRetraining(IReadOnlyList<string> TechCenters, string? TraceParent = null) : ITraced;
