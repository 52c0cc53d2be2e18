using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Logging;
using Pipeline.LocalHost.Hosting.Page;
using Pipeline.LocalHost.Hosting.Tls;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>
/// What every request passes: a log line without paths, queries or bodies; failures and bare statuses as problem details; the size limits;
/// no answer under a name that is not the host's, and none to pages of other sites, which a user's browser may have open.
/// </summary>
internal sealed partial class RequestPipeline(HostSettings settings, TlsSettings tls, ILogger<RequestPipeline> logger)
{
    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        long start = Stopwatch.GetTimestamp();

        // Kestrel begins an activity only where a log or a listener asks for it; the correlation id is wanted always.
        using Activity? own = Activity.Current is null ? PipelineActivity.Begin("request", ActivityKind.Server, context.Request.Headers.TraceParent) : null;
        string id = Activity.Current!.TraceId.ToString();
        context.TraceIdentifier = id;
        try
        {
            await AnswerAsync(context, next);
        }
        finally
        {
            double milliseconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalMilliseconds, 1);
            string method = Method(context.Request.Method);
            string route = context.GetEndpoint()?.DisplayName ?? "no route";

            // An open desk asks every few seconds, and so does Prometheus.
            LogLevel level = route is HostPage.StatusRoute or HostPage.MetricsRoute ? LogLevel.Debug : LogLevel.Information;
            LogRequest(level, method, route, context.Response.StatusCode, milliseconds, id);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Every failure is logged and answered without its details.")]
    private async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.Headers.XContentTypeOptions = "nosniff";
        try
        {
            if (Refusal(context) is (int status, string detail))
            {
                await Problem.WriteAsync(context, status, detail);
                return;
            }

            if (tls.IsOn && !await SecureAsync(context))
            {
                return;
            }

            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null } && context.Response.ContentLength is null or 0)
            {
                await Problem.WriteAsync(context, context.Response.StatusCode, Problem.Detail(context));
            }
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested || e is ConnectionResetException)
        {
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await FailAsync(context, e);
        }
        catch (Exception e)
        {
            LogFailure(e, context.TraceIdentifier);
            context.Abort();
        }
    }

    private async Task FailAsync(HttpContext context, Exception exception)
    {
        context.Response.Clear();
        context.Response.Headers.XContentTypeOptions = "nosniff";
        if (exception is BadHttpRequestException bad)
        {
            await Problem.WriteAsync(context, bad.StatusCode, bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge(context) : bad.Message);
            return;
        }

        LogFailure(exception, context.TraceIdentifier);
        if (exception is WarehouseException or ObjectStoreException or CommandException { InnerException: IOException or UnauthorizedAccessException })
        {
            context.Response.Headers.RetryAfter = "30";
            await Problem.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, exception.Message, context.TraceIdentifier);
            return;
        }

        await Problem.WriteAsync(context, StatusCodes.Status500InternalServerError, "The function failed. The host's log has the details under the correlation id.", context.TraceIdentifier);
    }

    // What came in the clear is not looked at: its key may have been read on the way. A browser is sent to the other address, and by then told to take that one always.
    private async Task<bool> SecureAsync(HttpContext context)
    {
        string host = context.Request.Host.Host;
        if (context.Request.IsHttps)
        {
            if (tls.HstsDays > 0 && !string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase) && !IPAddress.TryParse(host.Trim('[', ']'), out _))
            {
                context.Response.Headers.StrictTransportSecurity = string.Create(CultureInfo.InvariantCulture, $"max-age={tls.HstsDays * 86_400L}");
            }

            return true;
        }

        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
            context.Response.Headers.Location = UriHelper.BuildAbsolute("https", settings.Port == 443 ? new HostString(host) : new HostString(host, settings.Port), context.Request.PathBase, context.Request.Path, context.Request.QueryString);
        }
        else
        {
            await Problem.WriteAsync(context, StatusCodes.Status403Forbidden, "This came in the clear and was not looked at. Send it by HTTPS, and rotate the key that it carried, if any.");
        }

        return false;
    }

    /// <summary>Why a request is not looked at; null where it is.</summary>
    private (int Status, string Detail)? Refusal(HttpContext context)
    {
        // A page elsewhere that has its own name resolve to this machine must not read what is here.
        if (!settings.GoesBy(context.Request.Host.Host))
        {
            return (StatusCodes.Status400BadRequest, $"The Host header must be {(settings.IsLoopback ? "localhost or a loopback address, since the host listens on this machine only" : "an address or this machine's name")}, or a name of the setting Host:AllowedHosts.");
        }

        // A page elsewhere must not send requests through the user's browser, with a key that it was given or without.
        if (context.Request.Headers.Origin is { Count: > 0 } origin && !IsOwn(origin.ToString(), context.Request))
        {
            return (StatusCodes.Status403Forbidden, "Requests of pages of other origins are not answered. Where a proxy gives the host another name, list it in the setting Host:AllowedHosts.");
        }

        // A function with a limit of its own says so by an attribute of ASP.NET Core, such as [DisableRequestSizeLimit]; the routing has applied it.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is not null)
        {
            return null;
        }

        long limit = Limit(context);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }

        return context.Request.ContentLength > limit ? (StatusCodes.Status413PayloadTooLarge, TooLarge(context)) : null;
    }

    private bool IsOwn(string origin, HttpRequest request) =>
        string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out Uri? page) && settings.AllowedNames.Contains(page.Host, StringComparer.OrdinalIgnoreCase));

    private static bool IsJson(HttpContext context) =>
        context.Request.ContentType is { } type && (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) || type.Contains("+json", StringComparison.OrdinalIgnoreCase));

    private long Limit(HttpContext context) => IsJson(context) ? settings.MaxJsonBytes : settings.MaxRequestBytes;

    private string TooLarge(HttpContext context) =>
        $"The body is larger than {Limit(context)} bytes. Send less at once, or raise the setting {(IsJson(context) ? "Host:MaxJsonBytes" : "Host:MaxRequestBytes")}.";

    // Whatever a client calls its method, the log has a line of known length.
    private static string Method(string method) => method.Length <= 10 && method.All(char.IsAsciiLetter) ? method : "OTHER";

    [LoggerMessage(EventId = 10, Message = "{Method} {Route} answered {Status} in {Milliseconds} ms, request {CorrelationId}")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double milliseconds, string correlationId);

    [LoggerMessage(EventId = 11, Level = LogLevel.Error, Message = "Request {CorrelationId} failed")]
    private partial void LogFailure(Exception exception, string correlationId);
}
