namespace Pipeline.Clustering;

/// <summary>
/// The nearest candidates of many points, offered by several threads at once. A list holds the k first of all that were offered, by distance and then by
/// index, so it does not depend on the order of the offers.
/// </summary>
internal sealed class ContestedLists
{
    private readonly int[] _gates;

    /// <summary>Makes empty lists.</summary>
    /// <param name="count">n.</param>
    /// <param name="k">Places per list.</param>
    public ContestedLists(int count, int k)
    {
        K = k;
        _gates = new int[count];
        Indices = new int[count * k];
        Squares = new float[count * k];
        Fresh = new bool[count * k];
        Indices.AsSpan().Fill(-1);
        Squares.AsSpan().Fill(float.PositiveInfinity);
    }

    /// <summary>Places per list.</summary>
    public int K { get; }

    /// <summary>n x k: the points listed, nearest first; -1 where a place is free.</summary>
    public int[] Indices { get; }

    /// <summary>n x k: their squared distances.</summary>
    public float[] Squares { get; }

    /// <summary>n x k: whether a place was taken since this was last cleared.</summary>
    public bool[] Fresh { get; }

    /// <summary>The squared distance that a candidate must not exceed. It only falls, so an old value lets too many in at worst.</summary>
    public float Limit(int point) => Volatile.Read(ref Squares[(point * K) + K - 1]);

    /// <summary>Offers a candidate, which may be in the list already; returns the limit. O(k).</summary>
    public float Offer(int point, int candidate, float squared)
    {
        float limit = Limit(point);

        // What is seen in the list while another thread changes it has been there, so that it is there still or is beyond the limit by now.
        if (squared > limit || Indices.AsSpan(point * K, K).Contains(candidate))
            return limit;
        SpinWait wait = default;
        while (Interlocked.CompareExchange(ref _gates[point], 1, 0) != 0)
            wait.SpinOnce();
        Insert(Indices.AsSpan(point * K, K), Squares.AsSpan(point * K, K), Fresh.AsSpan(point * K, K), candidate, squared);
        Volatile.Write(ref _gates[point], 0);
        return Limit(point);
    }

    private static void Insert(Span<int> indices, Span<float> squares, Span<bool> fresh, int candidate, float squared)
    {
        int at = squares.Length;
        while (at > 0 && (squares[at - 1] > squared || (squares[at - 1] == squared && indices[at - 1] > candidate) || indices[at - 1] < 0))
            at--;
        if (at == squares.Length || (at > 0 && squares[at - 1] == squared && indices[at - 1] == candidate))
            return;
        int moved = squares.Length - at - 1;
        indices.Slice(at, moved).CopyTo(indices[(at + 1)..]);
        squares.Slice(at, moved).CopyTo(squares[(at + 1)..]);
        fresh.Slice(at, moved).CopyTo(fresh[(at + 1)..]);
        (indices[at], squares[at], fresh[at]) = (candidate, squared, true);
    }
}
