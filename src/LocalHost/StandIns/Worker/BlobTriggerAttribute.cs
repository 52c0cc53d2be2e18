using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Stand-in: starts a function for every new version of a matching object.</summary>
public sealed class BlobTriggerAttribute(string blobPath) : TriggerBindingAttribute
{
    /// <summary>Container and name, such as <c>hdbscan-models/{techCenter}/{version}/manifest.json</c>; braces name what may vary.</summary>
    public string BlobPath { get; } = blobPath;

    /// <summary>The setting that holds the connection; the local host has one object store and does not read it.</summary>
    public string? Connection { get; set; }

    /// <summary>How new objects are noticed; the local host always polls.</summary>
    public BlobTriggerSource Source { get; set; } = BlobTriggerSource.LogsAndContainerScan;
}
