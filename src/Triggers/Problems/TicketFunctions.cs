using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Problems;

namespace Pipeline.Triggers;

/// <summary>Shows incidents: all, or those of a problem or a cluster, a page at a time or as a file, and one with its story.</summary>
public sealed class TicketFunctions(BrowseIncidents incidents, CallerTexts texts, WorkLimits work, ILogger<TicketFunctions> logger)
{
    private const string Format = "format";
    private static readonly string[] Parameters = ["from", "until", "priority", "text", "sort", "page", "pageSize", Format, CallerTexts.Parameter];
    private static readonly string[] AllParameters = [.. IncidentRequest.Parameters, Format, CallerTexts.Parameter];

    /// <summary>Lists all incidents.</summary>
    [Function("Incidents")]
    [Requires(Role.Reader, Exports = AuditActions.TicketsExport)]
    public Task<IResult> AllAsync([HttpTrigger(Access.Checked, "get", Route = "incidents")] HttpRequest request, CancellationToken cancellationToken) =>
        AnswerAsync(
            request,
            (asked, view) => incidents.ListAsync(asked, view, cancellationToken),
            (asked, view, stopping) => incidents.ExportAsync(asked, view, stopping),
            AllParameters);

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
        AnswerAsync(
            request,
            (asked, view) => incidents.ListAsync(RouteText.Of(request, techCenter), id, ofVariant, asked, view, cancellationToken),
            (asked, view, stopping) => incidents.ExportAsync(RouteText.Of(request, techCenter), id, ofVariant, asked, view, stopping),
            Parameters);

    // A page, or all pages at once as a file. A filter by text reads all summaries: such lists take turns as searches do.
    private Task<IResult> AnswerAsync(
        HttpRequest request, Func<IncidentRequest, TextView, Task<ShownIncidents>> list, Func<IncidentRequest, TextView, CancellationToken, Task<IAsyncEnumerable<ShownIncident>>> export, string[] parameters) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            IncidentRequest asked = IncidentRequest.Parse(name => request.Query[name]);
            TextView view = texts.Of(request);
            CancellationToken stopping = request.HttpContext.RequestAborted;
            if (TicketExport.FormatOf(request) is string format)
            {
                return TicketExport.Of(format, await export(asked, view, stopping), request.HttpContext);
            }

            return HttpAnswers.Json(asked.Text is null ? await list(asked, view) : await work.Searches.RunAsync(() => list(asked, view), stopping));
        }, parameters);
}
