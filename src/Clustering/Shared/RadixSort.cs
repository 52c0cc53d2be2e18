using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pipeline.Clustering;

/// <summary>A stable radix sort of weights by their bits, lowest digit first.</summary>
internal static class RadixSort
{
    private const int DigitBits = 11;
    private const int Digits = 6;
    private const int Buckets = 1 << DigitBits;

    /// <summary>The numbers of weights in ascending order, equal ones in their own. O(n) time, 24 n bytes.</summary>
    /// <param name="weights">Not below 0, not NaN; infinity is allowed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int[] Of(ReadOnlySpan<double> weights)
    {
        int n = weights.Length;
        ulong[] keys = new ulong[n], sortedKeys = new ulong[n];
        int[] order = new int[n], sorted = new int[n];
        int[] counts = new int[Digits * Buckets];
        for (int i = 0; i < n; i++)
        {
            ulong key = BitConverter.DoubleToUInt64Bits(weights[i] + 0.0);
            keys[i] = key;
            order[i] = i;
            for (int digit = 0; digit < Digits; digit++, key >>= DigitBits)
            {
                counts[(digit * Buckets) + (int)(key % Buckets)]++;
            }
        }

        for (int digit = 0; digit < Digits; digit++)
        {
            Span<int> places = counts.AsSpan(digit * Buckets, Buckets);
            if (!places.Contains(n))
            {
                Spread(keys, order, sortedKeys, sorted, places, digit * DigitBits);
                (keys, order, sortedKeys, sorted) = (sortedKeys, sorted, keys, order);
            }
        }

        return order;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(ulong[] keys, int[] order, ulong[] sortedKeys, int[] sorted, Span<int> counts, int shift)
    {
        Debug.Assert(counts.Length == Buckets && order.Length == keys.Length && sortedKeys.Length == keys.Length && sorted.Length == keys.Length, "Every bucket has a count, every key a place.");
        int sum = 0;
        foreach (ref int count in counts)
        {
            (count, sum) = (sum, sum + count);
        }

        ref int places = ref MemoryMarshal.GetReference(counts);
        for (int i = 0; i < keys.Length; i++)
        {
            ulong key = keys[i];
            int at = Unsafe.Add(ref places, (int)((key >> shift) % Buckets))++;
            sortedKeys[at] = key;
            sorted[at] = order[i];
        }
    }
}
