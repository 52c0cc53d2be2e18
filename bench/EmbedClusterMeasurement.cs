using System.Globalization;

namespace Pipeline.Bench;

/// <summary>One measured clustering of embeddings.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds, without reading the file and after a warm-up on a prefix.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process meanwhile; on a shared machine the steadier figure.</param>
/// <param name="PeakBytes">The largest resident set of the process, with the runtime and the points themselves.</param>
/// <param name="Layers">The granularities, finest first.</param>
internal sealed record EmbedClusterMeasurement(
    string Algorithm, int N, int D, int Threads, double Seconds, double CpuSeconds, long PeakBytes, IReadOnlyList<EmbedClusterLayer> Layers)
{
    /// <summary>A line to read, and one for each layer.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{N} x {D}, {Threads} threads: {Seconds:0.000} s (processor {CpuSeconds:0.00} s), peak {PeakBytes / 1048576.0:0} MB")
        + string.Concat(Layers.Select(layer => Environment.NewLine + layer.Describe()));
}
