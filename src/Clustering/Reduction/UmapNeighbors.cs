namespace Pipeline.Clustering;

/// <summary>
/// The nearest neighbours that a graph is made of and that new points are placed by: the search of HDBSCAN, which knows no zero vectors under the cosine,
/// with zero vectors at distance 1 from everything.
/// </summary>
internal sealed class UmapNeighbors
{
    /// <summary>Neighbours listed beyond those wanted, so that rounding hardly ever leaves a doubt about which are the nearest.</summary>
    private const int Spare = 4;

    /// <summary>Coordinates to look at from which on a search of new points is worth more than one thread.</summary>
    private const long LeastShared = 1 << 22;

    /// <summary>New points from which on it is worth to pack the set.</summary>
    private const int FewestPacked = 48;

    private readonly int _dimensions;
    private readonly int _count;
    private readonly DistanceMetric _metric;
    private readonly int[] _others;
    private readonly int[] _zeros;
    private readonly PointSet _set;
    private readonly Lock _gate = new();
    private NeighborScan? _scan;
    private PanelQueries? _panels;

    /// <summary>Refers to the points. O(n d).</summary>
    public UmapNeighbors(ReadOnlyMemory<float> points, int dimensions, DistanceMetric metric)
    {
        _dimensions = dimensions;
        _count = points.Length / dimensions;
        _metric = metric;
        _zeros = metric == DistanceMetric.Cosine ? Zeros(points.Span) : [];
        _others = _zeros.Length == 0 ? [] : [.. Enumerable.Range(0, _count).Except(_zeros)];
        _set = PointSet.Create(_zeros.Length == 0 ? points : Rows(points.Span, _others), dimensions, metric, nameof(points));
    }

    /// <summary>The <paramref name="k"/> nearest other points of every point.</summary>
    /// <param name="k">Neighbours per point, 0 to n - 1.</param>
    /// <param name="approximate">Whether <see cref="NearestNeighborDescent"/> searches instead of the exact search. O(n log n d) instead of O(n^2 d).</param>
    /// <param name="seed">Fixes the result of an approximate search.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public NeighborTable SearchSelf(int k, bool approximate, int seed, IProgress<double>? progress, ParallelOptions parallel)
    {
        int threads = Threads(parallel), listed = Math.Min(k + Spare, _set.Count - 1);
        NeighborLists lists = new(0, [], []);
        if (approximate && k > 0 && listed > 0)
        {
            lists = NearestNeighborDescent.Search(_set, Math.Min(k, _set.Count - 1), DescentEffort.Thorough, seed, threads, progress, parallel.CancellationToken);
        }
        else if (k > 0 && listed > 0)
        {
            PanelPoints panels = PanelPoints.Create(_set, threads, parallel.CancellationToken);
            panels.Pack(Enumerable.Range(0, _set.Count).ToArray(), threads, parallel.CancellationToken);
            lists = PanelNeighbors.Search(_set, panels, listed, Math.Min(k, listed), threads, progress, parallel.CancellationToken).Lists;
        }

        NeighborTable table = new(k, new int[_count * k], new float[_count * k]);
        for (int row = 0; row < _set.Count; row++)
        {
            int point = _zeros.Length == 0 ? row : _others[row];
            Merge(lists, row, point, table, point);
        }

        foreach (int zero in _zeros)
            ListFirst(table, zero, zero);
        return table;
    }

    /// <summary>The k nearest points to every query. O(queries x n x d). A query's answer does not depend on the other queries.</summary>
    /// <param name="queries">The queries, whole and finite.</param>
    /// <param name="k">Neighbours per query, 1 to n.</param>
    /// <param name="progress">Told the share done, 0 to 1.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public NeighborTable Search(ReadOnlyMemory<float> queries, int k, IProgress<double>? progress, ParallelOptions parallel)
    {
        int n = queries.Length / _dimensions;
        NeighborTable table = new(k, new int[n * k], new float[n * k]);
        int[] zeros = _metric == DistanceMetric.Cosine ? Zeros(queries.Span) : [];
        int[] others = zeros.Length == 0 ? [] : [.. Enumerable.Range(0, n).Except(zeros)];
        PointSet set = PointSet.Create(zeros.Length == 0 ? queries : Rows(queries.Span, others), _dimensions, _metric, nameof(queries));
        int listed = Math.Min(k, _set.Count);
        NeighborLists lists = listed == 0 || set.Count == 0 ? new NeighborLists(0, [], []) : SearchListed(set, listed, progress, parallel);
        for (int row = 0; row < set.Count; row++)
            Merge(lists, row, -1, table, zeros.Length == 0 ? row : others[row]);
        foreach (int zero in zeros)
            ListFirst(table, zero, -1);
        return table;
    }

    private NeighborLists SearchListed(PointSet queries, int k, IProgress<double>? progress, ParallelOptions parallel)
    {
        int threads = (long)queries.Count * _set.Count * _dimensions < LeastShared ? 1 : Threads(parallel);
        return queries.Count < FewestPacked && QuantizedRows.Suits(_set)
            ? Prepared(ref _scan, () => NeighborScan.Create(_set, Threads(parallel), parallel.CancellationToken)!).Search(queries, k, threads, progress, parallel.CancellationToken)
            : Prepared(ref _panels, () => new PanelQueries(_set, Threads(parallel), parallel.CancellationToken)).Search(queries, k, threads, progress, parallel.CancellationToken);
    }

    /// <summary>Prepares a search on first use. Where the first user stops it, the next one prepares it.</summary>
    private T Prepared<T>(ref T? search, Func<T> prepare)
        where T : class
    {
        lock (_gate)
        {
            return search ??= prepare();
        }
    }

    /// <summary>Writes the nearest of the listed points and the zero vectors, which are at distance 1, by distance and then by index.</summary>
    private void Merge(NeighborLists lists, int row, int self, NeighborTable table, int target)
    {
        Span<int> indices = table.Indices.AsSpan(target * table.K, table.K);
        Span<float> distances = table.Distances.AsSpan(target * table.K, table.K);
        int listed = 0, zero = 0;
        for (int at = 0; at < table.K; at++)
        {
            double distance = listed < lists.Count ? lists.Distances[(row * lists.Count) + listed] : double.PositiveInfinity;
            int point = listed < lists.Count ? lists.Indices[(row * lists.Count) + listed] : int.MaxValue;
            if (_zeros.Length > 0 && listed < lists.Count)
                point = _others[point];
            if (zero < _zeros.Length && _zeros[zero] != self && (distance > 1 || (distance == 1 && point > _zeros[zero])))
            {
                indices[at] = _zeros[zero++];
                distances[at] = 1;
                continue;
            }

            indices[at] = point;
            distances[at] = (float)distance;
            listed++;
        }
    }

    /// <summary>Writes the first points, all at distance 1.</summary>
    private static void ListFirst(NeighborTable table, int target, int self)
    {
        for (int at = 0, point = 0; at < table.K; point++)
        {
            if (point == self)
                continue;
            table.Indices[(target * table.K) + at] = point;
            table.Distances[(target * table.K) + at++] = 1;
        }
    }

    private int[] Zeros(ReadOnlySpan<float> rows)
    {
        List<int> zeros = [];
        for (int i = 0; i < rows.Length / _dimensions; i++)
        {
            if (!rows.Slice(i * _dimensions, _dimensions).ContainsAnyExcept(0f))
                zeros.Add(i);
        }

        return [.. zeros];
    }

    private float[] Rows(ReadOnlySpan<float> points, int[] rows)
    {
        float[] chosen = new float[rows.Length * _dimensions];
        for (int i = 0; i < rows.Length; i++)
            points.Slice(rows[i] * _dimensions, _dimensions).CopyTo(chosen.AsSpan(i * _dimensions));
        return chosen;
    }

    private static int Threads(ParallelOptions parallel) => parallel.MaxDegreeOfParallelism > 0 ? parallel.MaxDegreeOfParallelism : Environment.ProcessorCount;
}
