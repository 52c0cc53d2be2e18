using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.EmergencyStop;
using Pipeline.Forecasting;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Tells what is to be expected, shows by which version, and decides which one that is; learns anew every month.</summary>
public sealed partial class ForecastFunctions(ForecastProblem problem, ForecastVolume volume, ManageForecasts manage, TrainForecasts train, OperatingModes modes, ILogger<ForecastFunctions> logger)
{
    /// <summary>Forecasts the incidents of a problem, week by week.</summary>
    [Function("Forecast")]
    [Requires(Role.Reader)]
    public Task<IResult> RunAsync([HttpTrigger(Access.Checked, "get", Route = "forecast/{techCenter}/{id}")] HttpRequest request, string techCenter, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await problem.RunAsync(RouteText.Of(request, techCenter), id, request.Query["weeks"], cancellationToken)), "weeks");

    /// <summary>Forecasts all incidents of a tech center.</summary>
    [Function("ForecastCenter")]
    [Requires(Role.Reader)]
    public Task<IResult> OfCenterAsync([HttpTrigger(Access.Checked, "get", Route = "forecast/{techCenter}")] HttpRequest request, string techCenter, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await volume.RunAsync(RouteText.Of(request, techCenter), request.Query["weeks"], cancellationToken)), "weeks");

    /// <summary>Forecasts all incidents of all tech centers together.</summary>
    [Function("ForecastAll")]
    [Requires(Role.Reader)]
    public Task<IResult> OfAllAsync([HttpTrigger(Access.Checked, "get", Route = "forecast")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await volume.RunAsync(techCenter: null, request.Query["weeks"], cancellationToken)), "weeks");

    /// <summary>Lists the versions of a tech center's forecasts with what each is used for.</summary>
    [Function("ForecastModels")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "forecast-models/{techCenter}")] HttpRequest request, string techCenter, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await manage.ListAsync(RouteText.Of(request, techCenter), cancellationToken)));

    /// <summary>Has forecasts made by a version from now on.</summary>
    [Function("ForecastPromote")]
    [Requires(Role.Operator, Act = AuditActions.ModelPromote)]
    public Task<IResult> PromoteAsync([HttpTrigger(Access.Checked, "post", Route = "forecast-models/{techCenter}/{version}/promote")] HttpRequest request, string techCenter, string version, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ForecastPromotion body = await JsonRequest.ReadAsync<ForecastPromotion>(request.Body, cancellationToken);
            return HttpAnswers.Json(await manage.PromoteAsync(RouteText.Of(request, techCenter), version, new StageOrder(Callers.NameOf(request), body.Reason, body.Force == true), cancellationToken));
        });

    /// <summary>Has forecasts made by the version before.</summary>
    [Function("ForecastRollback")]
    [Requires(Role.Operator, Act = AuditActions.ModelRollback)]
    public Task<IResult> RollBackAsync([HttpTrigger(Access.Checked, "post", Route = "forecast-models/{techCenter}/rollback")] HttpRequest request, string techCenter, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReasonBody body = await JsonRequest.ReadAsync<ReasonBody>(request.Body, cancellationToken);
            return HttpAnswers.Json(await manage.RollBackAsync(RouteText.Of(request, techCenter), new StageOrder(Callers.NameOf(request), body.Reason), cancellationToken));
        });

    /// <summary>Learns to forecast, every month: a tech center of which nothing new is known keeps its version, and one whose problems cannot be read is left out.</summary>
    [Function("ForecastOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Forecast)] TimerInfo timer, CancellationToken cancellationToken)
    {
        try
        {
            foreach (string center in await train.ListAsync(cancellationToken: cancellationToken))
            {
                await TrainAsync(center, cancellationToken);
            }
        }
        catch (HaltedException e)
        {
            LogStands(e.Message);
        }
    }

    private async Task TrainAsync(string techCenter, CancellationToken cancellationToken)
    {
        try
        {
            if (await modes.DoAsync(token => train.RunAsync(techCenter, token), cancellationToken) is ForecastTraining trained)
            {
                LogTrained(trained.TechCenter, trained.Version, trained.Stage, trained.Problems);
            }
        }
        catch (ModelException e)
        {
            LogNotTrained(techCenter, e.Message);
        }
    }

    [LoggerMessage(PipelineEvents.ForecastsTrained, LogLevel.Information, "The forecasts of {TechCenter} were trained: {Version}, {Stage}, {Problems} problems")]
    private partial void LogTrained(string techCenter, string version, ModelStage stage, int problems);

    [LoggerMessage(PipelineEvents.ForecastsNotTrained, LogLevel.Warning, "The forecasts of {TechCenter} could not be trained, and are tried again after the next prediction: {Reason}")]
    private partial void LogNotTrained(string techCenter, string reason);

    [LoggerMessage(PipelineEvents.Stands, LogLevel.Warning, "Forecasts are not trained. {Reason}")]
    private partial void LogStands(string reason);
}

/// <summary>The body of a promotion of forecasts.</summary>
/// <param name="Reason">Why; needed with <paramref name="Force"/>.</param>
/// <param name="Force">Whether a version that did worse than the one that serves is promoted all the same.</param>
public sealed record ForecastPromotion(string? Reason = null, bool? Force = null);
