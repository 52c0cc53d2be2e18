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
    string Algorithm, int N, int D, int Threads, double Seconds, double CpuSeconds, long PeakBytes, int Clusters, int Noise, double MstWeight);
