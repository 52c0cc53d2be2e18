using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Requests;
using Pipeline.Telemetry;
using Pipeline.Training;

namespace Pipeline.Triggers;

/// <summary>Starts trainings when asked, shows how far they are, and cancels them.</summary>
public sealed class TrainFunctions(TrainingPlanner planner, ILogger<TrainFunctions> logger)
{
    private const string Route = "train";

    /// <summary>Starts a training, or joins the one of the same quarter and tech centers that is under way.</summary>
    [Function("Train")]
    [Requires(Role.Operator, Act = AuditActions.TrainingRun)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = "train")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            TrainBody body = await JsonRequest.ReadAsync<TrainBody>(request.Body, cancellationToken);
            TrainingPlan plan = await planner.PlanAsync(new TrainingRequest(body.Year, body.Quarter, body.TechCenters), cancellationToken);
            if (!await planner.CanTrainAsync(cancellationToken))
            {
                throw new RequestException(RequestProblem.Invalid, "There is nothing to train: no incident is preprocessed yet. Import incidents, call POST /api/preprocess, and try again.");
            }

            string instanceId = await SingletonWork.StartAsync(client, TrainOrchestration.Orchestrator, plan.Name, plan with { TraceParent = PipelineActivity.CurrentTraceParent }, cancellationToken);
            return Accepted(request, await ReadAsync(client, instanceId, cancellationToken));
        });

    /// <summary>Shows how far a training is.</summary>
    [Function("TrainStatus")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> StatusAsync([HttpTrigger(Access.Checked, "get", Route = "train/{instanceId}")] HttpRequest request, [DurableClient] DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(StatusOf(await ReadAsync(client, instanceId, cancellationToken))));

    /// <summary>Cancels a training: tech centers in training come to their end, the others are not begun. The same training started again goes on with those.</summary>
    [Function("TrainCancel")]
    [Requires(Role.Operator, Act = AuditActions.TrainingCancel)]
    public Task<IResult> CancelAsync([HttpTrigger(Access.Checked, "delete", Route = "train/{instanceId}")] HttpRequest request, [DurableClient] DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            OrchestrationMetadata training = await ReadAsync(client, instanceId, cancellationToken);
            if (training.IsCompleted)
            {
                throw new RequestException(RequestProblem.Conflict, $"The training '{instanceId}' has ended already: {StatusOf(training).Status}. There is nothing to cancel.");
            }

            await client.TerminateInstanceAsync(instanceId, cancellationToken);
            return Accepted(request, await ReadAsync(client, instanceId, cancellationToken));
        });

    private static Task<OrchestrationMetadata> ReadAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        SingletonWork.FindAsync(client, TrainOrchestration.Orchestrator, "training", instanceId, cancellationToken);

    private static WorkStatus<TrainingProgress, TrainingRecord> StatusOf(OrchestrationMetadata training) => WorkStatus<TrainingProgress, TrainingRecord>.Of(training);

    private static IResult Accepted(HttpRequest request, OrchestrationMetadata training) => SingletonWork.Accepted(request, Route, training.InstanceId, StatusOf(training));
}
