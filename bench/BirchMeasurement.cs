namespace Pipeline.Bench;

/// <summary>One measured pass of BIRCH.</summary>
/// <param name="Algorithm">What was measured.</param>
/// <param name="N">Points.</param>
/// <param name="D">Dimensions.</param>
/// <param name="Threads">Threads of the labelling; inserting takes one.</param>
/// <param name="Threshold">The threshold in force at the end.</param>
/// <param name="BranchingFactor">The most entries of a node.</param>
/// <param name="Seconds">Wall-clock seconds of inserting all points, without reading the file and after a warm-up on a prefix.</param>
/// <param name="CpuSeconds">Processor seconds of the whole process meanwhile.</param>
/// <param name="LabelSeconds">Wall-clock seconds of finding each point's nearest subcluster afterwards.</param>
/// <param name="PeakBytes">The largest resident set of the process, with the runtime and the points themselves.</param>
/// <param name="Subclusters">Subclusters at the end.</param>
/// <param name="LargestRadius">The largest radius of one.</param>
internal sealed record BirchMeasurement(
    string Algorithm, int N, int D, int Threads, double Threshold, int BranchingFactor, double Seconds, double CpuSeconds, double LabelSeconds, long PeakBytes,
    int Subclusters, double LargestRadius);
