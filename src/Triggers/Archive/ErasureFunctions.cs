using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Erasure;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Erases incidents, for who has the master key, and tells which were erased. An incident is erased behind the answer, never in the request.</summary>
public sealed class ErasureFunctions(EraseIncident erase, IErasures erasures, ILogger<ErasureFunctions> logger)
{
    private const string SecondsToPoll = "2";
    private const int MostListed = 1000;

    /// <summary>Begins to erase an incident.</summary>
    [Function("Erase")]
    [Requires(Role.Admin, Act = AuditActions.IncidentErase)]
    public Task<IResult> EraseAsync([HttpTrigger(Access.Checked, "post", Route = "v1/erasures")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            EraseBody body = await JsonRequest.ReadAsync<EraseBody>(request.Body, cancellationToken);
            RequestAct.Name(request, AuditText.OfIncident(body.Number ?? ""));
            ErasureRecord erasure = await erase.BeginAsync(body.Number, Callers.NameOf(request), cancellationToken);
            await EraseOrchestration.StartAsync(client, erasure, cancellationToken);
            request.HttpContext.Response.Headers.Location = $"/api/v1/erasures/{erasure.Id}";
            request.HttpContext.Response.Headers.RetryAfter = SecondsToPoll;
            return HttpAnswers.Json(ErasureReport.Of(erasure), StatusCodes.Status202Accepted);
        });

    /// <summary>Tells how far an erasure is, and what it removed.</summary>
    [Function("ErasureStatus")]
    [Requires(Role.Admin)]
    public Task<IResult> StatusAsync([HttpTrigger(Access.Checked, "get", Route = "v1/erasures/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(ErasureReport.Of(
            await erasures.FindErasureAsync(id, cancellationToken) ?? throw RequestException.NotFound("id", $"There is no erasure '{id}'. Take the id from the answer to the request that asked for it."))));

    /// <summary>Tells which incidents were erased, the last first.</summary>
    [Function("Erasures")]
    [Requires(Role.Admin)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "v1/erasures")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { erasures = (await erasures.ReadErasuresAsync(MostListed, cancellationToken)).Select(ErasureReport.Of) }));
}

/// <summary>The body of the request to erase an incident.</summary>
/// <param name="Number">The incident's number.</param>
public sealed record EraseBody(string? Number = null);
