using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Assigns incidents to the clusters of the models that serve: on schedule, and when asked. Of one kind a prediction is under way at a time, behind the request or timer that started it.</summary>
public sealed class PredictFunctions(PredictIncidents predict, ModelStore models, ILogger<PredictFunctions> logger)
{
    private const string Route = "predict";

    /// <summary>Starts the prediction of all tech centers.</summary>
    [Function("PredictOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public static Task OnScheduleAsync([TimerTrigger(Schedules.Predict)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        PredictOrchestration.StartAsync(client, techCenter: null, version: null, cancellationToken);

    /// <summary>Starts the prediction of one tech center, or of all, or joins the same one that is under way.</summary>
    [Function("Predict")]
    [Requires(Role.Operator, Act = AuditActions.PredictionRun)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = Route)] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PredictBody body = await JsonRequest.ReadAsync<PredictBody>(request.Body, cancellationToken);
            await predict.ListAsync(body.TechCenter, cancellationToken);
            if (body.Version is string version)
            {
                await models.RequireListedAsync(body.TechCenter ?? throw RequestException.Invalid("version", "A version belongs to one tech center. Name it as well."), version, cancellationToken);
            }

            string instanceId = await PredictOrchestration.StartAsync(client, body.TechCenter, body.Version, cancellationToken);
            return SingletonWork.Accepted(request, Route, instanceId, await StatusAsync(client, instanceId, cancellationToken));
        });

    /// <summary>Shows how far a prediction is, and what it has done.</summary>
    [Function("PredictStatus")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "predict/{instanceId}")] HttpRequest request, [DurableClient] DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await StatusAsync(client, instanceId, cancellationToken)));

    private static async Task<WorkStatus<PredictProgress, PredictResult>> StatusAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        WorkStatus<PredictProgress, PredictResult>.Of(await SingletonWork.FindAsync(client, PredictOrchestration.Orchestrator, "prediction", instanceId, cancellationToken));
}
