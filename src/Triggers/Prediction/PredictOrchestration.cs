using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Classification;
using Pipeline.EmergencyStop;
using Pipeline.Forecasting;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The durable prediction: a step for each tech center. Every step may be repeated after a crash: what is predicted stays, and the rest follows.</summary>
public sealed partial class PredictOrchestration(PredictIncidents predict, NoteMeasures note, TrainForecasts forecasts, TimeProvider clock, OperatingModes modes, ILogger<PredictOrchestration> logger)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "PredictOrchestrator";

    private const string List = "PredictList";
    /// <summary>The activity that predicts a tech center.</summary>
    internal const string Predict = "PredictTechCenter";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 6, firstPauseSeconds: 10, TimeSpan.FromMinutes(5));

    /// <summary>Starts a prediction, or joins the same one that is under way; gives its name.</summary>
    internal static Task<string> StartAsync(DurableTaskClient client, string? techCenter, string? version, CancellationToken cancellationToken)
    {
        string instanceId = techCenter is null ? "predict-all" : $"predict-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{techCenter}{(version is null ? "" : $"\0{version}")}")))[..8]}";
        return SingletonWork.StartAsync(client, Orchestrator, instanceId, new PredictWork(techCenter, PipelineActivity.CurrentTraceParent, version), cancellationToken);
    }

    /// <summary>Predicts one tech center after the other.</summary>
    [Function(Orchestrator)]
    public static async Task<PredictResult> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        PredictWork work = context.GetInput<PredictWork>()!;
        IReadOnlyList<string> centers = await context.CallStepAsync<IReadOnlyList<string>>(List, work, Patient);
        List<PredictionOutcome> done = [];
        foreach (string center in centers)
        {
            context.SetCustomStatus(new PredictProgress(done.Count, centers.Count));
            done.Add(await context.CallStepAsync<PredictionOutcome>(Predict, work with { TechCenter = center }, Patient));
        }

        context.SetCustomStatus(new PredictProgress(done.Count, centers.Count));
        return new PredictResult(done);
    }

    /// <summary>Lists the tech centers to predict.</summary>
    [Function(List)]
    public Task<IReadOnlyList<string>> ListAsync([ActivityTrigger] PredictWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        return predict.ListAsync(work.TechCenter, cancellationToken);
    }

    /// <summary>Predicts a tech center.</summary>
    [Function(Predict)]
    public async Task<PredictionOutcome> PredictAsync([ActivityTrigger] PredictWork work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using Activity activity = PipelineActivity.Begin(Predict, ActivityKind.Internal, work.TraceParent);
        DateTimeOffset begunAt = clock.GetUtcNow();
        PredictionOutcome outcome = (await modes.DoAsync(token => predict.RunAsync(work.TechCenter, version: work.Version, cancellationToken: token), cancellationToken)).Single();
        await note.AfterPredictionAsync([outcome], begunAt, cancellationToken);
        if (outcome.Failed)
        {
            LogFailed(outcome.TechCenter, outcome.Detail);
        }
        else
        {
            LogPredicted(outcome.TechCenter, outcome.Predicted, outcome.Version, outcome.Unclustered, outcome.Detail);
            if (work.Version is null)
            {
                await ForecastAsync(outcome.TechCenter, cancellationToken);
            }
        }

        return outcome;
    }

    // The first prediction by a new version counts its problems. What is predicted stays, whatever becomes of the forecasts: the next prediction tries again.
    private async Task ForecastAsync(string techCenter, CancellationToken cancellationToken)
    {
        try
        {
            if (await modes.DoAsync(token => forecasts.RefreshAsync(techCenter, token), cancellationToken) is ForecastTraining trained)
            {
                LogForecasts(techCenter, trained.Version, trained.Stage, trained.Problems);
            }
        }
        catch (Exception e) when (e is ModelException or WarehouseException or ObjectStoreException or HaltedException)
        {
            LogNoForecasts(techCenter, e.Message);
        }
    }

    [LoggerMessage(PipelineEvents.ForecastsTrained, LogLevel.Information, "The forecasts of {TechCenter} were trained: {Version}, {Stage}, {Problems} problems")]
    private partial void LogForecasts(string techCenter, string version, ModelStage stage, int problems);

    [LoggerMessage(PipelineEvents.ForecastsNotTrained, LogLevel.Warning, "The forecasts of {TechCenter} could not be trained, and are tried again after the next prediction: {Reason}")]
    private partial void LogNoForecasts(string techCenter, string reason);

    [LoggerMessage(PipelineEvents.Predicted, LogLevel.Information, "Predicted {TechCenter}: {Predicted} incidents by {Version}, {Unclustered} unclustered. {Detail}")]
    private partial void LogPredicted(string techCenter, int predicted, string? version, int unclustered, string? detail);

    [LoggerMessage(PipelineEvents.PredictionFailed, LogLevel.Error, "The prediction of {TechCenter} failed: {Detail}")]
    private partial void LogFailed(string techCenter, string? detail);
}

/// <summary>What to predict.</summary>
/// <param name="TechCenter">The tech center; null for all.</param>
/// <param name="TraceParent">What asked for it, as a W3C <c>traceparent</c>; null where it is not known.</param>
/// <param name="Version">The version that answers; null for the one that serves.</param>
public sealed record PredictWork(string? TechCenter, string? TraceParent, string? Version = null) : ITraced;

/// <summary>How far a prediction is.</summary>
/// <param name="Done">Tech centers that are done.</param>
/// <param name="Total">All tech centers of the prediction.</param>
public sealed record PredictProgress(int Done, int Total);

/// <summary>What a prediction did.</summary>
/// <param name="TechCenters">How each tech center ended.</param>
public sealed record PredictResult(IReadOnlyList<PredictionOutcome> TechCenters);
