using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>Shows the work that is under way behind requests and clocks.</summary>
public sealed class WorkFunctions(ILogger<WorkFunctions> logger)
{
    /// <summary>Lists the trainings and predictions that are under way, with how far they are.</summary>
    [Function("Work")]
    [Requires(Role.Reader, Stop = RequestKind.Always, OnlyWriter = true)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "work")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { work = await RunningWork.ListAsync(client, cancellationToken) }));
}
