using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Classification;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Assigns incidents to the clusters of the models that serve: on schedule, and when asked.</summary>
public sealed partial class PredictFunctions(PredictIncidents predict, ILogger<PredictFunctions> logger)
{
    /// <summary>Predicts all tech centers.</summary>
    [Function("PredictOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Predict)] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (PredictionOutcome outcome in await predict.RunAsync(cancellationToken: cancellationToken))
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
            return HttpAnswers.Json(new { techCenters = await predict.RunAsync(body.TechCenter, version: body.Version, cancellationToken: cancellationToken) });
        });

    [LoggerMessage(PipelineEvents.Predicted, LogLevel.Information, "Predicted {TechCenter} on schedule: {Predicted} incidents by {Version}, {Unclustered} unclustered. {Detail}")]
    private partial void LogPredicted(string techCenter, int predicted, string? version, int unclustered, string? detail);

    [LoggerMessage(PipelineEvents.PredictionFailed, LogLevel.Error, "The prediction of {TechCenter} failed: {Detail}")]
    private partial void LogFailed(string techCenter, string? detail);
}
