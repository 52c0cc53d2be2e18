namespace Pipeline.Clustering;

/// <summary>
/// Per pair of components, the least edge between them, which gives a minimum spanning tree of the components after a single search.
/// 12 bytes for each ordered pair of components; at most 32,768 components.
/// </summary>
internal sealed class ComponentPairs : IComponentEdges
{
    private readonly int _components;
    private readonly WeightedEdge[] _least;
    private readonly double[] _limits;
    private readonly Lock _gate = new();

    public ComponentPairs(int components)
    {
        _components = components;
        int pairs = components * (components - 1) / 2;
        _least = new WeightedEdge[pairs];
        _limits = new double[pairs];
        _least.AsSpan().Fill(WeightedEdge.None);
        _limits.AsSpan().Fill(double.PositiveInfinity);
    }

    /// <inheritdoc/>
    public double Limit(int a, int b) => Volatile.Read(ref _limits[Pair(a, b)]);

    /// <inheritdoc/>
    public void Offer(int a, int b, in WeightedEdge edge)
    {
        int pair = Pair(a, b);
        lock (_gate)
        {
            if (edge.Precedes(_least[pair]))
            {
                _least[pair] = edge;
                Volatile.Write(ref _limits[pair], Math.Min(_limits[pair], edge.Weight));
            }
        }
    }

    /// <summary>
    /// The minimum spanning tree of the components by Prim's algorithm over what is known. Along the way each pair's limit falls to the greatest
    /// weight on the pair's path in the tree: no edge above it is in any minimum spanning tree. O(components^2).
    /// </summary>
    /// <returns>The edges; <see cref="WeightedEdge.None"/> where the known edges do not connect the components.</returns>
    public WeightedEdge[] Span()
    {
        WeightedEdge[] tree = new WeightedEdge[_components - 1];
        WeightedEdge[] nearest = Enumerable.Repeat(WeightedEdge.None, _components).ToArray();
        int[] source = new int[_components];
        List<int> inside = [0];
        List<int> outside = [.. Enumerable.Range(1, _components - 1)];
        for (int edge = 0, current = 0; edge < tree.Length; edge++)
        {
            int best = 0;
            for (int at = 0; at < outside.Count; at++)
            {
                int component = outside[at];
                ref readonly WeightedEdge between = ref _least[Pair(current, component)];
                if (between.Precedes(nearest[component]))
                {
                    nearest[component] = between;
                    source[component] = current;
                }

                best = nearest[component].Precedes(nearest[outside[best]]) ? at : best;
            }

            current = outside[best];
            outside[best] = outside[^1];
            outside.RemoveAt(outside.Count - 1);
            tree[edge] = nearest[current];
            LowerLimits(inside, current, source[current], nearest[current].Weight);
            inside.Add(current);
        }

        return tree;
    }

    private void LowerLimits(List<int> inside, int added, int source, double weight)
    {
        foreach (int component in inside)
        {
            double path = component == source ? weight : Math.Max(weight, _limits[Pair(source, component)]);
            ref double limit = ref _limits[Pair(added, component)];
            limit = Math.Min(limit, path);
        }
    }

    private static int Pair(int a, int b) => a < b ? b * (b - 1) / 2 + a : a * (a - 1) / 2 + b;
}
