using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Overview;

namespace Pipeline.Triggers;

/// <summary>Shows all problems at once, and what lies between them.</summary>
public sealed class OverviewFunctions(BrowseTree tree, CompareLikeness likeness, WeighProblems weigh, ComparePeriods compare, FollowProblems follow, ILogger<OverviewFunctions> logger)
{
    /// <summary>Shows the company, its tech centers, domains, problems and variants, with their sizes.</summary>
    [Function("ClusterTree")]
    [Requires(Role.Reader)]
    public Task<IResult> TreeAsync([HttpTrigger(Access.Checked, "get", Route = "clusters/tree")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await tree.RunAsync(TreeRequest.Parse(name => request.Query[name]), cancellationToken)), "techCenter", "depth");

    /// <summary>Shows how alike the largest problems are, each to each.</summary>
    [Function("Likeness")]
    [Requires(Role.Reader)]
    public Task<IResult> LikenessAsync([HttpTrigger(Access.Checked, "get", Route = "likeness")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await likeness.RunAsync(LikenessRequest.Parse(name => request.Query[name]), cancellationToken)), "techCenter", "by", "top");

    /// <summary>Tells how few problems make most of all.</summary>
    [Function("Pareto")]
    [Requires(Role.Reader)]
    public Task<IResult> ParetoAsync([HttpTrigger(Access.Checked, "get", Route = "pareto")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request, logger, async () => HttpAnswers.Json(await weigh.RunAsync(ParetoRequest.Parse(name => request.Query[name]), cancellationToken)), "measure", "from", "until", "techCenter", "top");

    /// <summary>Holds two periods against each other.</summary>
    [Function("Periods")]
    [Requires(Role.Reader)]
    public Task<IResult> PeriodsAsync([HttpTrigger(Access.Checked, "get", Route = "periods")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request, logger, async () => HttpAnswers.Json(await compare.RunAsync(PeriodRequest.Parse(name => request.Query[name]), cancellationToken)), "from", "until", "againstFrom", "againstUntil", "techCenter");

    /// <summary>Follows some problems and tech centers, week by week.</summary>
    [Function("Trends")]
    [Requires(Role.Reader)]
    public Task<IResult> TrendsAsync([HttpTrigger(Access.Checked, "get", Route = "trends")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunRepeatingAsync(
            request, logger, async () => HttpAnswers.Json(await follow.RunAsync(SeriesRequest.Parse([.. request.Query["problem"]], [.. request.Query["techCenter"]]), cancellationToken)), "problem", "techCenter");
}
