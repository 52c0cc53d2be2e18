using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Corrections;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Shows what people decided about the problems, takes more of it, and carries it to other installations.</summary>
public sealed class CorrectionFunctions(BrowseCorrections browse, CorrectProblems correct, TransferCorrections transfer, ILogger<CorrectionFunctions> logger)
{
    private const string Ndjson = "application/x-ndjson; charset=utf-8";

    /// <summary>Lists corrections, the newest first, or gives all of them as lines of JSON.</summary>
    [Function("Corrections")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "corrections")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            string format = request.Query["format"].ToString();
            if (format is not ("" or "json" or "ndjson"))
            {
                throw RequestException.Invalid("format", "format must be json, or ndjson for all corrections, to be imported elsewhere.");
            }

            if (format is "ndjson")
            {
                IReadOnlyList<ExportedCorrection> all = await transfer.ExportAsync(cancellationToken);
                return Results.Text(string.Concat(all.Select(one => $"{JsonSerializer.Serialize(one, PipelineJson.Compact)}\n")), Ndjson, Encoding.UTF8);
            }

            CorrectionPage page = await browse.ListAsync(request.Query["techCenter"], request.Query["problem"], request.Query["conflicts"], request.Query["page"], request.Query["pageSize"], cancellationToken);
            return HttpAnswers.Json(new { page.Total, page.Conflicts, page.Newest, page.Page, page.PageSize, MayCorrect = Callers.Of(request)?.May(Role.Analyst) == true, page.Corrections });
        }, "techCenter", "problem", "conflicts", "page", "pageSize", "format");

    /// <summary>Makes a correction.</summary>
    [Function("CorrectionAdd")]
    [Requires(Role.Analyst, Act = AuditActions.CorrectionAdd)]
    public Task<IResult> AddAsync([HttpTrigger(Access.Checked, "post", Route = "corrections")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            CorrectionRequest body = await JsonRequest.ReadAsync<CorrectionRequest>(request.Body, cancellationToken);
            RequestAct.Name(request, string.Create(CultureInfo.InvariantCulture, $"{body.Kind}/{body.TechCenter}/{body.Problem}"));
            return HttpAnswers.Json(await correct.AddAsync(body, Callers.NameOf(request), cancellationToken), StatusCodes.Status201Created);
        });

    /// <summary>Takes a correction back.</summary>
    [Function("CorrectionUndo")]
    [Requires(Role.Analyst, Act = AuditActions.CorrectionUndo)]
    public Task<IResult> UndoAsync([HttpTrigger(Access.Checked, "delete", Route = "corrections/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await correct.UndoAsync(id, Callers.NameOf(request), cancellationToken)));

    /// <summary>Adds the corrections of another installation.</summary>
    [Function("CorrectionImport")]
    [Requires(Role.Analyst, Act = AuditActions.CorrectionImport)]
    public Task<IResult> ImportAsync([HttpTrigger(Access.Checked, "post", Route = "corrections/import")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            using StreamReader lines = new(request.Body, Encoding.UTF8);
            return HttpAnswers.Json(await transfer.ImportAsync(lines, Callers.NameOf(request), cancellationToken));
        });
}
