namespace Pipeline.Monitoring;

/// <summary>
/// What part an instance has among those that work on the same stores: one takes in, trains, predicts and keeps the streams; beside it any number of replicas answer what is read.
/// A replica changes nothing, not even to try whether a store can be written.
/// </summary>
/// <param name="IsReplica">Whether it only reads.</param>
/// <param name="WriterUrl">Where the instance that writes is reached, as replicas tell their callers; null where nobody said.</param>
public sealed record InstanceRole(bool IsReplica, Uri? WriterUrl = null)
{
    /// <summary>The instance that does everything, alone or with replicas beside it.</summary>
    public static InstanceRole Writer { get; } = new(IsReplica: false);
}
