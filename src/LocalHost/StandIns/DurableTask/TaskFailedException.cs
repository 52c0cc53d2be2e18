namespace Microsoft.DurableTask;

/// <summary>An activity or sub-orchestration that an orchestration awaits has failed.</summary>
public sealed class TaskFailedException : Exception
{
    /// <summary>A failed task.</summary>
    /// <param name="taskName">The name of the activity or orchestrator.</param>
    /// <param name="taskId">Which call of the orchestration it was, counted from 0.</param>
    /// <param name="failureDetails">What went wrong.</param>
    public TaskFailedException(string taskName, int taskId, TaskFailureDetails failureDetails)
        : base($"Task '{taskName}' (#{taskId}) failed with an unhandled exception: {failureDetails?.ErrorMessage}")
    {
        ArgumentNullException.ThrowIfNull(failureDetails);
        TaskName = taskName;
        TaskId = taskId;
        FailureDetails = failureDetails;
    }

    /// <summary>The name of the activity or orchestrator.</summary>
    public string TaskName { get; }

    /// <summary>Which call of the orchestration it was, counted from 0.</summary>
    public int TaskId { get; }

    /// <summary>What went wrong.</summary>
    public TaskFailureDetails FailureDetails { get; }
}
