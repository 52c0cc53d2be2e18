using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Pipeline.LocalHost.Durable;

/// <summary>
/// Runs an orchestrator from its history and then on to what is new, and says what that leads to. Nothing is stored here.
/// One object serves one turn. Time: linear in the history; the orchestrator's code runs once from its beginning.
/// </summary>
internal sealed class OrchestrationReplay
{
    private readonly InstanceRecord _instance;
    private readonly Func<TaskOrchestrationContext, Task<object?>> _orchestrator;
    private readonly OrchestratorPump _pump = new();
    private readonly ReplayContext _context;
    private readonly Queue<HistoryEvent> _held = new();
    private Task<object?>? _run;
    private bool _isSuspended;

    private OrchestrationReplay(InstanceRecord instance, Func<TaskOrchestrationContext, Task<object?>> orchestrator, ILoggerFactory loggers)
    {
        _instance = instance;
        _orchestrator = orchestrator;
        _context = new(instance, _pump, loggers);
    }

    private bool HasEnded => _run is { IsCompleted: true } && !_context.HasOpenTasks;

    /// <summary>Runs one turn.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="history">Its history so far.</param>
    /// <param name="inbox">What is new, in the order of arrival; not empty.</param>
    /// <param name="now">The time, in UTC.</param>
    /// <param name="orchestrator">The orchestrator's code; null when there is none of that name.</param>
    /// <param name="loggers">Makes the orchestrator's loggers.</param>
    public static Turn Run(
        InstanceRecord instance,
        IReadOnlyList<HistoryEvent> history,
        IReadOnlyList<InboxMessage> inbox,
        DateTime now,
        Func<TaskOrchestrationContext, Task<object?>>? orchestrator,
        ILoggerFactory loggers)
    {
        // A clock that was set back must not be seen by the orchestrator.
        DateTime last = history.Count > 0 ? history[^1].At : now;
        now = now > last ? now : last;
        List<HistoryEvent> events = [new(HistoryKind.TurnStarted, now)];
        InboxMessage[] addressed = [.. inbox.Where(message => message.ExecutionId is null || string.Equals(message.ExecutionId, instance.ExecutionId, StringComparison.Ordinal))];
        if (Array.Find(addressed, message => message.Event.Kind == HistoryKind.ExecutionTerminated) is { } terminate)
            return Terminate(instance, events, inbox[^1].MessageId, terminate.Event with { At = now });
        if (orchestrator is null)
            return Fail(instance, events, inbox[^1].MessageId, new InvalidOperationException($"There is no orchestrator called '{instance.Name}'."));

        var replay = new OrchestrationReplay(instance, orchestrator, loggers);
        Turn? turn = null;
        replay._pump.Run(() => turn = replay.Run(history, addressed, inbox[^1].MessageId, events));
        return turn!;
    }

    private Turn Run(IReadOnlyList<HistoryEvent> history, InboxMessage[] inbox, long lastMessage, List<HistoryEvent> events)
    {
        try
        {
            Replay(history);
        }
        catch (NonDeterministicOrchestrationException e)
        {
            return Fail(_instance, events, lastMessage, e);
        }

        _context.BeginTurn(events[0].At, isReplaying: false);
        foreach (InboxMessage message in inbox)
        {
            // What is left when a run has ended is for the next one, if there is one.
            if (HasEnded)
            {
                lastMessage = message.MessageId - 1;
                break;
            }

            HistoryEvent seen = message.Event with { At = events[0].At };
            events.Add(seen);
            Deliver(seen);
        }

        events.AddRange(_context.Planned);
        return Conclude(events, lastMessage);
    }

    private void Replay(IReadOnlyList<HistoryEvent> history)
    {
        for (int position = 0; position < history.Count; position++)
        {
            HistoryEvent row = history[position];
            if (row.Kind == HistoryKind.TurnStarted)
            {
                RequireNothingMore(position, "nothing more before it waits");
                _context.BeginTurn(row.At, isReplaying: true);
            }
            else if (row.IsAction)
            {
                Match(position, row);
            }
            else
            {
                Deliver(row);
            }
        }

        RequireNothingMore(history.Count, "nothing more before it waits");
    }

    private void Match(int position, HistoryEvent row)
    {
        if (!_context.Planned.TryDequeue(out HistoryEvent? planned))
            throw Mismatch(position, row.Describe(), _run is { IsCompleted: true } ? "its end" : "nothing");
        if (planned.Kind != row.Kind || planned.TaskId != row.TaskId || !string.Equals(NameOf(planned), NameOf(row), StringComparison.OrdinalIgnoreCase))
            throw Mismatch(position, row.Describe(), planned.Describe());
    }

    private void RequireNothingMore(int position, string expected)
    {
        if (_context.Planned.TryPeek(out HistoryEvent? planned))
            throw Mismatch(position, expected, planned.Describe());
        if (HasEnded)
            throw Mismatch(position, "it waiting for more", "its end");
    }

    private static string NameOf(HistoryEvent action) => action.Name ?? "";

    private NonDeterministicOrchestrationException Mismatch(int position, string expected, string found) => new(_instance.InstanceId, position, expected, found);

    private void Deliver(HistoryEvent happened)
    {
        if (happened.Kind == HistoryKind.ExecutionResumed)
            Resume();
        else if (_isSuspended)
            _held.Enqueue(happened);
        else
            Process(happened);
    }

    private void Resume()
    {
        _isSuspended = false;
        while (!_isSuspended && _held.TryDequeue(out HistoryEvent? held))
            Process(held);
    }

    private void Process(HistoryEvent happened)
    {
        switch (happened.Kind)
        {
            case HistoryKind.ExecutionStarted:
                _context.SerializedInput = happened.Payload;
                _run = StartAsync();
                break;
            case HistoryKind.EventRaised:
                _context.Events.Raise(happened);
                break;
            case HistoryKind.ExecutionSuspended:
                _isSuspended = true;
                break;
            default:
                _context.Answer(happened);
                break;
        }

        _pump.Drain();
    }

    // An orchestrator that throws before its first await fails like any other.
    private async Task<object?> StartAsync() => await _orchestrator(_context);

    private Turn Conclude(List<HistoryEvent> events, long lastMessage)
    {
        if (HasEnded)
            return End(_run!, events, lastMessage);
        if (_run is not null && !_isSuspended && !_context.HasOpenTasks && !_context.Events.IsAwaited)
        {
            return Fail(_instance, events, lastMessage, new InvalidOperationException(
                $"The orchestrator '{_instance.Name}' waits for something that its context did not make. It may await only activities, sub-orchestrations, timers and events of its context."));
        }

        return new(_instance, events[0].At, events, lastMessage, Status)
        {
            CustomStatus = _context.SerializedCustomStatus,
            CancelledTimers = _context.CancelledTimers,
        };
    }

    private OrchestrationRuntimeStatus Status => _isSuspended
        ? OrchestrationRuntimeStatus.Suspended
        : _run is null ? OrchestrationRuntimeStatus.Pending : OrchestrationRuntimeStatus.Running;

    private Turn End(Task<object?> run, List<HistoryEvent> events, long lastMessage)
    {
        if (!run.IsCompletedSuccessfully)
        {
            Exception cause = run.Exception?.InnerException ?? new TaskCanceledException(run);
            return Fail(_instance, events, lastMessage, cause) with { CustomStatus = _context.SerializedCustomStatus };
        }

        string? output;
        try
        {
            output = WorkerDataConverter.Instance.Serialize(run.Result);
        }
        catch (Exception e) when (e is NotSupportedException or System.Text.Json.JsonException)
        {
            return Fail(_instance, events, lastMessage, e) with { CustomStatus = _context.SerializedCustomStatus };
        }

        if (_context.ContinuesAsNew)
        {
            return new(_instance, events[0].At, [], lastMessage, OrchestrationRuntimeStatus.Running)
            {
                CustomStatus = _context.SerializedCustomStatus,
                Continuation = new(_context.NextInput, _context.CarriedEvents),
            };
        }

        events.Add(new(HistoryKind.ExecutionCompleted, events[0].At, Payload: output));
        return new(_instance, events[0].At, events, lastMessage, OrchestrationRuntimeStatus.Completed) { Output = output, CustomStatus = _context.SerializedCustomStatus };
    }

    private static Turn Fail(InstanceRecord instance, List<HistoryEvent> events, long lastMessage, Exception cause)
    {
        string failure = WorkerDataConverter.WriteFailure(cause is TaskFailedException failed
            ? new TaskFailureDetails(cause.GetType().ToString(), cause.Message, cause.StackTrace, failed.FailureDetails, null)
            : TaskFailureDetails.FromException(cause));
        events.Add(new(HistoryKind.ExecutionFailed, events[0].At, Failure: failure));
        return new(instance, events[0].At, events, lastMessage, OrchestrationRuntimeStatus.Failed) { Failure = failure, CustomStatus = instance.CustomStatus };
    }

    private static Turn Terminate(InstanceRecord instance, List<HistoryEvent> events, long lastMessage, HistoryEvent terminate)
    {
        events.Add(terminate);
        return new(instance, events[0].At, events, lastMessage, OrchestrationRuntimeStatus.Terminated)
        {
            Output = terminate.Payload,
            CustomStatus = instance.CustomStatus,
            TerminateChildren = string.Equals(terminate.Name, HistoryEvent.Recursive, StringComparison.Ordinal),
        };
    }
}
