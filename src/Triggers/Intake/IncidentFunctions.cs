using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Intake;

namespace Pipeline.Triggers;

/// <summary>Takes in incidents that are sent one or a few at a time.</summary>
public sealed class IncidentFunctions(TakeIncidents take, IntakeOptions standard, ILogger<IncidentFunctions> logger)
{
    /// <summary>Checks and stores incidents, and answers with what became of each that was not accepted.</summary>
    [Function("SendIncidents")]
    [Requires(Role.Operator, Uploads = true)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "post", Route = "v1/incidents")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            TakenIncidents taken = await take.RunAsync(request.Body, Callers.NameOf(request), IntakeQuery.Key(request), IntakeQuery.Reading(request, standard), cancellationToken);
            request.HttpContext.Response.Headers.Location = UploadFunctions.AddressOf(taken.Ingestion);
            return HttpAnswers.Json(new { ingestion = IngestionReport.Of(taken.Ingestion), rejects = taken.Rejects }, StatusCodes.Status202Accepted);
        }, IntakeQuery.Parameters);
}
