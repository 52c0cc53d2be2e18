namespace Microsoft.DurableTask;

/// <summary>How an orchestration calls an activity or a sub-orchestration.</summary>
public record TaskOptions
{
    /// <summary>Options with a retry policy, or without one.</summary>
    public TaskOptions(TaskRetryOptions? retry) => Retry = retry;

    /// <summary>When a failed call is tried again; null: never.</summary>
    public TaskRetryOptions? Retry { get; init; }

    /// <summary>Options that retry by this policy.</summary>
    public static TaskOptions FromRetryPolicy(RetryPolicy policy) => new(policy);

    /// <summary>The same options for a sub-orchestration that shall have this instance id.</summary>
    public SubOrchestrationOptions WithInstanceId(string instanceId) => new(this, instanceId);
}
