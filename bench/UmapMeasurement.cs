using System.Globalization;

namespace Pipeline.Bench;

/// <summary>One measured layout.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Components">Dimensions of the layout.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds, without reading the file and after a warm-up on a prefix.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process meanwhile; on a shared machine the steadier figure.</param>
/// <param name="PeakBytes">The largest resident set of the process, with the runtime and the points themselves.</param>
/// <param name="Trustworthiness">Of the layout, over 15 neighbours; null where it was not asked for.</param>
/// <param name="Clusters">Clusters found; null where none were sought.</param>
/// <param name="Noise">Points in no cluster; null where none were sought.</param>
/// <param name="PeerSeconds">Wall-clock seconds of umap-learn; null where it was not run.</param>
/// <param name="PeerTrustworthiness">Of umap-learn's layout.</param>
internal sealed record UmapMeasurement(
    string Algorithm, int N, int D, int Components, int Threads, double Seconds, double CpuSeconds, long PeakBytes, double? Trustworthiness, int? Clusters = null, int? Noise = null,
    double? PeerSeconds = null, double? PeerTrustworthiness = null)
{
    /// <summary>One line to read.</summary>
    public string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{N} x {D} to {Components}, {Threads} threads: {Seconds:0.000} s (processor {CpuSeconds:0.00} s), peak {PeakBytes / 1048576.0:0} MB")
        + (Trustworthiness is double trust ? string.Create(CultureInfo.InvariantCulture, $", trustworthiness {trust:0.0000}") : "")
        + (Clusters is int clusters ? string.Create(CultureInfo.InvariantCulture, $", {clusters} clusters, {Noise} noise") : "")
        + (PeerSeconds is double peer ? string.Create(CultureInfo.InvariantCulture, $"; umap-learn {peer:0.000} s") : "")
        + (PeerTrustworthiness is double peerTrust ? string.Create(CultureInfo.InvariantCulture, $", trustworthiness {peerTrust:0.0000}") : "");
}
