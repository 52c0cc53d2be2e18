namespace Pipeline.Bench;

/// <summary>An approximate neighbour graph held against the exact one.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds of the approximate graph.</param>
/// <param name="CpuSeconds">Its processor seconds.</param>
/// <param name="ExactSeconds">Wall-clock seconds of the exact graph.</param>
/// <param name="ExactCpuSeconds">Its processor seconds.</param>
/// <param name="Recall">The share of the exact graph's edges that the approximate one has, 0 to 1.</param>
internal sealed record UmapRecallMeasurement(
    string Algorithm, int N, int D, int Threads, double Seconds, double CpuSeconds, double ExactSeconds, double ExactCpuSeconds, double Recall);
