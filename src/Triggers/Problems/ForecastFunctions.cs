using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Forecasting;

namespace Pipeline.Triggers;

/// <summary>Tells what is to be expected.</summary>
public sealed class ForecastFunctions(ForecastProblem forecast, ILogger<ForecastFunctions> logger)
{
    /// <summary>Forecasts the incidents of a problem, week by week.</summary>
    [Function("Forecast")]
    [Requires(Role.Reader)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "get", Route = "forecast/{techCenter}/{id}")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await forecast.RunAsync(RouteText.Of(request, techCenter), id, request.Query["weeks"], cancellationToken)), "weeks");
}
