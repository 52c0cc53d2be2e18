namespace Pipeline.Bench;

/// <summary>What the machine can do at most.</summary>
/// <param name="Threads">Threads used.</param>
/// <param name="VectorBits">The width of the vectors.</param>
/// <param name="MultiplyAddsPerSecond">Single-precision multiply-adds a second, all threads together, in a loop that stays in registers.</param>
/// <param name="MultiplyAddsPerCpuSecond">The same by processor time: what one undisturbed core does.</param>
/// <param name="BytesPerSecond">Bytes read a second, all threads together, from an array larger than the caches.</param>
internal sealed record LimitMeasurement(int Threads, int VectorBits, double MultiplyAddsPerSecond, double MultiplyAddsPerCpuSecond, double BytesPerSecond);
