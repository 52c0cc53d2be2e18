using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;

namespace Pipeline.Triggers;

/// <summary>Tells callers who they are here, so that a page offers what they may do.</summary>
public sealed class CallerFunctions(ILogger<CallerFunctions> logger)
{
    /// <summary>Shows the caller's name and role.</summary>
    [Function("Me")]
    [Requires(Role.Reader, Stop = RequestKind.Always)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "me")] HttpRequest request) =>
        HttpAnswers.RunAsync(request, logger, () => Task.FromResult(HttpAnswers.Json(new { name = Callers.NameOf(request), role = Callers.Of(request)?.Role is Role role ? RoleNames.Of(role) : null })));
}
