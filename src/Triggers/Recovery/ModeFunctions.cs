using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using Pipeline.Access;
using Pipeline.Audit;
using Pipeline.EmergencyStop;
using Pipeline.Requests;
using Pipeline.Telemetry;

namespace Pipeline.Triggers;

/// <summary>Halts the pipeline, makes it read-only, lets it go on, and shows which holds.</summary>
public sealed partial class ModeFunctions(OperatingModes modes, ILogger<ModeFunctions> logger)
{
    /// <summary>Shows what may go on, since when and why.</summary>
    [Function("Mode")]
    [Requires(Role.Reader, Stop = RequestKind.Always)]
    public Task<IResult> ShowAsync([HttpTrigger(Access.Checked, "get", Route = "mode")] HttpRequest request, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () => HttpAnswers.Json(await modes.ReadAsync(cancellationToken)));

    /// <summary>Stops all work and all answers.</summary>
    [Function("Halt")]
    [Requires(Role.Admin, Stop = RequestKind.Always, Act = AuditActions.ModeHalt, Urgent = true)]
    public Task<IResult> HaltAsync([HttpTrigger(Access.Checked, "post", Route = "halt")] HttpRequest request, CancellationToken cancellationToken) => SetAsync(request, OperatingState.Halted, cancellationToken);

    /// <summary>Stops all work; what changes nothing is answered.</summary>
    [Function("ReadOnly")]
    [Requires(Role.Admin, Stop = RequestKind.Always, Act = AuditActions.ModeReadOnly, Urgent = true)]
    public Task<IResult> ReadOnlyAsync([HttpTrigger(Access.Checked, "post", Route = "read-only")] HttpRequest request, CancellationToken cancellationToken) => SetAsync(request, OperatingState.ReadOnly, cancellationToken);

    /// <summary>Lets everything go on.</summary>
    [Function("Resume")]
    [Requires(Role.Admin, Stop = RequestKind.Always, Act = AuditActions.ModeResume)]
    public Task<IResult> ResumeAsync([HttpTrigger(Access.Checked, "post", Route = "resume")] HttpRequest request, CancellationToken cancellationToken) => SetAsync(request, OperatingState.Running, cancellationToken);

    private Task<IResult> SetAsync(HttpRequest request, OperatingState state, CancellationToken cancellationToken) =>
        HttpAnswers.RunAsync(request, logger, async () =>
        {
            ReasonBody body = await JsonRequest.ReadAsync<ReasonBody>(request.Body, cancellationToken);
            OperatingMode mode = await modes.SetAsync(state, Callers.NameOf(request), body.Reason, cancellationToken);
            LogChanged(mode.State, mode.Who, mode.Reason);
            return HttpAnswers.Json(mode);
        });

    [LoggerMessage(PipelineEvents.ModeChanged, LogLevel.Warning, "The pipeline is {State} now, by {Who}: {Reason}")]
    private partial void LogChanged(OperatingState state, string who, string? reason);
}
