using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Problems;

namespace Pipeline.Triggers;

/// <summary>Shows incidents: those of a problem or a cluster, a page at a time, and one with its story.</summary>
public sealed class TicketFunctions(BrowseIncidents incidents, ILogger<TicketFunctions> logger)
{
    private static readonly string[] Parameters = ["from", "until", "priority", "sort", "page", "pageSize"];

    /// <summary>Lists the incidents of a problem.</summary>
    [Function("ProblemIncidents")]
    public Task<IResult> OfProblemAsync([HttpTrigger(Access.Read, "get", Route = "problems/{techCenter}/{id}/incidents")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        ListAsync(request, techCenter, id, ofVariant: false, cancellationToken);

    /// <summary>Lists the incidents of a cluster, a variant of a problem.</summary>
    [Function("ClusterIncidents")]
    public Task<IResult> OfClusterAsync([HttpTrigger(Access.Read, "get", Route = "clusters/{techCenter}/{id}/incidents")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        ListAsync(request, techCenter, id, ofVariant: true, cancellationToken);

    /// <summary>Shows one incident with its story.</summary>
    [Function("Incident")]
    public Task<IResult> FindAsync([HttpTrigger(Access.Read, "get", Route = "incidents/{number}")] HttpRequest request, string number, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await incidents.FindAsync(number, cancellationToken)));

    private Task<IResult> ListAsync(HttpRequest request, string techCenter, string id, bool ofVariant, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await incidents.ListAsync(techCenter, id, ofVariant, IncidentRequest.Parse(name => request.Query[name]), cancellationToken)), Parameters);
}
