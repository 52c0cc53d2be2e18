using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Intake;
using Pipeline.Problems;
using Pipeline.Requests;

namespace Pipeline.Triggers;

/// <summary>Shows incidents: those of a problem or a cluster, a page at a time, and one with its story.</summary>
public sealed class TicketFunctions(BrowseIncidents incidents, CallerTexts texts, ILogger<TicketFunctions> logger)
{
    private const string Csv = "text/csv; charset=utf-8";
    private static readonly string[] Parameters = ["from", "until", "priority", "sort", "page", "pageSize", "format", CallerTexts.Parameter];

    /// <summary>Lists the incidents of a problem.</summary>
    [Function("ProblemIncidents")]
    [Requires(Role.Reader, Exports = AuditActions.TicketsExport)]
    public Task<IResult> OfProblemAsync([HttpTrigger(Access.Checked, "get", Route = "problems/{techCenter}/{id}/incidents")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        ListAsync(request, techCenter, id, ofVariant: false, cancellationToken);

    /// <summary>Lists the incidents of a cluster, a variant of a problem.</summary>
    [Function("ClusterIncidents")]
    [Requires(Role.Reader, Exports = AuditActions.TicketsExport)]
    public Task<IResult> OfClusterAsync([HttpTrigger(Access.Checked, "get", Route = "clusters/{techCenter}/{id}/incidents")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        ListAsync(request, techCenter, id, ofVariant: true, cancellationToken);

    /// <summary>Shows one incident with its story.</summary>
    [Function("Incident")]
    [Requires(Role.Reader)]
    public Task<IResult> FindAsync([HttpTrigger(Access.Checked, "get", Route = "incidents/{number}")] HttpRequest request, string number, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await incidents.FindAsync(RouteText.Of(request, number), texts.Of(request), cancellationToken)), CallerTexts.Parameter);

    private Task<IResult> ListAsync(HttpRequest request, string techCenter, string id, bool ofVariant, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            IncidentRequest asked = IncidentRequest.Parse(name => request.Query[name]);
            TextView view = texts.Of(request);
            string format = request.Query["format"].ToString();
            if (format is not ("" or "json" or "csv"))
            {
                throw RequestException.Invalid("format", "format must be json, or csv for all pages at once.");
            }

            if (format is not "csv")
            {
                return HttpAnswers.Json(await incidents.ListAsync(RouteText.Of(request, techCenter), id, ofVariant, asked, view, cancellationToken));
            }

            IAsyncEnumerable<ShownIncident> all = await incidents.ExportAsync(RouteText.Of(request, techCenter), id, ofVariant, asked, view, request.HttpContext.RequestAborted);
            return Results.Stream(target => WriteAsync(all, target, request.HttpContext.RequestAborted), Csv, "incidents.csv");
        }, Parameters);

    private static async Task WriteAsync(IAsyncEnumerable<ShownIncident> incidents, Stream target, CancellationToken cancellationToken)
    {
        await using StringWriter text = new(CultureInfo.InvariantCulture);
        CsvWriter csv = new(text);
        csv.Write("number", "created", "priority", "resolved", "cluster", "confidence", "text");
        await foreach (ShownIncident incident in incidents.WithCancellation(cancellationToken))
        {
            csv.Write(
                incident.Number,
                incident.CreatedOn?.ToString("O", CultureInfo.InvariantCulture) ?? "",
                incident.Priority ?? "",
                incident.ResolvedOn?.ToString("O", CultureInfo.InvariantCulture) ?? "",
                incident.ClusterId?.ToString(CultureInfo.InvariantCulture) ?? "",
                incident.Confidence?.ToString("0.####", CultureInfo.InvariantCulture) ?? "",
                incident.Text ?? "");
            await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
            text.GetStringBuilder().Clear();
        }

        await target.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
    }
}
