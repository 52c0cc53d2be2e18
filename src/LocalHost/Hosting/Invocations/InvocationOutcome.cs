namespace Pipeline.LocalHost.Hosting.Invocations;

/// <summary>How a run of a function ended.</summary>
internal enum InvocationOutcome
{
    /// <summary>It has not ended.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Succeeded,

    /// <summary>It threw.</summary>
    Failed,

    /// <summary>It was stopped, by the caller or by the host's end.</summary>
    Cancelled,
}
