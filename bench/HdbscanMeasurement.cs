namespace Pipeline.Bench;

/// <summary>One measured fit.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds of the fit, without reading the file and after a warm-up on a prefix.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process during the fit; on a shared machine the steadier figure.</param>
/// <param name="PeakBytes">The largest resident set of the process, with the runtime and the points themselves.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="Noise">Points in no cluster.</param>
/// <param name="MstWeight">The sum of the spanning tree's weights.</param>
internal sealed record HdbscanMeasurement(
    string Algorithm, int N, int D, int Threads, double Seconds, double CpuSeconds, long PeakBytes, int Clusters, int Noise, double MstWeight)
{
    /// <summary>The share of the neighbours that an approximate search found, on a sample; null after an exact one.</summary>
    public double? Recall { get; init; }

    /// <summary>The estimated share by which the tree of an approximate search is too heavy; null after an exact one.</summary>
    public double? EstimatedExcess { get; init; }

    /// <summary>The components of the approximate graph, which were joined exactly; null after an exact search.</summary>
    public int? Components { get; init; }
}
