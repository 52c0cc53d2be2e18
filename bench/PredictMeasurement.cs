namespace Pipeline.Bench;

/// <summary>Measured predictions.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Training points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="NewPoints">Points predicted at once.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="FitSeconds">Wall-clock seconds of the fit.</param>
/// <param name="PrepareSeconds">Wall-clock seconds to make the predictor.</param>
/// <param name="Seconds">Wall-clock seconds to predict all new points at once: the best of the repetitions.</param>
/// <param name="CpuSeconds">Processor seconds of the same.</param>
/// <param name="MembershipSeconds">Wall-clock seconds to stream all membership vectors.</param>
/// <param name="SingleMilliseconds">Wall-clock milliseconds to predict one point: the median.</param>
/// <param name="PeakBytes">The largest resident set of the process, fit included.</param>
/// <param name="Clusters">Clusters of the model.</param>
/// <param name="Noise">New points in no cluster.</param>
internal sealed record PredictMeasurement(
    string Algorithm, int N, int D, int NewPoints, int Threads, double FitSeconds, double PrepareSeconds, double Seconds, double CpuSeconds, double MembershipSeconds,
    double SingleMilliseconds, long PeakBytes, int Clusters, int Noise);
