using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Measures;
using Pipeline.Models;

namespace Pipeline.Triggers;

/// <summary>Shows how what was measured went over time.</summary>
public sealed class MeasureFunctions(BrowseMeasures measures, TechCenterNames names, ILogger<MeasureFunctions> logger)
{
    /// <summary>Shows one measure by tech center and day.</summary>
    [Function("Measures")]
    [Requires(Role.Reader)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "get", Route = "measures")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            string? techCenter = await names.OfQueryAsync(request.Query["techCenter"], cancellationToken);
            return HttpAnswers.Json(await measures.RunAsync(name => name is "techCenter" ? techCenter : request.Query[name], cancellationToken));
        }, [.. BrowseMeasures.Parameters]);
}
