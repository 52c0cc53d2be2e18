using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Problems;

namespace Pipeline.Triggers;

/// <summary>Shows the problems.</summary>
public sealed class ProblemFunctions(BrowseProblems problems, RankProblems ranking, FindNeighbours neighbours, ProfileProblem profile, CallerTexts texts, WorkLimits work, ILogger<ProblemFunctions> logger)
{
    /// <summary>Tells what to fix first in all tech centers together.</summary>
    [Function("Ranking")]
    [Requires(Role.Reader)]
    public Task<IResult> RankAsync([HttpTrigger(Access.Checked, "get", Route = "ranking")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await ranking.RunAsync(cancellationToken)));

    /// <summary>Lists problems, a page at a time.</summary>
    [Function("Problems")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "problems")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await problems.ListAsync(ClusterQuery.Parse(name => request.Query[name]), cancellationToken)), [.. ClusterQuery.Parameters]);

    /// <summary>Shows one problem with its variants and its story.</summary>
    [Function("Problem")]
    [Requires(Role.Reader)]
    public Task<IResult> FindAsync([HttpTrigger(Access.Checked, "get", Route = "problems/{techCenter}/{id}")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await problems.FindAsync(RouteText.Of(request, techCenter), id, cancellationToken)));

    /// <summary>Shows the problems that might be the same.</summary>
    [Function("ProblemNeighbours")]
    [Requires(Role.Reader)]
    public Task<IResult> NeighboursAsync([HttpTrigger(Access.Checked, "get", Route = "problems/{techCenter}/{id}/neighbours")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { neighbours = await neighbours.RunAsync(RouteText.Of(request, techCenter), id, cancellationToken) }));

    /// <summary>Shows what sets a problem apart beside its words, and what resolved it.</summary>
    [Function("ProblemProfile")]
    [Requires(Role.Reader)]
    public Task<IResult> ProfileAsync([HttpTrigger(Access.Checked, "get", Route = "problems/{techCenter}/{id}/profile")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request, logger, async () => HttpAnswers.Json(await work.Searches.RunAsync(() => profile.RunAsync(RouteText.Of(request, techCenter), id, texts.Of(request), cancellationToken), cancellationToken)), CallerTexts.Parameter);
}
