using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging;
using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Answers of the HTTP interface: JSON as the pipeline writes it, and problem details (RFC 9457) for every error.</summary>
internal static partial class HttpAnswers
{
    private const string ProblemType = "urn:problem-type:pipeline:";
    private const string Halted = ProblemType + "halted";
    private const string ReadOnly = ProblemType + "read-only";
    private const string Replica = ProblemType + "replica";
    private const string SecondsToRetry = "30";

    // How the hosts take a key from the query.
    private static readonly string[] KeyParameters = ["code", "clientId"];

    /// <summary>An answer with a JSON body.</summary>
    public static IResult Json<T>(T value, int status = StatusCodes.Status200OK) => Results.Json(value, PipelineJson.Compact, "application/json; charset=utf-8", status);

    /// <summary>Makes an answer, or the problem details of what went wrong on the way.</summary>
    /// <param name="request">The request, which <see cref="AccessGate"/> has let in.</param>
    /// <param name="logger">Told what went wrong here; what the client did wrong is told to the client.</param>
    /// <param name="answer">Makes the answer.</param>
    /// <param name="parameters">The query parameters that it reads, each at most once; others are refused.</param>
    public static Task<IResult> RunAsync(HttpRequest request, ILogger logger, Func<Task<IResult>> answer, params string[] parameters) => RunAsync(request, logger, answer, mayRepeat: false, parameters);

    /// <summary>The same where each parameter may be given more than once.</summary>
    /// <inheritdoc cref="RunAsync(HttpRequest, ILogger, Func{Task{IResult}}, string[])"/>
    public static Task<IResult> RunRepeatingAsync(HttpRequest request, ILogger logger, Func<Task<IResult>> answer, params string[] parameters) => RunAsync(request, logger, answer, mayRepeat: true, parameters);

    private static async Task<IResult> RunAsync(HttpRequest request, ILogger logger, Func<Task<IResult>> answer, bool mayRepeat, string[] parameters)
    {
        long start = Stopwatch.GetTimestamp();
        IResult result = await AnswerAsync(request, logger, answer, mayRepeat, parameters);
        await RequestAct.EndAsync(request.HttpContext, result);
        Measure(request, start, result);
        return result;
    }

    /// <summary>Counts a request and its time, whoever answered it.</summary>
    /// <param name="request">The request.</param>
    /// <param name="start">When it began, as <see cref="Stopwatch"/> counts.</param>
    /// <param name="result">Its answer.</param>
    public static void Measure(HttpRequest request, long start, IResult result) => PipelineMetrics.RequestDuration.Record(
        Stopwatch.GetElapsedTime(start).TotalSeconds,
        new("method", request.Method),
        new("route", Route(request)),
        new("status", (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK));

    /// <summary>The answer to a request that may not go on, since a person stopped the pipeline.</summary>
    public static IResult Standing(HttpRequest request, HaltedException halted)
    {
        request.HttpContext.Response.Headers.RetryAfter = SecondsToRetry;
        return Problem(request, StatusCodes.Status503ServiceUnavailable, (halted.Mode.State == OperatingState.Halted ? Halted : ReadOnly)[ProblemType.Length..], "The pipeline stands.", halted.Message);
    }

    /// <summary>The answer of a replica to a request for the instance that writes.</summary>
    public static IResult OfWriter(HttpRequest request, Uri? writer) => Problem(
        request, StatusCodes.Status503ServiceUnavailable, Replica[ProblemType.Length..], "This instance only reads.",
        $"This is a replica: it answers what is read of the stores, and changes nothing. Send the request to the instance that writes{(writer is null ? "; the setting Host:WriterUrl of this one can say where that is" : $", {writer}")}.");

    /// <summary>Whether an answer says that the pipeline stands, or that another instance is to be asked, which is no error of it.</summary>
    public static bool Stands(IResult result) => (result as IValueHttpResult)?.Value is ProblemDetails { Type: Halted or ReadOnly or Replica };

    // The first name below the prefix, and below v1 the one after it: as many as there are functions.
    private static string Route(HttpRequest request)
    {
        string[] names = request.Path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return names is [_, "v1", string second, ..] ? $"v1/{second}" : names is [_, string first, ..] ? first : "";
    }

    private static async Task<IResult> AnswerAsync(HttpRequest request, ILogger logger, Func<Task<IResult>> answer, bool mayRepeat, string[] parameters)
    {
        request.HttpContext.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            RequestFields.Require(request.Query.Keys.Except(KeyParameters, StringComparer.OrdinalIgnoreCase), parameters);
            RequestFields.RequireOnce(mayRepeat ? [] : request.Query.Where(q => q.Value.Count > 1 && !KeyParameters.Contains(q.Key, StringComparer.OrdinalIgnoreCase)).Select(q => q.Key));
            return await answer();
        }
        catch (Exception e) when (request.HttpContext.RequestAborted.IsCancellationRequested || e is ConnectionResetException)
        {
            // Nobody waits for the answer any more.
            return Results.StatusCode(StatusCodes.Status499ClientClosedRequest);
        }
        catch (BadHttpRequestException e)
        {
            return e.StatusCode switch
            {
                StatusCodes.Status413PayloadTooLarge => Problem(request, e.StatusCode, "too-large", "The request is too large.", "The body is larger than the host reads. Send less at once."),
                StatusCodes.Status408RequestTimeout => Problem(request, e.StatusCode, "too-slow", "The request came too slowly.", "The body came more slowly than the host waits for it. Send it again."),
                _ => Problem(request, e.StatusCode, "invalid-request", "The request is not valid.", $"The body cannot be read: {e.Message}"),
            };
        }
        catch (RequestException e)
        {
            return e.Problem switch
            {
                RequestProblem.NotFound => Problem(request, StatusCodes.Status404NotFound, "not-found", "What was asked for is not there.", e.Message, e.Errors),
                RequestProblem.Conflict => Problem(request, StatusCodes.Status409Conflict, "conflict", "The request does not fit the present state.", e.Message, e.Errors),
                RequestProblem.TooLarge => Problem(request, StatusCodes.Status413PayloadTooLarge, "too-large", "The request is too large.", e.Message, e.Errors),
                RequestProblem.Unprocessable => Problem(request, StatusCodes.Status422UnprocessableEntity, "not-enough-data", "What is stored does not suffice.", e.Message, e.Errors),
                RequestProblem.Forbidden => Problem(request, StatusCodes.Status403Forbidden, "permission-missing", "The permission is missing.", e.Message, e.Errors),
                _ => Problem(request, StatusCodes.Status400BadRequest, "invalid-request", "The request is not valid.", e.Message, e.Errors),
            };
        }
        catch (HaltedException e)
        {
            return Standing(request, e);
        }
        catch (OverloadedException e)
        {
            request.HttpContext.Response.Headers.RetryAfter = OverloadedException.SecondsToRetry.ToString(CultureInfo.InvariantCulture);
            return Problem(request, StatusCodes.Status503ServiceUnavailable, "overloaded", "Too much is asked at once.", e.Message);
        }
        catch (ModelException e)
        {
            LogModel(logger, e, request.Method, request.Path);
            return Problem(request, StatusCodes.Status500InternalServerError, "model-damaged", "The model cannot be used.", e.Message);
        }
        catch (ObjectStoreException e) when (e.InnerException is BrokenLogException)
        {
            LogFailed(logger, e, request.Method, request.Path);
            return Problem(request, StatusCodes.Status500InternalServerError, "stream-damaged", "The stream's log is damaged.", e.Message);
        }
        catch (Exception e) when (e is WarehouseException or ObjectStoreException)
        {
            LogUnavailable(logger, e, request.Method, request.Path);
            request.HttpContext.Response.Headers.RetryAfter = SecondsToRetry;
            return Problem(request, StatusCodes.Status503ServiceUnavailable, "storage-unavailable", "Storage does not answer.", e.Message);
        }
        catch (Exception e) when (e is DbException or IOException)
        {
            LogUnavailable(logger, e, request.Method, request.Path);
            request.HttpContext.Response.Headers.RetryAfter = SecondsToRetry;
            return Problem(request, StatusCodes.Status503ServiceUnavailable, "storage-unavailable", "Storage does not answer.", $"{e.Message} Nothing has changed. See that the disk has space and can be written, then send the request again.");
        }
        catch (EmbedderException e)
        {
            LogUnavailable(logger, e, request.Method, request.Path);
            request.HttpContext.Response.Headers.RetryAfter = SecondsToRetry;
            return Problem(request, StatusCodes.Status503ServiceUnavailable, "embedder-unavailable", "The embedder does not answer.", e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogFailed(logger, e, request.Method, request.Path);
            return Problem(request, StatusCodes.Status500InternalServerError, "failed", "The request failed.", "Something unexpected happened; the log tells what. Try again, and report it if it stays.");
        }
    }

    /// <summary>An answer that says what is wrong.</summary>
    /// <param name="request">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="type">What is wrong, as the end of the type's name.</param>
    /// <param name="title">What is wrong, in words that are the same for every request.</param>
    /// <param name="detail">What is wrong with this request, and how to mend it; null where that would tell too much.</param>
    /// <param name="errors">What is wrong with each field.</param>
    public static IResult Problem(HttpRequest request, int status, string type, string title, string? detail, IReadOnlyDictionary<string, string[]>? errors = null)
    {
        ProblemDetails problem = errors is { Count: > 0 }
            ? new HttpValidationProblemDetails(errors.ToDictionary(StringComparer.Ordinal))
            : new ProblemDetails();
        problem.Type = ProblemType + type;
        problem.Title = title;
        problem.Status = status;
        problem.Detail = detail;
        problem.Instance = request.Path;
        return Results.Json<object>(problem, PipelineJson.Compact, "application/problem+json", status);
    }

    [LoggerMessage(PipelineEvents.ModelUnusable, LogLevel.Error, "{Method} {Path}: the model cannot be used")]
    private static partial void LogModel(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(PipelineEvents.ServiceUnavailable, LogLevel.Error, "{Method} {Path}: a service behind it does not answer")]
    private static partial void LogUnavailable(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(PipelineEvents.RequestFailed, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFailed(ILogger logger, Exception exception, string method, string path);
}
