using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace Pipeline.LocalHost.Hosting.Http;

/// <summary>Answers that say what is wrong, as problem details (RFC 9457).</summary>
internal static class Problem
{
    /// <summary>Answers with a status and what to do about it.</summary>
    /// <param name="context">The request; nothing of its answer may have been sent.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="detail">What is wrong and how to mend it; null where the status says it all.</param>
    /// <param name="correlationId">What finds this request in the log; null where the log has nothing more.</param>
    public static Task WriteAsync(HttpContext context, int status, string? detail, string? correlationId = null)
    {
        context.Response.StatusCode = status;
        if (status is StatusCodes.Status413PayloadTooLarge or StatusCodes.Status408RequestTimeout)
        {
            // The rest of the body is not read, so the connection is of no further use.
            context.Response.Headers.Connection = "close";
        }

        Dictionary<string, object?> body = new(StringComparer.Ordinal) { ["type"] = "about:blank", ["title"] = ReasonPhrases.GetReasonPhrase(status), ["status"] = status };
        if (detail is not null)
        {
            body["detail"] = detail;
        }

        if (correlationId is not null)
        {
            body["correlationId"] = correlationId;
        }

        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.WriteAsJsonAsync(body, PipelineJson.Compact, "application/problem+json", context.RequestAborted);
    }

    /// <summary>What to say of an answer that a function or the router left without a body.</summary>
    public static string? Detail(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not answered here. The Allow header lists the methods that are.",
        _ => null,
    };
}
