using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Datasets;
using Pipeline.Intake;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>Takes in files that are sent, and tells what became of them. A file is imported behind the answer, never in the request.</summary>
public sealed class UploadFunctions(ReceiveFile receive, IIngestionLog log, IObjectStore objects, DatasetCatalog datasets, IntakeOptions standard, CallerTexts texts, TimeProvider clock, ILogger<UploadFunctions> logger)
{
    private const string SecondsToPoll = "2";
    private const int MostShown = 200;

    /// <summary>Receives a file for a data set.</summary>
    [Function("Upload")]
    [Requires(Role.Operator, Uploads = true, Act = AuditActions.DataUpload)]
    [DisableRequestSizeLimit]
    public Task<IResult> SendAsync([HttpTrigger(Access.Checked, "post", Route = "v1/uploads/{id}")] HttpRequest request, [DurableClient] DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, () => ReceiveAsync(request, client, id, IntakeQuery.Reading(request, standard), cancellationToken), [IntakeQuery.Name, .. IntakeQuery.Parameters]);

    /// <summary>Receives a file for the household survey, under the name that the mission gives it.</summary>
    [Function("UploadSurveyData")]
    [Requires(Role.Operator, Uploads = true, Act = AuditActions.DataUpload)]
    [DisableRequestSizeLimit]
    public Task<IResult> SendSurveyAsync([HttpTrigger(Access.Checked, "post", Route = "v1/upload/survey-data")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, () => ReceiveAsync(request, client, Dataset.Survey, IntakeQuery.Reading(request, standard), cancellationToken), [IntakeQuery.Name, .. IntakeQuery.Parameters]);

    /// <summary>Receives corrected rows of an upload. They are read as the upload was.</summary>
    [Function("UploadRetry")]
    [Requires(Role.Operator, Uploads = true, Act = AuditActions.DataUpload)]
    [DisableRequestSizeLimit]
    public Task<IResult> RetryAsync([HttpTrigger(Access.Checked, "post", Route = "v1/uploads/{id}/retry")] HttpRequest request, [DurableClient] DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            Ingestion first = await FindAsync(id, cancellationToken);
            if (!first.IsFinal)
            {
                throw new RequestException(RequestProblem.Conflict, $"The upload '{id}' is not done yet, so its rejects are not known. Wait until GET /api/v1/uploads/{id} says accepted or failed.");
            }

            return await ReceiveAsync(request, client, first.Dataset ?? Dataset.Incidents, first.Reading ?? standard, cancellationToken);
        }, IntakeQuery.Name);

    /// <summary>Lists the files that were taken in or refused, the newest first.</summary>
    [Function("Uploads")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "v1/uploads")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
            HttpAnswers.Json(new { uploads = (await log.ReadIngestionsAsync(StreamAnswers.Number(request, "limit", 50, 1, MostShown), cancellationToken)).Select(ingestion => IngestionReport.Of(ingestion.AsOf(clock.GetUtcNow()))) }), "limit");

    /// <summary>Tells how far an upload is.</summary>
    [Function("UploadStatus")]
    [Requires(Role.Reader)]
    public Task<IResult> StatusAsync([HttpTrigger(Access.Checked, "get", Route = "v1/uploads/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(IngestionReport.Of(await FindAsync(id, cancellationToken))));

    /// <summary>Tells how far an upload is, under the name that the mission gives it.</summary>
    [Function("IngestionStatus")]
    [Requires(Role.Reader)]
    public Task<IResult> IngestionAsync([HttpTrigger(Access.Checked, "get", Route = "v1/status/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        StatusAsync(request, id, cancellationToken);

    /// <summary>The rejected rows of an upload, as JSON, or as CSV where the query says <c>format=csv</c> or the caller accepts that only.</summary>
    [Function("UploadRejects")]
    [Requires(Role.Analyst, Exports = AuditActions.RejectsExport)]
    public Task<IResult> RejectsAsync([HttpTrigger(Access.Checked, "get", Route = "v1/uploads/{id}/rejects")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            TextView view = texts.Of(request);
            return RejectsAnswer.Of(request, objects, IncomingFiles.RejectsOf(await FindAsync(id, cancellationToken)), view);
        }, "format", CallerTexts.Parameter);

    /// <summary>Where an ingestion is asked for.</summary>
    internal static string AddressOf(Ingestion ingestion) => $"/api/v1/uploads/{ingestion.Id}";

    private async Task<IResult> ReceiveAsync(HttpRequest request, DurableTaskClient client, string dataset, IntakeOptions reading, CancellationToken cancellationToken)
    {
        // The use case holds the limit, on either host.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = null;
        }

        SentFile file = new((await datasets.FindAsync(dataset, cancellationToken)).Name, IntakeQuery.FileName(request), request.Body, Callers.NameOf(request), IntakeQuery.Key(request), reading);
        Ingestion ingestion = await receive.RunAsync(file, cancellationToken);
        await IngestOrchestration.StartAsync(client, ingestion, cancellationToken);
        request.HttpContext.Response.Headers.Location = AddressOf(ingestion);
        request.HttpContext.Response.Headers.RetryAfter = SecondsToPoll;
        return HttpAnswers.Json(IngestionReport.Of(ingestion), StatusCodes.Status202Accepted);
    }

    private async Task<Ingestion> FindAsync(string id, CancellationToken cancellationToken) =>
        (await log.FindIngestionAsync(id, cancellationToken))?.AsOf(clock.GetUtcNow()) ?? throw RequestException.NotFound("id", $"There is no upload '{id}'. Take the id from the answer to the request that sent it.");
}
