using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Runs;

namespace Pipeline.Triggers;

/// <summary>Shows what was trained, tuned and rolled out, with parameters and measures; also in the shape of MLflow's REST API 2.0, in which other programs write their runs too.</summary>
public sealed class RunFunctions(BrowseRuns browse, MlflowTracking mlflow, TechCenterNames names, ILogger<RunFunctions> logger)
{
    // The fields of MLflow's calls that read by GET.
    private static readonly string[] MlflowFields = ["run_id", "run_uuid", "experiment_id", "experiment_name", "metric_key", "max_results", "page_token", "view_type", "filter"];

    /// <summary>Lists runs, the newest first.</summary>
    [Function("Runs")]
    [Requires(Role.Reader)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "runs")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request,
            logger,
            async () => HttpAnswers.Json(new { runs = await browse.ListAsync(new RunQuery(await names.OfQueryAsync(request.Query["techCenter"], cancellationToken), request.Query["kind"], Limit(request.Query["limit"])), cancellationToken) }),
            "techCenter",
            "kind",
            "limit");

    /// <summary>Shows one run, and the measures of its tech center over the versions.</summary>
    [Function("Run")]
    [Requires(Role.Reader)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "runs/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await browse.ShowAsync(id, cancellationToken)));

    /// <summary>Puts runs side by side.</summary>
    [Function("RunCompare")]
    [Requires(Role.Reader)]
    public Task<IResult> CompareAsync([HttpTrigger(Access.Checked, "get", Route = "runs/compare")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(
            request,
            logger,
            async () => HttpAnswers.Json(await browse.CompareAsync(request.Query["ids"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), cancellationToken)),
            "ids");

    /// <summary>Answers MLflow's calls that read by GET.</summary>
    [Function("MlflowRead")]
    [Requires(Role.Reader)]
    public Task<IResult> MlflowReadAsync([HttpTrigger(Access.Checked, "get", Route = "2.0/mlflow/{resource}/{action}")] HttpRequest request, string resource, string action, CancellationToken cancellationToken) =>
        HttpAnswers.RunRepeatingAsync(
            request,
            logger,
            () => MlflowAsync($"{resource}/{action}", async call => await mlflow.ReadAsync(call, MlflowRequest.Of(request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value is [string only] ? only : (string?)null))), cancellationToken)),
            MlflowFields);

    /// <summary>Answers MLflow's searches.</summary>
    [Function("MlflowSearch")]
    [Requires(Role.Reader, Stop = RequestKind.Reads)]
    public Task<IResult> MlflowSearchAsync([HttpTrigger(Access.Checked, "post", Route = "2.0/mlflow/{resource}/search")] HttpRequest request, string resource, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, () => MlflowAsync($"{resource}/search", async call => await mlflow.ReadAsync(call, await MlflowRequest.ReadAsync(request.Body, cancellationToken), cancellationToken)));

    /// <summary>Answers MLflow's calls that write.</summary>
    [Function("MlflowWrite")]
    [Requires(Role.Analyst)]
    public Task<IResult> MlflowWriteAsync([HttpTrigger(Access.Checked, "post", Route = "2.0/mlflow/{resource}/{action}")] HttpRequest request, string resource, string action, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, () => MlflowAsync($"{resource}/{action}", async call => await mlflow.WriteAsync(call, await MlflowRequest.ReadAsync(request.Body, cancellationToken), cancellationToken)));

    private static int? Limit(string? text) => text is null ? null
        : int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int limit) ? limit
        : throw RequestException.Invalid("limit", $"The limit is '{text}'; it must be a whole number from 1 to {BrowseRuns.Most}.");

    // MLflow's clients read the reason of a refusal in a shape of their own.
    private static async Task<IResult> MlflowAsync(string call, Func<string, Task<object?>> answer)
    {
        try
        {
            return await answer(call) is object found ? Mlflow(found) : Mlflow(new MlflowError("ENDPOINT_NOT_FOUND", $"'{call}' is not among the calls that are answered here; docs/models.md lists them."), StatusCodes.Status404NotFound);
        }
        catch (RequestException e)
        {
            return e.Problem switch
            {
                RequestProblem.NotFound => Mlflow(new MlflowError("RESOURCE_DOES_NOT_EXIST", e.Message), StatusCodes.Status404NotFound),
                RequestProblem.Conflict => Mlflow(new MlflowError("RESOURCE_ALREADY_EXISTS", e.Message), StatusCodes.Status400BadRequest),
                RequestProblem.TooLarge => Mlflow(new MlflowError("INVALID_PARAMETER_VALUE", e.Message), StatusCodes.Status413PayloadTooLarge),
                _ => Mlflow(new MlflowError("INVALID_PARAMETER_VALUE", e.Message), StatusCodes.Status400BadRequest),
            };
        }
    }

    private static IResult Mlflow(object answer, int status = StatusCodes.Status200OK) => Results.Json(answer, MlflowJson.Options, "application/json; charset=utf-8", status);
}
