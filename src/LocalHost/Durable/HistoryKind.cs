namespace Pipeline.LocalHost.Durable;

/// <summary>What a row of an instance's history says. The names are stored.</summary>
internal enum HistoryKind
{
    /// <summary>The orchestrator was run; what follows up to the next such row happened in that run.</summary>
    TurnStarted,

    /// <summary>The orchestration began. Payload: its input.</summary>
    ExecutionStarted,

    /// <summary>An activity was called. Name, payload: its input.</summary>
    ActivityScheduled,

    /// <summary>An activity ended. Payload: its output.</summary>
    ActivityCompleted,

    /// <summary>An activity threw.</summary>
    ActivityFailed,

    /// <summary>A timer was set. Payload: the time it goes off.</summary>
    TimerCreated,

    /// <summary>A timer went off.</summary>
    TimerFired,

    /// <summary>Another orchestration was called. Name, target: its id, payload: its input.</summary>
    SubOrchestrationCreated,

    /// <summary>Another orchestration ended. Payload: its output.</summary>
    SubOrchestrationCompleted,

    /// <summary>Another orchestration failed or was terminated.</summary>
    SubOrchestrationFailed,

    /// <summary>A client raised an event. Name, payload.</summary>
    EventRaised,

    /// <summary>A client held the instance. Payload: the reason.</summary>
    ExecutionSuspended,

    /// <summary>A client let the instance go on. Payload: the reason.</summary>
    ExecutionResumed,

    /// <summary>A client ended the instance. Payload: the output; name: <see cref="HistoryEvent.Recursive"/> when sub-orchestrations end too.</summary>
    ExecutionTerminated,

    /// <summary>The orchestrator returned. Payload: the output.</summary>
    ExecutionCompleted,

    /// <summary>The orchestrator threw.</summary>
    ExecutionFailed,
}
