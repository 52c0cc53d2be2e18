using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Problems;

namespace Pipeline.Triggers;

/// <summary>Shows the clusters, the variants of the problems.</summary>
public sealed class ClusterFunctions(BrowseClusters clusters, ILogger<ClusterFunctions> logger)
{
    /// <summary>Lists clusters, a page at a time.</summary>
    [Function("Clusters")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "clusters")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await clusters.ListAsync(ClusterQuery.Parse(name => request.Query[name]), cancellationToken)), [.. ClusterQuery.Parameters]);

    /// <summary>Shows one cluster with its story.</summary>
    [Function("Cluster")]
    [Requires(Role.Reader)]
    public Task<IResult> FindAsync([HttpTrigger(Access.Checked, "get", Route = "clusters/{techCenter}/{id}")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await clusters.FindAsync(RouteText.Of(request, techCenter), id, cancellationToken)));
}
