namespace Pipeline.Clustering;

/// <summary>
/// Embeds a graph in few dimensions, coarse to fine: label propagation merges the graph's nodes into parts until few are left, the coarsest graph starts
/// from random places, and each finer one from the places of its parts. The forces are those of UMAP. The result does not depend on the number of threads.
/// </summary>
internal sealed class NodeEmbedding
{
    /// <summary>Fewer pushes than a layout's leave denser clusters.</summary>
    private const int NegativeSampleRate = 3;

    /// <summary>Few passes need longer steps than a layout's many.</summary>
    private const double LearningRate = 2;

    /// <summary>The first merge aims at this many parts for each root of the number of nodes, each further one at a quarter.</summary>
    private const double PartsPerRoot = 8;
    private const int FewestFirstParts = 256;
    private const int MostFirstParts = 16_384;
    private const int PartsShrink = 4;

    /// <summary>From this many nodes down any start is as good as another.</summary>
    private const int FewNodes = 64;
    private const double RandomExtent = 5;
    private const int NodesPerTask = 512;

    private readonly EmbeddingClusteringOptions _options;
    private readonly ParallelOptions _parallel;
    private readonly UmapOptions _steps;
    private readonly LayoutGradient _forces;

    /// <summary>Prepares for graphs of any size.</summary>
    /// <param name="options">Components, epochs and seed.</param>
    /// <param name="parallel">Threads and cancellation.</param>
    public NodeEmbedding(EmbeddingClusteringOptions options, ParallelOptions parallel)
    {
        _options = options;
        _parallel = parallel;

        _steps = new UmapOptions { Components = options.Components, NegativeSampleRate = NegativeSampleRate, RepulsionStrength = 1, LearningRate = LearningRate };
        (double a, double b) = CurveParameters.Fit(_steps.MinDistance, _steps.Spread);
        _forces = new LayoutGradient(new ForceCurve(a, b), options.Components);
    }

    /// <summary>Embeds a graph. O(epochs x edges) time, O(edges + n x components) memory.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="progress">Receives the finished part, 0 to 1.</param>
    /// <returns>n x components, row-major.</returns>
    public float[] Run(UmapGraph graph, IProgress<double>? progress)
    {
        int parts = (int)Math.Clamp(PartsPerRoot * Math.Sqrt(graph.Count), FewestFirstParts, MostFirstParts);
        return Refine(graph, parts, level: 0, progress);
    }

    private float[] Refine(UmapGraph graph, int parts, int level, IProgress<double>? progress)
    {
        float[] start = graph.Count <= FewNodes ? RandomPlaces(graph.Count, level) : FromParts(graph, parts, level);
        return new LayoutOptimizer(graph, _steps with { Seed = unchecked(_options.Seed + level) }, _forces, _options.Epochs).Run(start, progress, _parallel);
    }

    private float[] FromParts(UmapGraph graph, int parts, int level)
    {
        (int[] part, int count) = LabelPropagation.Partition(graph, Math.Max(1, parts), _options.Seed, level, _parallel);
        if (count == graph.Count)
            return RandomPlaces(count, level);
        UmapGraph coarse = GraphContraction.Contract(graph, part, count, _parallel);
        return Expand(graph, part, Refine(coarse, parts / PartsShrink, level + 1, progress: null));
    }

    /// <summary>A node starts half way between its own part and the mean of its neighbours' parts, the close ones counting most.</summary>
    private float[] Expand(UmapGraph graph, int[] part, float[] coarse)
    {
        int c = _options.Components;
        float[] fine = new float[graph.Count * c];
        ParallelBlocks.RunRows(graph.Count, NodesPerTask, _parallel, (first, end) =>
        {
            for (int i = first; i < end; i++)
            {
                Span<float> place = fine.AsSpan(i * c, c);
                ReadOnlySpan<float> own = coarse.AsSpan(part[i] * c, c);
                float total = 0;
                for (int e = graph.RowOffsets[i]; e < graph.RowOffsets[i + 1]; e++)
                {
                    float weight = graph.Weights[e] * graph.Weights[e];
                    ReadOnlySpan<float> other = coarse.AsSpan(part[graph.Columns[e]] * c, c);
                    total += weight;
                    for (int t = 0; t < c; t++)
                        place[t] += weight * other[t];
                }

                for (int t = 0; t < c; t++)
                    place[t] = total > 0 ? 0.5f * (own[t] + (place[t] / total)) : own[t];
            }
        });
        return fine;
    }

    private float[] RandomPlaces(int count, int level)
    {
        CounterRandom random = CounterRandom.For(_options.Seed, -3, level);
        float[] places = new float[count * _options.Components];
        foreach (ref float value in places.AsSpan())
            value = (float)(RandomExtent * random.Normal());
        return places;
    }
}
