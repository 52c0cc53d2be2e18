namespace Pipeline.LocalHost.Hosting.State;

/// <summary>How a function's work on a version of an object ended.</summary>
internal enum BlobOutcome
{
    /// <summary>It has not ended well yet, and will be tried again.</summary>
    Pending,

    /// <summary>It ended well.</summary>
    Done,

    /// <summary>It failed as often as is allowed, and is left.</summary>
    Poison,
}
