using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Monitoring;

namespace Pipeline.Triggers;

/// <summary>Tells whether the process lives, whether all it needs is in order, and what is stored.</summary>
public sealed class StatusFunctions(PipelineMonitor monitor, Readiness readiness, ILogger<StatusFunctions> logger)
{
    /// <summary>Answers as long as the process lives.</summary>
    [Function("Health")]
    [Anyone]
    public Task<IResult> HealthAsync([HttpTrigger(Access.Checked, "get", Route = "health")] HttpRequest request) => HttpAnswers.RunAsync(request, logger, () => Task.FromResult(HttpAnswers.Json(new { status = "alive" })));

    /// <summary>Answers 200 where requests may be sent here, otherwise 503; for a balancer, which has no key.</summary>
    [Function("HealthReady")]
    [Anyone]
    public Task<IResult> HealthReadyAsync([HttpTrigger(Access.Checked, "get", Route = "health/ready")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            TrafficState state = await readiness.AskAsync(cancellationToken);
            return HttpAnswers.Json(new { status = state }, state == TrafficState.Unavailable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK);
        });

    /// <summary>Answers 200 where settings, storage, embedder and models are in order, otherwise 503, with one entry per check.</summary>
    [Function("Ready")]
    [Requires(Role.Reader, Stop = RequestKind.Always)]
    public Task<IResult> ReadyAsync([HttpTrigger(Access.Checked, "get", Route = "ready")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReadinessReport report = await readiness.CheckAsync(cancellationToken);
            return HttpAnswers.Json(report, report.Ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
        });

    /// <summary>Counts, ages and versions per tech center.</summary>
    [Function("Status")]
    [Requires(Role.Reader, Stop = RequestKind.Always)]
    public Task<IResult> StatusAsync([HttpTrigger(Access.Checked, "get", Route = "status")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await monitor.StatusAsync(cancellationToken)));
}
