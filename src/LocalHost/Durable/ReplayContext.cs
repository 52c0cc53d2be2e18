using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.DurableTask;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// What an orchestrator sees. Every call becomes a planned action with the next task id; <see cref="OrchestrationReplay"/> compares the plans
/// with the history, or stores them, and answers them with what happened.
/// </summary>
internal sealed class ReplayContext(InstanceRecord instance, OrchestratorPump pump, ILoggerFactory loggers) : TaskOrchestrationContext
{
    private readonly Dictionary<int, OpenTask> _open = [];
    private readonly WorkerDataConverter _converter = WorkerDataConverter.Instance;
    private DateTime _now;
    private bool _isReplaying = true;
    private int _nextTask;
    private int _nextGuid;
    private bool _preserveEvents;

    /// <inheritdoc/>
    public override TaskName Name => instance.Name;

    /// <inheritdoc/>
    public override string InstanceId => instance.InstanceId;

    /// <inheritdoc/>
    public override ParentOrchestrationInstance? Parent => instance.Parent is { } parent ? new(parent.Name, parent.InstanceId) : null;

    /// <inheritdoc/>
    public override DateTime CurrentUtcDateTime => _now;

    /// <inheritdoc/>
    public override bool IsReplaying => _isReplaying;

    /// <summary>Calls that the history has not been asked about yet, in their order.</summary>
    public Queue<HistoryEvent> Planned { get; } = new();

    /// <summary>Timers that were cancelled since the replay ended.</summary>
    public List<int> CancelledTimers { get; } = [];

    /// <summary>External events.</summary>
    public EventInbox Events { get; } = new();

    /// <summary>The input of this run, as JSON.</summary>
    public string? SerializedInput { get; set; }

    /// <summary>The custom status, as JSON.</summary>
    public string? SerializedCustomStatus { get; private set; } = instance.CustomStatus;

    /// <summary>Whether the orchestrator wants to start anew.</summary>
    public bool ContinuesAsNew { get; private set; }

    /// <summary>The next run's input, as JSON.</summary>
    public string? NextInput { get; private set; }

    /// <summary>The events to hand to the next run.</summary>
    public IReadOnlyList<HistoryEvent> CarriedEvents => _preserveEvents ? Events.Kept : [];

    /// <summary>Whether a call has no answer yet. An orchestration does not end before.</summary>
    public bool HasOpenTasks => _open.Count > 0;

    /// <inheritdoc/>
    protected override ILoggerFactory LoggerFactory => loggers;

    /// <summary>Begins another turn at this time.</summary>
    public void BeginTurn(DateTime now, bool isReplaying)
    {
        _now = now;
        _isReplaying = isReplaying;
    }

    /// <summary>Answers a call. Answers to cancelled timers are dropped.</summary>
    public void Answer(HistoryEvent answer)
    {
        if (!_open.Remove(answer.TaskId, out OpenTask? task))
            return;
        if (answer.Kind is HistoryKind.ActivityFailed or HistoryKind.SubOrchestrationFailed)
        {
            TaskFailureDetails failure = WorkerDataConverter.ReadFailure(answer.Failure) ?? new("", "", null, null, null);
            task.Answer.TrySetException(new TaskFailedException(task.Action.Name ?? "", answer.TaskId, failure));
        }
        else
        {
            task.Answer.TrySetResult(answer.Payload);
        }
    }

    /// <inheritdoc/>
    public override T? GetInput<T>()
        where T : default
    {
        RequireOwnThread();
        return ((DataConverter)_converter).Deserialize<T>(SerializedInput);
    }

    /// <inheritdoc/>
    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        RequireOwnThread();
        RequireName(name, nameof(name));
        RequireNoOptions(input, options);
        string? serialized = _converter.Serialize(input);
        return Retries.CallAsync(this, options?.Retry?.Policy, () => CallAsync<TResult>(new(HistoryKind.ActivityScheduled, _now, Name: name, Payload: serialized)));
    }

    /// <inheritdoc/>
    public override Task<TResult> CallSubOrchestratorAsync<TResult>(TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        RequireOwnThread();
        RequireName(orchestratorName, nameof(orchestratorName));
        RequireNoOptions(input, options);
        string child = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        InstanceIds.Require(child);
        string? serialized = _converter.Serialize(input);
        return Retries.CallAsync(
            this,
            options?.Retry?.Policy,
            () => CallAsync<TResult>(new(HistoryKind.SubOrchestrationCreated, _now, Name: orchestratorName, Payload: serialized, Target: child)));
    }

    /// <inheritdoc/>
    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        RequireOwnThread();
        OpenTask task = Plan(new(HistoryKind.TimerCreated, _now, Payload: JournalTime.Write(fireAt.ToUniversalTime())));
        cancellationToken.Register(() => Cancel(task, cancellationToken));
        return task.Answer.Task;
    }

    /// <inheritdoc/>
    public override async Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        RequireOwnThread();
        string? payload = await Events.Wait(eventName, cancellationToken);
        return ((DataConverter)_converter).Deserialize<T>(payload)!;
    }

    /// <inheritdoc/>
    public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException("Orchestrations of this host cannot raise events for others.");

    /// <inheritdoc/>
    public override void SetCustomStatus(object? customStatus)
    {
        RequireOwnThread();
        SerializedCustomStatus = _converter.Serialize(customStatus);
    }

    /// <inheritdoc/>
    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        RequireOwnThread();
        ContinuesAsNew = true;
        NextInput = _converter.Serialize(newInput);
        _preserveEvents = preserveUnprocessedEvents;
    }

    /// <inheritdoc/>
    public override Guid NewGuid()
    {
        RequireOwnThread();
        string name = string.Create(CultureInfo.InvariantCulture, $"{instance.InstanceId}\n{instance.ExecutionId}\n{_nextGuid++}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), hash);

        // RFC 9562, version 8: made by a rule of one's own.
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }

    private async Task<T> CallAsync<T>(HistoryEvent action)
    {
        string? answer = await Plan(action).Answer.Task;
        return ((DataConverter)_converter).Deserialize<T>(answer)!;
    }

    private OpenTask Plan(HistoryEvent action)
    {
        var task = new OpenTask(action with { TaskId = _nextTask++ });
        Planned.Enqueue(task.Action);
        _open.Add(task.Action.TaskId, task);
        return task;
    }

    private void Cancel(OpenTask timer, CancellationToken cancellationToken)
    {
        // A token that is cancelled from elsewhere, by its own clock for instance, would do so at another place in every replay.
        if (!pump.IsCurrent || !_open.Remove(timer.Action.TaskId))
            return;
        if (!_isReplaying)
            CancelledTimers.Add(timer.Action.TaskId);
        timer.Answer.TrySetCanceled(cancellationToken);
    }

    private void RequireOwnThread()
    {
        if (!pump.IsCurrent)
            throw new InvalidOperationException($"The orchestrator '{instance.Name}' used its context from another thread. An orchestrator may await only tasks that its context made, without ConfigureAwait(false).");
    }

    private static void RequireName(TaskName name, string parameter)
    {
        if (string.IsNullOrEmpty(name.Name))
            throw new ArgumentException("The name must not be empty.", parameter);
    }

    private static void RequireNoOptions(object? input, TaskOptions? options)
    {
        if (input is TaskOptions && options is null)
            throw new ArgumentException("Options were passed as the input. Name the argument: options.", nameof(input));
    }
}
