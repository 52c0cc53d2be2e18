namespace Pipeline.Bench;

/// <summary>The server's resident memory over a phase, in MB of 10^6 bytes.</summary>
/// <param name="Start">Before the phase's first request.</param>
/// <param name="Warm">After the warm-up.</param>
/// <param name="Middle">Half way.</param>
/// <param name="End">After the last request.</param>
/// <param name="Peak">The most of all looks, one a second, and of these.</param>
internal sealed record LoadMemory(double Start, double Warm, double Middle, double End, double Peak);
