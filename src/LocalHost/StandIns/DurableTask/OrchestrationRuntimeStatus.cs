namespace Microsoft.DurableTask.Client;

/// <summary>Where an instance stands.</summary>
public enum OrchestrationRuntimeStatus
{
    /// <summary>Started and not yet ended.</summary>
    Running = 0,

    /// <summary>Ended with an output.</summary>
    Completed = 1,

    /// <summary>Ended with an exception.</summary>
    Failed = 3,

    /// <summary>Ended by a client.</summary>
    Terminated = 5,

    /// <summary>Not yet started.</summary>
    Pending = 6,

    /// <summary>Held by a client.</summary>
    Suspended = 7,
}
