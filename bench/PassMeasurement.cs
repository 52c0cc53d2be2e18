namespace Pipeline.Bench;

/// <summary>One measured pass over all pairs of points, beside the limit measured in the same run.</summary>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads allowed.</param>
/// <param name="Seconds">Wall-clock seconds of the pass that lists each point's neighbours.</param>
/// <param name="CpuSeconds">Processor seconds of it.</param>
/// <param name="MultiplyAddsPerSecond">The machine's limit.</param>
/// <param name="Ratio">Seconds over what n x n x d multiply-adds take at the limit. Each product serves both of its points, so it can be below 1.</param>
/// <param name="RatioOfDone">Seconds over what half of them, those that are done, take at the limit.</param>
internal sealed record PassMeasurement(
    int N, int D, int Threads, double Seconds, double CpuSeconds, double MultiplyAddsPerSecond, double Ratio, double RatioOfDone);
