using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Shows alerts, takes answers to them, and tries the channels.</summary>
public sealed class AlertFunctions(ShowAlerts alerts, AnswerAlert answer, TryChannels channels, ILogger<AlertFunctions> logger)
{
    /// <summary>Lists alerts, the newest first.</summary>
    [Function("Alerts")]
    [Requires(Role.Reader, Stop = RequestKind.Always)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "alerts")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { alerts = await alerts.RunAsync(request.Query["state"], request.Query["limit"], cancellationToken) }), "state", "limit");

    /// <summary>Acknowledges an alert.</summary>
    [Function("AlertAck")]
    [Requires(Role.Analyst, Stop = RequestKind.Always, Act = AuditActions.AlertAcknowledge)]
    public Task<IResult> AcknowledgeAsync([HttpTrigger(Access.Checked, "post", Route = "alerts/{id}/ack")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            AckBody body = await JsonRequest.ReadAsync<AckBody>(request.Body, cancellationToken);
            return HttpAnswers.Json(await answer.AcknowledgeAsync(id, body.By ?? "", cancellationToken));
        });

    /// <summary>Sends a test message on one channel, or on all.</summary>
    [Function("AlertTest")]
    [Requires(Role.Operator, Stop = RequestKind.Always)]
    public Task<IResult> TestAsync([HttpTrigger(Access.Checked, "post", Route = "alerts/test")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            AlertTestBody body = await JsonRequest.ReadAsync<AlertTestBody>(request.Body, cancellationToken);
            return HttpAnswers.Json(new { channels = await channels.RunAsync(body.Channel, cancellationToken) });
        });
}

/// <summary>The body of an acknowledgement.</summary>
/// <param name="By">Who answers for the alert.</param>
public sealed record AckBody(string? By = null);

/// <summary>The body of a test.</summary>
/// <param name="Channel">The channel to try; null for all.</param>
public sealed record AlertTestBody(string? Channel = null);
