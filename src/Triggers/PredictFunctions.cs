using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Classification;
using Pipeline.Monitoring;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Assigns incidents to the clusters of the newest models: on schedule, and when asked.</summary>
public sealed partial class PredictFunctions(PredictIncidents predict, NoteMeasures note, TimeProvider clock, ILogger<PredictFunctions> logger)
{
    /// <summary>Predicts all tech centers.</summary>
    [Function("PredictOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Predict)] TimerInfo timer, CancellationToken cancellationToken)
    {
        DateTimeOffset begunAt = clock.GetUtcNow();
        IReadOnlyList<PredictionOutcome> outcomes = await predict.RunAsync(cancellationToken: cancellationToken);
        await note.AfterPredictionAsync(outcomes, begunAt, cancellationToken);
        foreach (PredictionOutcome outcome in outcomes)
        {
            if (outcome.Failed)
            {
                LogFailed(outcome.TechCenter, outcome.Detail);
            }
            else
            {
                LogPredicted(outcome.TechCenter, outcome.Predicted, outcome.Version, outcome.Unclustered, outcome.Detail);
            }
        }
    }

    /// <summary>Predicts one tech center, or all, and answers with what was done.</summary>
    [Function("Predict")]
    public Task<IResult> RunAsync([HttpTrigger(Access.Change, "post", Route = "predict")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PredictBody body = await JsonRequest.ReadAsync<PredictBody>(request.Body, cancellationToken);
            DateTimeOffset begunAt = clock.GetUtcNow();
            IReadOnlyList<PredictionOutcome> outcomes = await predict.RunAsync(body.TechCenter, cancellationToken: cancellationToken);
            await note.AfterPredictionAsync(outcomes, begunAt, cancellationToken);
            return HttpAnswers.Json(new { techCenters = outcomes });
        });

    [LoggerMessage(PipelineEvents.Predicted, LogLevel.Information, "Predicted {TechCenter} on schedule: {Predicted} incidents by {Version}, {Unclustered} unclustered. {Detail}")]
    private partial void LogPredicted(string techCenter, int predicted, string? version, int unclustered, string? detail);

    [LoggerMessage(PipelineEvents.PredictionFailed, LogLevel.Error, "The prediction of {TechCenter} failed: {Detail}")]
    private partial void LogFailed(string techCenter, string? detail);
}
