using System.Runtime.CompilerServices;

namespace Pipeline.Clustering;

/// <summary>Disjoint sets with path halving; a set is named after its smallest member.</summary>
internal sealed class DisjointSet(int count)
{
    private readonly int[] _up = Enumerable.Range(0, count).ToArray();

    /// <summary>The name of the set that holds a member.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Find(int member)
    {
        while (_up[member] != member)
        {
            _up[member] = _up[_up[member]];
            member = _up[member];
        }

        return member;
    }

    /// <summary>Joins two sets; false where they were one already.</summary>
    public bool Union(int a, int b)
    {
        int rootA = Find(a), rootB = Find(b);
        _up[Math.Max(rootA, rootB)] = Math.Min(rootA, rootB);
        return rootA != rootB;
    }
}
