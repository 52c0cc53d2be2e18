using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The form in which the caller of a request sees texts, as <see cref="TextPermission"/> decides. Who is shown texts as they came is noted in the log.</summary>
public sealed partial class CallerTexts(TextPermission permission, ILogger<CallerTexts> logger)
{
    /// <summary>The query parameter that asks for a form.</summary>
    public const string Parameter = "texts";

    /// <summary>The form for a request.</summary>
    /// <exception cref="Requests.RequestException">The caller lacks the permission, or asks for a form that there is not.</exception>
    public TextView Of(HttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TextView view = permission.For(Callers.Of(request), request.Query[Parameter]);
        if (view != permission.Masked)
        {
            LogRead(Callers.NameOf(request), request.Path);
        }

        return view;
    }

    [LoggerMessage(PipelineEvents.TextsRead, LogLevel.Information, "{Caller} is shown texts as they came: {Path}")]
    private partial void LogRead(string caller, string path);
}
