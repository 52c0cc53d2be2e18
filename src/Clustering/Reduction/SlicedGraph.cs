namespace Pipeline.Clustering;

/// <summary>
/// A graph for sixteen points at a time (sliced ELLPACK): the points are put in order of their number of neighbours, so that the sixteen of a slice have
/// about equally many, and the neighbours of a slice are interleaved. Where a point has fewer than its slice, it neighbours itself with weight 0.
/// </summary>
internal sealed class SlicedGraph
{
    private const int Lanes = LayoutGradient.Lanes;

    private SlicedGraph(int[] order, int sliceCount)
    {
        Order = order;
        Offsets = new int[sliceCount + 1];
    }

    /// <summary>The point at every place.</summary>
    public int[] Order { get; }

    /// <summary>Slices; the last may be part empty.</summary>
    public int SliceCount => Offsets.Length - 1;

    /// <summary>Where each slice begins, in rounds of sixteen neighbours.</summary>
    public int[] Offsets { get; }

    /// <summary>Rounds x 16: the places of the neighbours.</summary>
    public int[] Columns { get; private set; } = [];

    /// <summary>Rounds x 16: the weights.</summary>
    public float[] Weights { get; private set; } = [];

    /// <summary>Slices a graph. O(n + edges) time and memory.</summary>
    public static SlicedGraph Of(UmapGraph graph)
    {
        int n = graph.Count, slices = (n + Lanes - 1) / Lanes;
        SlicedGraph sliced = new(ByDegree(graph), slices);
        int[] places = new int[n];
        for (int place = 0; place < n; place++)
            places[sliced.Order[place]] = place;
        for (int s = 0; s < slices; s++)
            sliced.Offsets[s + 1] = sliced.Offsets[s] + Degree(graph, sliced.Order[s * Lanes]);
        sliced.Columns = new int[sliced.Offsets[slices] * Lanes];
        sliced.Weights = new float[sliced.Columns.Length];
        for (int place = 0; place < slices * Lanes; place++)
            sliced.Fill(graph, places, place);
        return sliced;
    }

    private void Fill(UmapGraph graph, int[] places, int place)
    {
        int slice = place / Lanes, rounds = Offsets[slice + 1] - Offsets[slice], at = (Offsets[slice] * Lanes) + (place % Lanes);
        int first = place < Order.Length ? graph.RowOffsets[Order[place]] : 0, degree = place < Order.Length ? Degree(graph, Order[place]) : 0;
        for (int k = 0; k < rounds; k++, at += Lanes)
        {
            Columns[at] = k < degree ? places[graph.Columns[first + k]] : place;
            Weights[at] = k < degree ? graph.Weights[first + k] : 0;
        }
    }

    private static int Degree(UmapGraph graph, int point) => graph.RowOffsets[point + 1] - graph.RowOffsets[point];

    /// <summary>Most neighbours first, then by index.</summary>
    private static int[] ByDegree(UmapGraph graph)
    {
        int[] order = [.. Enumerable.Range(0, graph.Count)];
        int[] keys = Array.ConvertAll(order, point => -Degree(graph, point));
        long[] sortable = new long[keys.Length];
        for (int i = 0; i < keys.Length; i++)
            sortable[i] = ((long)keys[i] << 32) + i;
        Array.Sort(sortable, order);
        return order;
    }
}
