using System.Globalization;

namespace Pipeline.LocalHost.Durable;

/// <summary>One row of an instance's history, or one message on its way there.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="At">When, in UTC.</param>
/// <param name="TaskId">Which call of the orchestrator it concerns, counted from 0; -1 for none.</param>
/// <param name="Name">The name of the activity, orchestrator or event.</param>
/// <param name="Payload">The input, output or time, as <see cref="HistoryKind"/> says.</param>
/// <param name="Failure">What went wrong, as JSON.</param>
/// <param name="Target">The id of a sub-orchestration.</param>
internal sealed record HistoryEvent(
    HistoryKind Kind,
    DateTime At,
    int TaskId = HistoryEvent.NoTask,
    string? Name = null,
    string? Payload = null,
    string? Failure = null,
    string? Target = null)
{
    /// <summary>The task id of what no call of the orchestrator has asked for.</summary>
    public const int NoTask = -1;

    /// <summary>The name of an <see cref="HistoryKind.ExecutionTerminated"/> that ends sub-orchestrations too.</summary>
    public const string Recursive = "recursive";

    /// <summary>Whether the orchestrator asked for it, rather than being told.</summary>
    public bool IsAction => Kind is HistoryKind.ActivityScheduled or HistoryKind.TimerCreated or HistoryKind.SubOrchestrationCreated;

    /// <summary>The row in words, for messages.</summary>
    public string Describe() => Kind switch
    {
        HistoryKind.ActivityScheduled => $"activity '{Name}'",
        HistoryKind.SubOrchestrationCreated => $"sub-orchestration '{Name}'",
        HistoryKind.TimerCreated => "a timer",
        HistoryKind.EventRaised => $"event '{Name}'",
        _ => TaskId == NoTask ? Kind.ToString() : string.Create(CultureInfo.InvariantCulture, $"{Kind} of call {TaskId}"),
    };
}
