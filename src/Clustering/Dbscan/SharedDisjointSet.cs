namespace Pipeline.Clustering;

/// <summary>Disjoint sets that many threads may join at the same time; once they are done, a set is named after its smallest member.</summary>
internal sealed class SharedDisjointSet(int count)
{
    private readonly int[] _up = [.. Enumerable.Range(0, count)];

    /// <summary>The name of the set that holds a member, for now.</summary>
    public int Find(int member)
    {
        while (true)
        {
            int up = Volatile.Read(ref _up[member]);
            if (up == member)
            {
                return member;
            }

            int next = Volatile.Read(ref _up[up]);
            if (next != up)
            {
                Interlocked.CompareExchange(ref _up[member], next, up);
            }

            member = up;
        }
    }

    /// <summary>Joins two sets.</summary>
    public void Union(int a, int b)
    {
        while (true)
        {
            int rootA = Find(a), rootB = Find(b), low = Math.Min(rootA, rootB), high = Math.Max(rootA, rootB);
            if (low == high || Interlocked.CompareExchange(ref _up[high], low, high) == high)
            {
                return;
            }
        }
    }
}
