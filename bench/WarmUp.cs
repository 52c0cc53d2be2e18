using System.Diagnostics;

namespace Pipeline.Bench;

/// <summary>Work on a few points before the clock starts, so that what is measured afterwards is compiled: with all optimisations, for which a method has to have run often.</summary>
internal static class WarmUp
{
    /// <summary>Enough points to take the same path as many points do.</summary>
    public const int Count = 2500;

    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(0.6);

    /// <summary>Repeats work on the first points, and gives the memory of its garbage back.</summary>
    /// <param name="points">n x d numbers, row-major.</param>
    /// <param name="dimensions">d.</param>
    /// <param name="work">What is measured afterwards on all points.</param>
    public static void Run(float[] points, int dimensions, Action<ReadOnlyMemory<float>> work)
    {
        ReadOnlyMemory<float> first = points.AsMemory(0, Math.Min(points.Length / dimensions, Count) * dimensions);
        Stopwatch clock = Stopwatch.StartNew();
        do
        {
            work(first);
        }
        while (clock.Elapsed < AtLeast);

        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
