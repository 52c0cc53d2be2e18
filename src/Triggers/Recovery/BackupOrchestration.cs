using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Recovery;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>
/// The durable work on backups, each tried again for some minutes where a store does not answer. A backup that fails for good raises an alert. All of it goes on while the pipeline is halted.
/// </summary>
public sealed partial class BackupOrchestration(CreateBackup create, VerifyBackup verify, RestoreBackup restore, BackupOptions options, RaiseAlert alerts, AuditLog audit, ILogger<BackupOrchestration> logger)
{
    internal const string Backup = "BackupOrchestrator";
    internal const string Verification = "VerifyBackupOrchestrator";
    internal const string Restoration = "RestoreOrchestrator";
    private const string Create = "BackupCreate";
    private const string GiveUp = "BackupGiveUp";
    private const string Verify = "BackupVerify";
    private const string Restore = "BackupRestore";

    private static readonly TaskOptions Patient = DurableSteps.Patience(attempts: 5, firstPauseSeconds: 10, TimeSpan.FromMinutes(2));

    /// <summary>Starts a backup, unless one of its type is under way; gives the instance's name.</summary>
    internal static Task<string> StartAsync(DurableTaskClient client, BackupType type, string by, CancellationToken cancellationToken) =>
        SingletonWork.StartAsync(client, Backup, NameOf(type), new BackupRequest(type, by, PipelineActivity.CurrentTraceParent), cancellationToken);

    /// <summary>The name of the orchestration of a type.</summary>
    internal static string NameOf(BackupType type) => $"backup-{type.ToString().ToLowerInvariant()}";

    /// <summary>Makes a backup.</summary>
    /// <returns>The backup; nothing where nothing has changed.</returns>
    [Function(Backup)]
    public static async Task<BackupManifest?> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        BackupRequest request = context.GetInput<BackupRequest>()!;
        try
        {
            return await context.CallStepAsync<BackupManifest?>(Create, request, Patient);
        }
        catch (TaskFailedException e)
        {
            await context.CallStepAsync(GiveUp, request with { Problem = e.FailureDetails.ErrorMessage }, Patient);
            throw;
        }
    }

    /// <summary>Verifies a backup.</summary>
    [Function(Verification)]
    public static Task<BackupVerification> VerifyAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.CallStepAsync<BackupVerification>(Verify, context.GetInput<VerifyRequest>()!, Patient);
    }

    /// <summary>Restores a backup.</summary>
    [Function(Restoration)]
    public static Task<RestoreOutcome> RestoreAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.CallStepAsync<RestoreOutcome>(Restore, context.GetInput<RestoreRequest>()!, Patient);
    }

    /// <summary>Makes a backup, and after a full one deletes those that are too old.</summary>
    [Function(Create)]
    public async Task<BackupManifest?> CreateAsync([ActivityTrigger] BackupRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Create, ActivityKind.Internal, request.TraceParent);
        BackupManifest? made = await create.RunAsync(request.Type, request.By, progress: null, cancellationToken);
        if (made is not null)
        {
            LogMade(made.Id, made.Rows, made.Objects, made.NewBytes);
            await NoteAsync(request, made.Id, AuditOutcome.Done);
        }

        if (request.Type == BackupType.Full)
        {
            await PruneAsync(cancellationToken);
        }

        return made;
    }

    /// <summary>Tells people that a backup failed for good.</summary>
    [Function(GiveUp)]
    public async Task GiveUpAsync([ActivityTrigger] BackupRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(GiveUp, ActivityKind.Internal, request.TraceParent);
        LogFailed(request.Type, request.Problem);
        await NoteAsync(request, NameOf(request.Type), AuditOutcome.Failed);
        await alerts.RunAsync(new AlertEvent(AlertRules.BackupFailed, $"The backup ({request.Type.ToString().ToLowerInvariant()}) failed again and again: {request.Problem} What was acknowledged since the last one is only where it is.", Subject: NameOf(request.Type)), cancellationToken);
    }

    /// <summary>Verifies a backup; a damaged one raises an alert.</summary>
    [Function(Verify)]
    public async Task<BackupVerification> VerifyAsync([ActivityTrigger] VerifyRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Verify, ActivityKind.Internal, request.TraceParent);
        BackupVerification found = await verify.RunAsync(request.Id, progress: null, cancellationToken);
        if (!found.Sound)
        {
            await alerts.RunAsync(new AlertEvent(AlertRules.BackupFailed, $"{found.Damaged.Count} of {found.Parts} parts of the backup {found.Id} are damaged. Make a full one now.", Subject: found.Id), cancellationToken);
        }

        return found;
    }

    /// <summary>Restores a backup.</summary>
    [Function(Restore)]
    public async Task<RestoreOutcome> RestoreAsync([ActivityTrigger] RestoreRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        using Activity activity = PipelineActivity.Begin(Restore, ActivityKind.Internal, request.TraceParent);
        RestoreOutcome outcome = await restore.RunAsync(request.Order, progress: null, cancellationToken);
        await audit.NoteAsync(AuditActions.BackupRestore, outcome.Id, outcome.Damaged.Count == 0 ? AuditOutcome.Done : AuditOutcome.Failed, detail: $"{outcome.Damaged.Count} parts damaged");
        LogRestored(outcome.Id, outcome.Rows, outcome.Objects, outcome.Damaged.Count);
        return outcome;
    }

    private async Task PruneAsync(CancellationToken cancellationToken)
    {
        PrunedBackups pruned = await create.PruneAsync(options, cancellationToken);
        LogPruned(pruned.Deleted.Count);
        if (pruned.Unreadable is string id)
        {
            await alerts.RunAsync(new AlertEvent(AlertRules.BackupFailed, $"The backup {id} cannot be read, and may refer to parts of others: no backup is deleted, however old, while it is there. 'backup verify {id}' says what is wrong; where it cannot be mended, remove its folder.", Subject: id), cancellationToken);
        }
    }

    // Those every ten minutes bear their maker in their manifest.
    private Task NoteAsync(BackupRequest request, string subject, AuditOutcome outcome) =>
        request.Type == BackupType.Incremental && outcome == AuditOutcome.Done ? Task.CompletedTask : audit.NoteAsync(AuditActions.BackupMake, subject, outcome, request.By);

    [LoggerMessage(PipelineEvents.BackupMade, LogLevel.Information, "Made the backup {Id}: {Rows} rows, {Objects} objects, {Bytes} bytes written")]
    private partial void LogMade(string id, long rows, int objects, long bytes);

    [LoggerMessage(PipelineEvents.BackupsPruned, LogLevel.Information, "Deleted {Count} backups that are older than they are to be kept")]
    private partial void LogPruned(int count);

    [LoggerMessage(PipelineEvents.BackupFailed, LogLevel.Error, "The backup ({Type}) failed for good: {Problem}")]
    private partial void LogFailed(BackupType type, string? problem);

    [LoggerMessage(PipelineEvents.Restored, LogLevel.Warning, "Restored the backup {Id}: {Rows} rows, {Objects} objects; {Damaged} parts were damaged and left out")]
    private partial void LogRestored(string id, long rows, int objects, int damaged);
}

/// <summary>Which backup to make.</summary>
/// <param name="Type">What it holds.</param>
/// <param name="By">Who or what asked for it.</param>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
/// <param name="Problem">Why it was given up; null before that.</param>
public sealed record BackupRequest(BackupType Type, string By, string? TraceParent, string? Problem = null) : ITraced;

/// <summary>Which backup to verify.</summary>
/// <param name="Id">Its id.</param>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record VerifyRequest(string Id, string? TraceParent) : ITraced;

/// <summary>What to restore.</summary>
/// <param name="Order">What, and how.</param>
/// <param name="TraceParent">What began the work, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record RestoreRequest(RestoreOrder Order, string? TraceParent) : ITraced;
