using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Intake;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Takes in incidents that are sent one or a few at a time.</summary>
public sealed class IncidentFunctions(TakeIncidents take, IntakeOptions standard, WorkLimits work, ILogger<IncidentFunctions> logger)
{
    /// <summary>Checks and stores incidents, and answers with what became of each that was not accepted.</summary>
    [Function("SendIncidents")]
    [Requires(Role.Operator)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = "v1/incidents")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            byte[] body = await JsonRequest.ReadBytesAsync(request.Body, cancellationToken);
            TakenIncidents taken = await work.Submissions.RunAsync(() => take.RunAsync(body, Callers.NameOf(request), IntakeQuery.Key(request), IntakeQuery.Reading(request, standard), cancellationToken), cancellationToken);
            request.HttpContext.Response.Headers.Location = UploadFunctions.AddressOf(taken.Ingestion);
            return HttpAnswers.Json(new { ingestion = IngestionReport.Of(taken.Ingestion), rejects = taken.Rejects }, StatusCodes.Status202Accepted);
        }, IntakeQuery.Parameters);
}
