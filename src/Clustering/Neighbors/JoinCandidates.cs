using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>For every point, a limited choice of the points that list it or that it lists: those newly listed, and the others.</summary>
internal sealed class JoinCandidates
{
    private readonly int[] _fresh;
    private readonly int[] _known;
    private readonly int[] _freshCounts;
    private readonly int[] _knownCounts;

    private JoinCandidates(int count, int most)
    {
        Most = most;
        _fresh = new int[count * most];
        _known = new int[count * most];
        _freshCounts = new int[count];
        _knownCounts = new int[count];
    }

    /// <summary>The most candidates of either kind.</summary>
    public int Most { get; }

    /// <summary>
    /// Chooses candidates by chance, and marks as no longer fresh the places whose candidates were chosen on the list's own side. O(n k) time and memory.
    /// </summary>
    /// <param name="lists">The lists.</param>
    /// <param name="most">The most candidates of either kind.</param>
    /// <param name="key">Fixes the choice.</param>
    public static JoinCandidates Choose(ContestedLists lists, int most, ulong key)
    {
        int n = lists.Indices.Length / lists.K;
        JoinCandidates candidates = new(n, most);
        uint[] freshRanks = new uint[n * most], knownRanks = new uint[n * most];
        for (int e = 0; e < lists.Indices.Length; e++)
        {
            int point = e / lists.K, other = lists.Indices[e];
            if (other < 0)
                continue;
            uint rank = (uint)new CounterRandom(key + (ulong)e).Next();
            if (lists.Fresh[e])
            {
                Choose(candidates._fresh, freshRanks, candidates._freshCounts, most, point, other, rank);
                Choose(candidates._fresh, freshRanks, candidates._freshCounts, most, other, point, rank);
            }
            else
            {
                Choose(candidates._known, knownRanks, candidates._knownCounts, most, point, other, rank);
                Choose(candidates._known, knownRanks, candidates._knownCounts, most, other, point, rank);
            }
        }

        for (int e = 0; e < lists.Indices.Length; e++)
        {
            int point = e / lists.K;
            if (lists.Fresh[e] && candidates._fresh.AsSpan(point * most, candidates._freshCounts[point]).Contains(lists.Indices[e]))
                lists.Fresh[e] = false;
        }

        return candidates;
    }

    /// <summary>Writes a point's candidates, the fresh ones first.</summary>
    /// <returns>How many fresh ones there are.</returns>
    public int CopyTo(int point, int[] target, out int all)
    {
        int fresh = _freshCounts[point], known = _knownCounts[point];
        _fresh.AsSpan(point * Most, fresh).CopyTo(target);
        _known.AsSpan(point * Most, known).CopyTo(target.AsSpan(fresh));
        all = fresh + known;
        return fresh;
    }

    /// <summary>Keeps the candidates of lowest rank.</summary>
    private static void Choose(int[] chosen, uint[] ranks, int[] counts, int most, int point, int candidate, uint rank)
    {
        Span<int> own = chosen.AsSpan(point * most, most);
        int count = counts[point], at = count;
        if (own[..count].Contains(candidate))
            return;
        Span<uint> ownRanks = ranks.AsSpan(point * most, most);
        if (count == most)
        {
            at = ownRanks.IndexOf(TensorPrimitives.Max<uint>(ownRanks));
            if (rank >= ownRanks[at])
                return;
        }
        else
        {
            counts[point]++;
        }

        (own[at], ownRanks[at]) = (candidate, rank);
    }
}
