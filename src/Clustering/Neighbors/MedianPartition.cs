using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Quickselect (Hoare 1961).</summary>
internal static class MedianPartition
{
    /// <summary>
    /// Reorders items so that those before <paramref name="middle"/> have keys not above, those from it on keys not below the
    /// key at it. Depends on the keys' order only. O(n) expected.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Select(float[] keys, int[] items, int start, int end, int middle)
    {
        int low = start, high = end - 1;
        while (low < high)
        {
            float pivot = MedianOfThree(keys[low], keys[low + (high - low) / 2], keys[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (keys[i] < pivot)
                {
                    i++;
                }

                while (keys[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (keys[i], keys[j]) = (keys[j], keys[i]);
                    (items[i], items[j]) = (items[j], items[i]);
                    i++;
                    j--;
                }
            }

            if (middle <= j)
            {
                high = j;
            }
            else if (middle >= i)
            {
                low = i;
            }
            else
            {
                return;
            }
        }
    }

    private static float MedianOfThree(float a, float b, float c) =>
        Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}
