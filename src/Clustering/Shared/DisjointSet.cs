using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>
/// Disjoint sets with path halving, which many threads may ask and join at the same time. Once they are done, a set is named after its smallest member.
/// </summary>
internal sealed class DisjointSet(int count)
{
    private readonly int[] _up = [.. Enumerable.Range(0, count)];

    /// <summary>The name of the set that holds a member, for now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(int member)
    {
        while (true)
        {
            int up = Volatile.Read(ref _up[member]);
            if (up == member)
            {
                return member;
            }

            // What was above a member once stays above it, so that it does no harm if another thread has put something still higher there.
            int next = Volatile.Read(ref _up[up]);
            Volatile.Write(ref _up[member], next);
            member = next;
        }
    }

    /// <summary>Joins two sets; false where they were one already.</summary>
    public bool Union(int a, int b)
    {
        while (true)
        {
            int rootA = Find(a), rootB = Find(b), low = Math.Min(rootA, rootB), high = Math.Max(rootA, rootB);
            if (low == high)
            {
                return false;
            }

            if (Interlocked.CompareExchange(ref _up[high], low, high) == high)
            {
                return true;
            }
        }
    }
}
