using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Shows the audit to admins, verifies it, and keeps it.</summary>
public sealed partial class AuditFunctions(BrowseAudit browse, VerifyAudit verify, KeepAudit keep, ILogger<AuditFunctions> logger)
{
    /// <summary>Lists who did what, the newest first.</summary>
    [Function("AuditList")]
    [Requires(Role.Admin, Stop = RequestKind.Always)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "audit")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await browse.ListAsync(AuditQuery.Parse(name => request.Query[name]), cancellationToken)), [.. AuditQuery.Parameters]);

    /// <summary>Reads the whole audit, and tells which lines are not as they were written.</summary>
    [Function("AuditVerification")]
    [Requires(Role.Admin, Stop = RequestKind.Always)]
    public Task<IResult> VerifyAsync([HttpTrigger(Access.Checked, "get", Route = "audit/verify")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await verify.RunAsync(request.Query["head"] is [{ Length: > 0 } head] ? head : null, cancellationToken)), "head");

    /// <summary>Writes what was counted, merges the lines of days that are over, and verifies all once a day.</summary>
    [Function("AuditOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.Audit)] TimerInfo timer, CancellationToken cancellationToken)
    {
        (int merged, AuditVerification? found) = await keep.RunAsync(cancellationToken);
        if (found is { Sound: false })
        {
            LogDamaged(found.Problems.Count, found.Problems[0]);
        }
        else if (merged > 0)
        {
            LogKept(merged, found?.Entries ?? 0);
        }
    }

    [LoggerMessage(PipelineEvents.AuditKept, LogLevel.Information, "Merged {Merged} lines of the audit; all of its {Entries} lines are as they were written")]
    private partial void LogKept(int merged, long entries);

    [LoggerMessage(PipelineEvents.AuditDamaged, LogLevel.Critical, "The audit is not as it was written, {Problems} problems: {First}")]
    private partial void LogDamaged(int problems, string first);
}
