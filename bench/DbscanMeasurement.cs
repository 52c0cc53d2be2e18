namespace Pipeline.Bench;

/// <summary>One measured fit of DBSCAN.</summary>
/// <param name="Algorithm">What was measured: with one radius or with local ones.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds of the fit, without reading the file and after a warm-up on a prefix.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process during the fit.</param>
/// <param name="PeakBytes">The largest resident set of the process, with the runtime and the points themselves.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="NoiseShare">The share of points in no cluster.</param>
/// <param name="MeanStability">The mean stability of the clusters; 0 where there are none.</param>
internal sealed record DbscanMeasurement(
    string Algorithm, int N, int D, int Threads, double Seconds, double CpuSeconds, long PeakBytes, int Clusters, double NoiseShare, double MeanStability);
