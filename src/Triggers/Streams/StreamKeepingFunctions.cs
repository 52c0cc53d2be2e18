using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Alerts;
using Pipeline.Audit;
using Pipeline.Monitoring;
using Pipeline.Streams;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Looks after streams: their configuration, snapshots, restorations and verification.</summary>
public sealed partial class StreamKeepingFunctions(KeepStreams keep, StreamDirectory streams, NoteMeasures note, ILogger<StreamKeepingFunctions> logger)
{
    /// <summary>Makes a snapshot of every open stream to which something has come, and tells somebody where that fails.</summary>
    [Function("StreamBackupOnSchedule")]
    public async Task OnScheduleAsync([TimerTrigger(Schedules.StreamBackup)] TimerInfo timer, CancellationToken cancellationToken)
    {
        foreach (StreamBackupOutcome outcome in await streams.BackUpAllAsync(cancellationToken))
        {
            if (outcome.Problem is not null)
            {
                LogFailed(outcome.Stream, outcome.Problem);
                await note.TellAsync(new AlertEvent(AlertRules.BackupFailed, $"No snapshot of the stream '{outcome.Stream}' could be made: {outcome.Problem}", Subject: outcome.Stream), cancellationToken);
            }
        }
    }

    /// <summary>Makes a snapshot now.</summary>
    [Function("StreamBackup")]
    [Requires(Role.Operator, Stop = RequestKind.Always, Act = AuditActions.StreamBackup)]
    public Task<IResult> BackUpAsync([HttpTrigger(Access.Checked, "post", Route = "streams/{name}/backup")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "backup", async () => HttpAnswers.Json(await keep.BackUpAsync(name, cancellationToken), StatusCodes.Status201Created));

    /// <summary>Lists the snapshots.</summary>
    [Function("StreamBackups")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> BackupsAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/backups")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "backups", async () => HttpAnswers.Json(new { backups = await keep.BackupsAsync(name, cancellationToken) }));

    /// <summary>Takes the state of a moment up again.</summary>
    [Function("StreamRestore")]
    [Requires(Role.Operator, Act = AuditActions.StreamRestore)]
    public Task<IResult> RestoreAsync([HttpTrigger(Access.Checked, "post", Route = "streams/{name}/restore")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "restore", async () =>
        {
            JsonElement body = await StreamAnswers.ObjectAsync(request, cancellationToken);
            string? timestamp = body.TryGetProperty("timestamp", out JsonElement moment) ? moment.ToString() : null;
            return HttpAnswers.Json(await keep.RestoreAsync(name, timestamp, cancellationToken));
        });

    /// <summary>Reads all that is kept of a stream, and tells what is damaged.</summary>
    [Function("StreamVerify")]
    [Requires(Role.Operator, Stop = RequestKind.Always)]
    public Task<IResult> VerifyAsync([HttpTrigger(Access.Checked, "post", Route = "streams/{name}/verify")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "verify", async () => HttpAnswers.Json(await keep.VerifyAsync(name, cancellationToken)));

    /// <summary>Shows the configurations of a stream, the one in force last.</summary>
    [Function("StreamConfig")]
    [Requires(Role.Reader, OnlyWriter = true)]
    public Task<IResult> ConfigsAsync([HttpTrigger(Access.Checked, "get", Route = "streams/{name}/config")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "config", async () => HttpAnswers.Json(new { versions = await keep.ConfigsAsync(name, cancellationToken) }));

    /// <summary>Brings a configuration into force, between two items.</summary>
    [Function("StreamConfigure")]
    [Requires(Role.Operator, Act = AuditActions.StreamConfigure)]
    public Task<IResult> ConfigureAsync([HttpTrigger(Access.Checked, "put", Route = "streams/{name}/config")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "configure", async () =>
            HttpAnswers.Json(await keep.ConfigureAsync(name, await StreamAnswers.ObjectAsync(request, cancellationToken), Callers.NameOf(request), cancellationToken)));

    /// <summary>Brings the configuration in the object store into force.</summary>
    [Function("StreamConfigReload")]
    [Requires(Role.Operator, Act = AuditActions.StreamConfigure)]
    public Task<IResult> ReloadAsync([HttpTrigger(Access.Checked, "post", Route = "streams/{name}/config/reload")] HttpRequest request, string name, CancellationToken cancellationToken) =>
        StreamAnswers.RunAsync(request, logger, "configure", async () => HttpAnswers.Json(await keep.ReloadAsync(name, Callers.NameOf(request), cancellationToken)));

    [LoggerMessage(PipelineEvents.StreamBackupFailed, LogLevel.Error, "No snapshot of the stream {Stream} could be made: {Problem}")]
    private partial void LogFailed(string stream, string problem);
}
