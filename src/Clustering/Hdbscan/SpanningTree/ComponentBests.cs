namespace Pipeline.Clustering;

/// <summary>Per component, its least edge to any other: one round of Boruvka's algorithm. O(components) memory.</summary>
internal sealed class ComponentBests(int components) : IComponentEdges
{
    private readonly WeightedEdge[] _best = Enumerable.Repeat(WeightedEdge.None, components).ToArray();
    private readonly double[] _limits = Enumerable.Repeat(double.PositiveInfinity, components).ToArray();
    private readonly Lock _gate = new();

    /// <summary>The edges.</summary>
    public ReadOnlySpan<WeightedEdge> Edges => _best;

    /// <inheritdoc/>
    public double Limit(int a, int b) => Math.Max(Volatile.Read(ref _limits[a]), Volatile.Read(ref _limits[b]));

    /// <inheritdoc/>
    public void Offer(int a, int b, in WeightedEdge edge)
    {
        lock (_gate)
        {
            Take(a, edge);
            Take(b, edge);
        }
    }

    private void Take(int component, in WeightedEdge edge)
    {
        if (edge.Precedes(_best[component]))
        {
            _best[component] = edge;
            Volatile.Write(ref _limits[component], edge.Weight);
        }
    }
}
