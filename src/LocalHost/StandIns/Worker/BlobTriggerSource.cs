namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: how new objects are noticed.</summary>
public enum BlobTriggerSource
{
    /// <summary>By polling.</summary>
    LogsAndContainerScan,

    /// <summary>By events of the store.</summary>
    EventGrid,
}
