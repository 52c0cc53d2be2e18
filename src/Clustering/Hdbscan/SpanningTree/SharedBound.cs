using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>A number that many threads lower.</summary>
internal static class SharedBound
{
    /// <summary>Lowers a number to a value unless it is below that already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Lower(ref double bound, double value)
    {
        double seen = Volatile.Read(ref bound);
        while (value < seen)
        {
            double before = Interlocked.CompareExchange(ref bound, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
