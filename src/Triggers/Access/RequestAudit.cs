using System.Globalization;
using Microsoft.AspNetCore.Http;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Storage;

namespace Pipeline.Triggers;

/// <summary>
/// Writes into the audit what requests do, by what is declared at the functions (<see cref="PolicyAttribute.Act"/>): before the answer is sent, and what only admins may do before it is done as well.
/// What can be repeated without end - credentials that are not valid, refusals - is counted.
/// </summary>
internal sealed class RequestAudit(AuditLog log, AuditCounts counts)
{
    private const string SecondsToRetry = "30";

    /// <summary>Notes that a credential is not valid.</summary>
    public Task SignInFailedAsync(string address) => counts.NoteAsync(new AuditNote(address, AuditActions.SignInFailed, "api", AuditOutcome.Refused) { Via = AuditWay.Http });

    /// <summary>Notes that a caller lacks a role.</summary>
    public Task ForbiddenAsync(Caller caller, string function, Role needed) => counts.NoteAsync(Of(caller, AuditActions.AccessRefused, function, AuditOutcome.Refused) with { Detail = $"needs {RoleNames.Of(needed)}" });

    /// <summary>Notes that a caller came, once a day.</summary>
    public Task CameAsync(Caller caller) => counts.NoteFirstAsync(Of(caller, AuditActions.SignInFirst, "api", AuditOutcome.Done) with { Detail = caller.Kind.ToString().ToLowerInvariant() });

    /// <summary>Begins to note what a request does.</summary>
    /// <returns>The answer in its place, where it may not be done without being written; null where it may go on.</returns>
    public async Task<IResult?> BeginAsync(HttpContext context, PolicyAttribute policy)
    {
        if ((policy.Act ?? policy.Exports) is not string act || Callers.Of(context.Request) is not Caller caller)
        {
            return null;
        }

        RequestAct begun = new(this, policy, Of(caller, act, ObjectOf(context.Request), AuditOutcome.Begun));
        context.Features.Set(begun);
        if (policy is not { Act: not null, Needed: Role.Admin, Urgent: false })
        {
            return null;
        }

        try
        {
            await log.WriteAsync(begun.Note, context.RequestAborted);
            return null;
        }
        catch (ObjectStoreException e)
        {
            begun.Drop();
            context.Response.Headers.RetryAfter = SecondsToRetry;
            return HttpAnswers.Problem(context.Request, StatusCodes.Status503ServiceUnavailable, "audit-unavailable", "It cannot be recorded now.", $"What only admins may do is not done while the audit cannot be written. {e.Message}");
        }
    }

    /// <summary>Notes how it ended.</summary>
    public Task EndAsync(AuditNote note) => note.Outcome == AuditOutcome.Refused ? counts.NoteAsync(note) : log.NoteAsync(note);

    // The path without the prefix. The query may hold a key.
    private static string ObjectOf(HttpRequest request)
    {
        string[] names = request.Path.Value?.Split('/', StringSplitOptions.RemoveEmptyEntries) ?? [];
        return string.Join('/', names.Skip(1));
    }

    private static AuditNote Of(Caller caller, string action, string subject, AuditOutcome outcome) =>
        new(caller.Name, action, subject, outcome) { Role = caller.Role is Role role ? RoleNames.Of(role) : null, Via = AuditWay.Http };
}

/// <summary>What the request does that is being answered.</summary>
internal sealed class RequestAct(RequestAudit audit, PolicyAttribute policy, AuditNote note)
{
    private bool _ended;

    /// <summary>What is written of it.</summary>
    public AuditNote Note { get; private set; } = note;

    /// <summary>Names what it is done to, where the path does not.</summary>
    public static void Name(HttpRequest request, string subject)
    {
        if (request.HttpContext.Features.Get<RequestAct>() is RequestAct act)
        {
            act.Note = act.Note with { Subject = subject };
        }
    }

    /// <summary>Notes how a request ended that is an act.</summary>
    public static Task EndAsync(HttpContext context, IResult result) => context.Features.Get<RequestAct>()?.EndAsync(result) ?? Task.CompletedTask;

    /// <summary>Notes that a request that is an act was left without an answer.</summary>
    public static Task FailAsync(HttpContext context) => context.Features.Get<RequestAct>() is { _ended: false } act ? act.EndAsync(StatusCodes.Status500InternalServerError) : Task.CompletedTask;

    /// <summary>Notes nothing more of it.</summary>
    public void Drop() => _ended = true;

    private Task EndAsync(IResult result)
    {
        int status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK;
        bool exports = policy.Exports is not null && status < StatusCodes.Status400BadRequest && result is IFileHttpResult { FileDownloadName.Length: > 0 };
        if (policy.Act is null && !exports)
        {
            _ended = true;
            return Task.CompletedTask;
        }

        return EndAsync(status);
    }

    private Task EndAsync(int status)
    {
        if (_ended)
        {
            return Task.CompletedTask;
        }

        _ended = true;
        return audit.EndAsync(Note with { Id = Guid.CreateVersion7().ToString("N"), Outcome = OutcomeOf(status), Detail = status.ToString(CultureInfo.InvariantCulture) });
    }

    private static AuditOutcome OutcomeOf(int status) => status switch
    {
        StatusCodes.Status202Accepted => AuditOutcome.Accepted,
        < StatusCodes.Status400BadRequest => AuditOutcome.Done,
        < StatusCodes.Status500InternalServerError => AuditOutcome.Refused,
        _ => AuditOutcome.Failed,
    };
}
