using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.Recovery;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Backups on schedule, and for admins: making, listing, verifying and restoring them. All of it is answered while the pipeline is halted.</summary>
public sealed class BackupFunctions(BackupStore store, RestoreBackup restore, ILogger<BackupFunctions> logger)
{
    private const string Timer = "schedule";
    private const string WorkRoute = "backup-work";
    private const string RestoreInstance = "restore";

    /// <summary>Backs everything up, every night.</summary>
    [Function("BackupOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public Task OnScheduleAsync([TimerTrigger(Schedules.Backup)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        store.IsThere ? BackupOrchestration.StartAsync(client, BackupType.Full, Timer, cancellationToken) : Task.CompletedTask;

    /// <summary>Backs the models up by themselves, every night.</summary>
    [Function("BackupModelsOnSchedule")]
    [ExponentialBackoffRetry(5, "00:00:10", "00:05:00")]
    public Task ModelsOnScheduleAsync([TimerTrigger(Schedules.BackupModels)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        store.IsThere ? BackupOrchestration.StartAsync(client, BackupType.Models, Timer, cancellationToken) : Task.CompletedTask;

    /// <summary>Backs up what has changed, unless a full backup is under way, which has it as well.</summary>
    [Function("BackupChangesOnSchedule")]
    public async Task ChangesOnScheduleAsync([TimerTrigger(Schedules.BackupChanges)] TimerInfo timer, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken)
    {
        if (store.IsThere && !await SingletonWork.IsUnderWayAsync(client, BackupOrchestration.NameOf(BackupType.Full), cancellationToken))
        {
            await BackupOrchestration.StartAsync(client, BackupType.Incremental, Timer, cancellationToken);
        }
    }

    /// <summary>Begins a backup.</summary>
    [Function("BackupBegin")]
    [Requires(Role.Admin, Stop = RequestKind.Always, Act = AuditActions.BackupMake)]
    public Task<IResult> BeginAsync([HttpTrigger(Access.Checked, "post", Route = "backups")] HttpRequest request, [DurableClient] DurableTaskClient client, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            BackupBody body = await JsonRequest.ReadAsync<BackupBody>(request.Body, cancellationToken);
            Require(store);
            if (await SingletonWork.IsUnderWayAsync(client, RestoreInstance, cancellationToken))
            {
                throw new RequestException(RequestProblem.Conflict, $"A restore is under way, and what is half restored is not backed up. GET /api/{WorkRoute}/{RestoreInstance} shows how far it is: back up after it.");
            }

            string instance = await BackupOrchestration.StartAsync(client, TypeOf(body.Type), Callers.NameOf(request), cancellationToken);
            return SingletonWork.Accepted(request, WorkRoute, instance, new { instanceId = instance });
        });

    /// <summary>Lists the backups, the oldest first.</summary>
    [Function("Backups")]
    [Requires(Role.Admin, Stop = RequestKind.Always)]
    public Task<IResult> ListAsync([HttpTrigger(Access.Checked, "get", Route = "backups")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(new { backups = store.IsThere ? await store.ListAsync(cancellationToken) : [] }));

    /// <summary>Begins to verify a backup.</summary>
    [Function("BackupVerification")]
    [Requires(Role.Admin, Stop = RequestKind.Always)]
    public Task<IResult> VerifyAsync([HttpTrigger(Access.Checked, "post", Route = "backups/{id}/verify")] HttpRequest request, [DurableClient] DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            BackupManifest manifest = await Require(store).FindAsync(id, cancellationToken);
            string instance = await SingletonWork.StartAsync(client, BackupOrchestration.Verification, $"verify-{manifest.Id}", new VerifyRequest(manifest.Id, PipelineActivity.CurrentTraceParent), cancellationToken);
            return SingletonWork.Accepted(request, WorkRoute, instance, new { instanceId = instance });
        });

    /// <summary>Begins to restore a backup: the pipeline is halted until it is done.</summary>
    [Function("BackupRestoration")]
    [Requires(Role.Admin, Stop = RequestKind.Always, Act = AuditActions.BackupRestore)]
    public Task<IResult> RestoreAsync([HttpTrigger(Access.Checked, "post", Route = "backups/{id}/restore")] HttpRequest request, [DurableClient] DurableTaskClient client, string id, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            RestoreBody body = await JsonRequest.ReadAsync<RestoreBody>(request.Body, cancellationToken);
            Require(store);
            RestoreOrder order = await restore.ResolveAsync(new RestoreOrder(id, AreasOf(body.Only), body.To, body.Replace == true), cancellationToken);
            string instance = await SingletonWork.StartAsync(client, BackupOrchestration.Restoration, RestoreInstance, new RestoreRequest(order, PipelineActivity.CurrentTraceParent), cancellationToken);
            OrchestrationMetadata work = await SingletonWork.FindAsync(client, BackupOrchestration.Restoration, "work on backups", instance, cancellationToken);
            if (work.ReadInputAs<RestoreRequest>()?.Order is RestoreOrder present && !present.IsSame(order))
            {
                throw new RequestException(RequestProblem.Conflict, $"Another restore is under way, of the backup '{present.Id}'. GET /api/{WorkRoute}/{instance} shows how far it is: order this one after it.");
            }

            return SingletonWork.Accepted(request, WorkRoute, instance, new { instanceId = instance });
        });

    /// <summary>Shows how far a backup, a verification or a restore is, and what it gave.</summary>
    [Function("BackupWork")]
    [Requires(Role.Admin, Stop = RequestKind.Always, OnlyWriter = true)]
    public Task<IResult> WorkAsync([HttpTrigger(Access.Checked, "get", Route = WorkRoute + "/{instanceId}")] HttpRequest request, [DurableClient] DurableTaskClient client, string instanceId, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            if (instanceId.StartsWith("backup-", StringComparison.Ordinal))
            {
                return HttpAnswers.Json(WorkStatus<PipelineProgress, BackupManifest>.Of(await FindAsync(BackupOrchestration.Backup)));
            }

            return instanceId.StartsWith("verify-", StringComparison.Ordinal)
                ? HttpAnswers.Json(WorkStatus<PipelineProgress, BackupVerification>.Of(await FindAsync(BackupOrchestration.Verification)))
                : HttpAnswers.Json(WorkStatus<PipelineProgress, RestoreOutcome>.Of(await FindAsync(BackupOrchestration.Restoration)));

            Task<OrchestrationMetadata> FindAsync(string orchestrator) => SingletonWork.FindAsync(client, orchestrator, "work on backups", instanceId, cancellationToken);
        });

    private static BackupStore Require(BackupStore store) =>
        store.IsThere ? store : throw new RequestException(RequestProblem.Conflict, "There is no second store for backups: set Backup:Kind to Files, AzureBlobs or S3, and what belongs to it.");

    private static BackupType TypeOf(string? type) => type is null ? BackupType.Full
        : Enum.TryParse(type, ignoreCase: true, out BackupType named) && Enum.IsDefined(named) && !char.IsAsciiDigit(type[0]) ? named
        : throw RequestException.Invalid("type", $"The type is '{type}'; it must be full, models, configuration or incremental.");

    private static BackupArea[]? AreasOf(IReadOnlyList<string>? only) => only is null ? null
        : [.. only.Select(area => Enum.TryParse(area, ignoreCase: true, out BackupArea named) && Enum.IsDefined(named) && !char.IsAsciiDigit(area[0]) ? named
            : throw RequestException.Invalid("only", $"'{area}' cannot be restored by itself; name some of data, models, configuration and monitoring."))];
}

/// <summary>The body of the request for a backup.</summary>
/// <param name="Type">full, models, configuration or incremental; null for full.</param>
public sealed record BackupBody(string? Type = null);

/// <summary>The body of the request to restore a backup.</summary>
/// <param name="Only">Some of data, models, configuration and monitoring; null for all that the backup holds.</param>
/// <param name="To">The moment whose state is wanted; null for that of the backup.</param>
/// <param name="Replace">Whether what is there may go.</param>
public sealed record RestoreBody(IReadOnlyList<string>? Only = null, DateTimeOffset? To = null, bool? Replace = null);
