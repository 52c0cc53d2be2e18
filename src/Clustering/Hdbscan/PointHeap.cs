using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>A heap of points, the one with the least key on top and among equal keys that with the least name. Each node has four children.</summary>
/// <param name="keys">Per point, its key; lowered by the owner before <see cref="Lower"/>.</param>
/// <param name="names">Per point, its name; null where that is its number.</param>
internal sealed class PointHeap(double[] keys, int[]? names)
{
    private const int Fan = 4;
    private readonly int[] _heap = new int[keys.Length];
    private readonly int[] _places = new int[keys.Length];
    private int _count;

    /// <summary>Takes a point in whose key is finite now for the first time, or puts one whose key has fallen in its place. O(log n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Lower(int point)
    {
        int at = _places[point] > 0 ? _places[point] - 1 : _count++;
        while (at > 0)
        {
            int above = (at - 1) / Fan;
            if (!Precedes(point, _heap[above]))
            {
                break;
            }

            Put(_heap[above], at);
            at = above;
        }

        Put(point, at);
    }

    /// <summary>Takes the first point out. O(log n).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int TakeFirst()
    {
        int first = _heap[0], last = _heap[--_count], at = 0;
        while (true)
        {
            int child = (at * Fan) + 1, end = Math.Min(child + Fan, _count);
            if (child >= end)
            {
                break;
            }

            int least = child;
            for (child++; child < end; child++)
            {
                least = Precedes(_heap[child], _heap[least]) ? child : least;
            }

            if (!Precedes(_heap[least], last))
            {
                break;
            }

            Put(_heap[least], at);
            at = least;
        }

        Put(last, at);
        return first;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(int point, int at)
    {
        _heap[at] = point;
        _places[point] = at + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Precedes(int a, int b) =>
        keys[a] != keys[b] ? keys[a] < keys[b]
        : names is null ? a < b
        : names[a] < names[b];
}
