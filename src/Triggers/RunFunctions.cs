using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Intake;
using Pipeline.Runs;

namespace Pipeline.Triggers;

/// <summary>Lists what was run, and what was taken in.</summary>
public sealed class RunFunctions(RunLog runs, IIngestionLog ingestions, ILogger<RunFunctions> logger)
{
    private const int MostShown = 200;

    /// <summary>Lists trainings, tunings and rollouts, the newest first.</summary>
    [Function("Runs")]
    public Task<IResult> RunsAsync([HttpTrigger(Access.Read, "get", Route = "runs")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            int limit = StreamAnswers.Number(request, "limit", 50, 1, MostShown);
            return HttpAnswers.Json(new { runs = (await runs.ListAsync(request.Query["techCenter"] is [{ Length: > 0 } center] ? center : null, cancellationToken: cancellationToken)).Take(limit).Select(RunAnswer.Of) });
        }, "techCenter", "limit");

    /// <summary>Lists the files that were taken in or refused, the newest first.</summary>
    [Function("Uploads")]
    public Task<IResult> UploadsAsync([HttpTrigger(Access.Read, "get", Route = "v1/uploads")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
            HttpAnswers.Json(new { uploads = (await ingestions.ReadIngestionsAsync(StreamAnswers.Number(request, "limit", 50, 1, MostShown), cancellationToken)).Select(IngestionReport.Of) }), "limit");
}

/// <summary>A run as it is shown.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What was run.</param>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Name">Its name.</param>
/// <param name="State">How far it is.</param>
/// <param name="StartedAt">When it began, in UTC.</param>
/// <param name="EndedAt">When it ended, in UTC; null while it is under way.</param>
/// <param name="Metrics">The last value of each metric.</param>
public sealed record RunAnswer(string Id, RunKind Kind, string TechCenter, string Name, RunState State, DateTimeOffset StartedAt, DateTimeOffset? EndedAt, IReadOnlyDictionary<string, double> Metrics)
{
    internal static RunAnswer Of(RunRecord run) => new(run.Id, run.Kind, run.TechCenter, run.Name, run.State, run.StartedAt, run.EndedAt, run.LastMetrics());
}
