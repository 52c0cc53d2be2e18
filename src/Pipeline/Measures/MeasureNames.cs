namespace Pipeline.Measures;

/// <summary>The names of the measures that rules and reports ask for. docs/watch.md lists all with their units.</summary>
public static class MeasureNames
{
    /// <summary>Predictions stored since the last note.</summary>
    public const string Predictions = "predictions";

    /// <summary>Predictions that could not be made since the last note.</summary>
    public const string PredictionsFailed = "predictions.failed";

    /// <summary>Incidents that preprocessing read since the last note.</summary>
    public const string Read = "incidents.read";

    /// <summary>The part of predictions outside every cluster, 0 to 1.</summary>
    public const string NoiseShare = "noise.share";

    /// <summary>Drift, 0 to 1.</summary>
    public const string Drift = "drift";

    /// <summary>Requests answered since the last note.</summary>
    public const string Requests = "requests";

    /// <summary>Those of them that failed by the pipeline's fault.</summary>
    public const string RequestsFailed = "requests.failed";

    /// <summary>The part of all processors that the process used, 0 to 1.</summary>
    public const string Cpu = "cpu.share";

    /// <summary>The part of its memory that the process uses, 0 to 1.</summary>
    public const string Memory = "memory.share";

    /// <summary>Bytes of memory that the process uses.</summary>
    public const string MemoryBytes = "memory.bytes";

    /// <summary>The part of the disk of the data folder that is used, 0 to 1.</summary>
    public const string Disk = "disk.share";

    /// <summary>Whether the storage answers: 1, or 0.</summary>
    public const string Ready = "ready";
}
