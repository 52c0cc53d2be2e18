using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.EmergencyStop;
using Pipeline.Monitoring;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>The one place that decides whether a request goes on: who sends it, what the caller may do, how much, and what an emergency stop and the instance's part say of it.</summary>
internal sealed partial class AccessGate(SignIn signIn, CallerLimits limits, ILogger<AccessGate> logger, OperatingModes? modes = null, InstanceRole? role = null, RequestAudit? audit = null)
{
    private const string SecondsToRetry = "30";
    private const string SecondsToNextUpload = "5";

    /// <summary>Lets a request go on, or answers it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="function">The function that it is for.</param>
    /// <param name="policy">What the function asks for.</param>
    /// <param name="go">Goes on.</param>
    public async Task PassAsync(HttpContext context, string function, PolicyAttribute policy, Func<Task> go)
    {
        long start = Stopwatch.GetTimestamp();
        IResult? refusal = await AdmitAsync(context, function, policy);
        using IDisposable? place = refusal is null && policy.Uploads ? limits.TakeUpload() : null;
        if (refusal is null && policy.Uploads && place is null)
        {
            context.Response.Headers.RetryAfter = SecondsToNextUpload;
            refusal = HttpAnswers.Problem(context.Request, StatusCodes.Status429TooManyRequests, "too-many-uploads", "Too many uploads at once.", $"As many uploads are being received as Limits:ConcurrentUploads allows. Send it again in {SecondsToNextUpload} seconds.");
        }

        refusal ??= await (audit?.BeginAsync(context, policy) ?? Task.FromResult<IResult?>(null));

        // What one caller may see no cache on the way is to keep for another. The desk's files say otherwise themselves.
        context.Response.Headers.CacheControl = "no-store";
        if (refusal is null)
        {
            try
            {
                await go();
            }
            finally
            {
                await RequestAct.FailAsync(context);
            }

            return;
        }

        context.Response.Headers.XContentTypeOptions = "nosniff";
        HttpAnswers.Measure(context.Request, start, refusal);
        await refusal.ExecuteAsync(context);
    }

    private async Task<IResult?> AdmitAsync(HttpContext context, string function, PolicyAttribute policy)
    {
        HttpRequest request = context.Request;
        string address = context.Connection.RemoteIpAddress?.ToString() ?? "unknown";
        try
        {
            if (policy.Needed is not Role needed)
            {
                return TooMany(context, limits.Count(address, function));
            }

            (Caller? caller, bool sent) = await signIn.FindAsync(request, context.RequestAborted);
            if (caller is null)
            {
                return await NotSignedInAsync(context, sent, address);
            }

            Callers.Set(context, caller);
            return TooMany(context, limits.Count($"{caller.Kind} {caller.Name}", function))
                ?? (caller.May(needed) ? await WelcomeAsync(context, caller, policy) : await ForbiddenAsync(context, caller, needed, function));
        }
        catch (SignInException e)
        {
            LogUnavailable(e);
            context.Response.Headers.RetryAfter = SecondsToRetry;
            return HttpAnswers.Problem(request, StatusCodes.Status503ServiceUnavailable, "sign-in-unavailable", "Tokens cannot be verified now.", e.Message);
        }
    }

    // What is wrong with a credential is told to nobody who tries one; the log does not hold it either.
    private async Task<IResult> NotSignedInAsync(HttpContext context, bool sent, string address)
    {
        if (sent && audit is not null)
        {
            await audit.SignInFailedAsync(address);
        }

        if (sent && TooMany(context, limits.CountFailure(address)) is IResult tooMany)
        {
            return tooMany;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return HttpAnswers.Problem(
            context.Request, StatusCodes.Status401Unauthorized, "not-signed-in", "Sign in first.",
            sent ? null : $"Send a token in the header Authorization, as Bearer TOKEN, or a key in the header {SignIn.KeyHeader} or the query parameter {SignIn.KeyParameter}.");
    }

    private async Task<IResult?> WelcomeAsync(HttpContext context, Caller caller, PolicyAttribute policy)
    {
        await (audit?.CameAsync(caller) ?? Task.CompletedTask);
        return OnReplica(context, policy) ?? await StandingAsync(context, policy);
    }

    private async Task<IResult> ForbiddenAsync(HttpContext context, Caller caller, Role needed, string function)
    {
        LogForbidden(function, caller.Name, RoleNames.Of(needed));
        await (audit?.ForbiddenAsync(caller, function, needed) ?? Task.CompletedTask);
        return HttpAnswers.Problem(
            context.Request, StatusCodes.Status403Forbidden, "role-missing", "The role does not suffice.",
            $"This needs the role {RoleNames.Of(needed)}; {(caller.Role is Role role ? $"yours is {RoleNames.Of(role)}" : "you have none")}. Ask whoever gives out roles.");
    }

    private static IResult? TooMany(HttpContext context, int? seconds)
    {
        if (seconds is not int wait)
        {
            return null;
        }

        context.Response.Headers.RetryAfter = wait.ToString(CultureInfo.InvariantCulture);
        return HttpAnswers.Problem(context.Request, StatusCodes.Status429TooManyRequests, "too-many-requests", "Too many requests.", string.Create(CultureInfo.InvariantCulture, $"More requests came in this minute than the settings under Limits allow. Send it again in {wait} seconds."));
    }

    private IResult? OnReplica(HttpContext context, PolicyAttribute policy) => role is { IsReplica: true } && (policy.OnlyWriter || !policy.Reads(context.Request.Method))
        ? HttpAnswers.OfWriter(context.Request, role.WriterUrl)
        : null;

    private async Task<IResult?> StandingAsync(HttpContext context, PolicyAttribute policy)
    {
        if (modes is null || policy.Stop == RequestKind.Always)
        {
            return null;
        }

        try
        {
            await modes.RequireAsync(changes: !policy.Reads(context.Request.Method), context.RequestAborted);
            return null;
        }
        catch (HaltedException e)
        {
            return HttpAnswers.Standing(context.Request, e);
        }
    }

    [LoggerMessage(PipelineEvents.RoleMissing, LogLevel.Warning, "{Function} was refused to {Caller}: it needs the role {Role}")]
    private partial void LogForbidden(string function, string caller, string role);

    [LoggerMessage(PipelineEvents.SignInUnavailable, LogLevel.Error, "Tokens cannot be verified now")]
    private partial void LogUnavailable(Exception exception);
}
