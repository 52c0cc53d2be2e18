using System.Numerics.Tensors;

namespace Pipeline.Clustering;

/// <summary>For every point, a limited choice of the points that list it or that it lists: those newly listed, and the others.</summary>
internal sealed class JoinCandidates
{
    private const int PointsPerBlock = 256;
    private readonly ContestedLists _lists;
    private readonly ulong _key;
    private readonly int[] _chosen;
    private readonly int[] _counts;
    private readonly int[] _offsets;
    private readonly int[] _listings;

    private JoinCandidates(ContestedLists lists, int most, ulong key)
    {
        int n = lists.Indices.Length / lists.K;
        _lists = lists;
        _key = key;
        Most = most;
        _chosen = new int[2 * n * most];
        _counts = new int[2 * n];
        _offsets = new int[n + 1];
        _listings = new int[lists.Indices.Length];
    }

    /// <summary>The most candidates of either kind.</summary>
    public int Most { get; }

    /// <summary>
    /// Chooses candidates by chance, and marks as no longer fresh the places whose candidates were chosen by the point whose list it is. O(n k) time and memory.
    /// </summary>
    /// <param name="lists">The lists.</param>
    /// <param name="most">The most candidates of either kind.</param>
    /// <param name="key">Fixes the choice.</param>
    /// <param name="threads">The number of threads; no influence on the result.</param>
    /// <param name="ct">Stops the work.</param>
    public static JoinCandidates Choose(ContestedLists lists, int most, ulong key, int threads, CancellationToken ct)
    {
        JoinCandidates candidates = new(lists, most, key);
        candidates.Reverse();
        int n = candidates._offsets.Length - 1, blocks = (n + PointsPerBlock - 1) / PointsPerBlock;
        ParallelBlocks.Run(blocks, threads, () => new uint[2 * most], (block, ranks) =>
        {
            for (int point = block * PointsPerBlock; point < Math.Min(n, (block + 1) * PointsPerBlock); point++)
                candidates.ChooseFor(point, ranks);
        }, ct);
        ParallelBlocks.Run(blocks, threads, () => 0, (block, _) =>
        {
            for (int point = block * PointsPerBlock; point < Math.Min(n, (block + 1) * PointsPerBlock); point++)
                candidates.MarkChosen(point);
        }, ct);
        return candidates;
    }

    /// <summary>Writes a point's candidates, the fresh ones first.</summary>
    /// <param name="point">The point.</param>
    /// <param name="target">Receives up to twice <see cref="Most"/> points.</param>
    /// <param name="all">How many there are.</param>
    /// <returns>How many fresh ones there are.</returns>
    public int CopyTo(int point, Span<int> target, out int all)
    {
        ReadOnlySpan<int> fresh = Chosen(2 * point), known = Chosen((2 * point) + 1);
        fresh.CopyTo(target);
        known.CopyTo(target[fresh.Length..]);
        all = fresh.Length + known.Length;
        return fresh.Length;
    }

    private Span<int> Chosen(int kind) => _chosen.AsSpan(kind * Most, _counts[kind]);

    /// <summary>Gathers the places at which each point is listed.</summary>
    private void Reverse()
    {
        foreach (int listed in _lists.Indices)
        {
            if (listed >= 0)
                _offsets[listed + 1]++;
        }

        for (int i = 0; i < _offsets.Length - 1; i++)
            _offsets[i + 1] += _offsets[i];
        int[] next = _offsets[..^1];
        for (int place = 0; place < _lists.Indices.Length; place++)
        {
            int listed = _lists.Indices[place];
            if (listed >= 0)
                _listings[next[listed]++] = place;
        }
    }

    private void ChooseFor(int point, Span<uint> ranks)
    {
        for (int place = point * _lists.K; place < (point + 1) * _lists.K; place++)
        {
            if (_lists.Indices[place] >= 0)
                Consider(point, _lists.Indices[place], place, ranks);
        }

        foreach (int place in _listings.AsSpan(_offsets[point].._offsets[point + 1]))
            Consider(point, place / _lists.K, place, ranks);
    }

    /// <summary>Keeps the candidates of lowest rank.</summary>
    private void Consider(int point, int candidate, int place, Span<uint> ranks)
    {
        int kind = _lists.Fresh[place] ? 0 : 1, at = (2 * point) + kind, count = _counts[at];
        Span<int> own = _chosen.AsSpan(at * Most, Most);
        Span<uint> ownRanks = ranks.Slice(kind * Most, Most);
        uint rank = (uint)new CounterRandom(_key + (ulong)place).Next();
        if (count < Most)
        {
            if (own[..count].Contains(candidate))
                return;
            (own[count], ownRanks[count]) = (candidate, rank);
            _counts[at]++;
            return;
        }

        int last = ownRanks.IndexOf(TensorPrimitives.Max<uint>(ownRanks));
        if (rank < ownRanks[last] && !own.Contains(candidate))
            (own[last], ownRanks[last]) = (candidate, rank);
    }

    private void MarkChosen(int point)
    {
        ReadOnlySpan<int> chosen = Chosen(2 * point);
        for (int place = point * _lists.K; place < (point + 1) * _lists.K; place++)
        {
            if (_lists.Fresh[place] && chosen.Contains(_lists.Indices[place]))
                _lists.Fresh[place] = false;
        }
    }
}
