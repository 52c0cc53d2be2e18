namespace Microsoft.DurableTask.Client;

/// <summary>How to purge.</summary>
/// <param name="Recursive">Whether sub-orchestrations that have ended go with it.</param>
public record PurgeInstanceOptions(bool Recursive = false);
