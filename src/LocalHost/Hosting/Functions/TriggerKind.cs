namespace Pipeline.LocalHost.Hosting.Functions;

/// <summary>What starts a function.</summary>
internal enum TriggerKind
{
    /// <summary>An HTTP request.</summary>
    Http,

    /// <summary>The clock.</summary>
    Timer,

    /// <summary>A new version of an object.</summary>
    Blob,

    /// <summary>A new instance of an orchestration, and each replay of it.</summary>
    Orchestration,

    /// <summary>A call by an orchestration.</summary>
    Activity,
}
