using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Preprocessing;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Masks and embeds the incidents that are new or changed: on schedule, and when asked. One preprocessing is under way at a time, behind the request or timer that started it.</summary>
public sealed class PreprocessFunctions(ILogger<PreprocessFunctions> logger)
{
    private const string Route = "preprocess";

    /// <summary>Starts the preprocessing of all that waits, after what a source in the warehouse itself has new.</summary>
    [Function("PreprocessOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public static Task OnScheduleAsync([TimerTrigger(Schedules.Preprocess)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        PreprocessOrchestration.StartAsync(client, new PreprocessWork(Limit: null, Pulls: true), cancellationToken);

    /// <summary>Starts a preprocessing of up to a limit, or joins the one that is under way.</summary>
    [Function("Preprocess")]
    [Requires(Role.Operator, Act = AuditActions.PreprocessingRun)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = Route)] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            PreprocessBody body = await JsonRequest.ReadAsync<PreprocessBody>(request.Body, cancellationToken);
            string instanceId = await PreprocessOrchestration.StartAsync(client, new PreprocessWork(body.CheckedLimit(), Pulls: false), cancellationToken);
            return SingletonWork.Accepted(request, Route, instanceId, await StatusAsync(client, instanceId, cancellationToken));
        });

    /// <summary>Shows how far a preprocessing is, and what it has done.</summary>
    [Function("PreprocessStatus")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "preprocess/{instanceId}")] HttpRequest request, [DurableClient] DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await StatusAsync(client, instanceId, cancellationToken)));

    private static async Task<WorkStatus<PreprocessOutcome, PreprocessOutcome>> StatusAsync(DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        WorkStatus<PreprocessOutcome, PreprocessOutcome>.Of(await SingletonWork.FindAsync(client, PreprocessOrchestration.Orchestrator, "preprocessing", instanceId, cancellationToken));
}
