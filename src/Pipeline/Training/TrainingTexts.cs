using System.Numerics.Tensors;
using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The different texts of a training, reduced, with what else is needed to cluster them and to answer by them.</summary>
internal sealed class TrainingTexts
{
    private readonly float[] _embeddings;
    private readonly string[] _hashes;
    private readonly float[] _wholes;
    private readonly int? _maxDegreeOfParallelism;

    private TrainingTexts(float[] embeddings, string[] hashes, int[] copies, TrainingParameters parameters, EmbeddingReduction? background, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        (_embeddings, _hashes, _maxDegreeOfParallelism) = (embeddings, hashes, maxDegreeOfParallelism);
        (Copies, Parameters) = (copies, parameters);
        Reduction = background ?? EmbeddingReduction.Fit(embeddings, embeddings.Length / copies.Length, parameters, maxDegreeOfParallelism, cancellationToken);
        Vectors = Reduction.Transform(embeddings, maxDegreeOfParallelism);
        _wholes = Reduction.Centre(embeddings);
        BackgroundLikeness unrelated = BackgroundLikeness.Measure(Vectors, Reduction.Dimensions, hashes, parameters.Seed);
        MinLikeness = TooFewForGraph ? -1 : unrelated.Mean + (parameters.MinCoherence * unrelated.Deviation);
    }

    /// <summary>From embeddings to reduced vectors.</summary>
    public EmbeddingReduction Reduction { get; }

    /// <summary>The reduced vectors, texts x the reduction's dimensions, row-major, of unit length or zero.</summary>
    public float[] Vectors { get; }

    /// <summary>How many incidents have each text.</summary>
    public int[] Copies { get; }

    /// <summary>The mean cosine that a member has to the others of its cluster at least.</summary>
    public double MinLikeness { get; }

    /// <summary>The parameters.</summary>
    public TrainingParameters Parameters { get; }

    /// <summary>The number of texts.</summary>
    public int Count => Copies.Length;

    /// <summary>A neighbourhood graph needs more different texts than neighbours; fewer are clustered as they are.</summary>
    public bool TooFewForGraph => Count <= Parameters.Neighbors;

    /// <summary>Reduces texts.</summary>
    /// <param name="embeddings">The embedding of each incident, row-major.</param>
    /// <param name="dimensions">Values per embedding.</param>
    /// <param name="hashes">The content hash of each incident's text.</param>
    /// <param name="distinct">The different texts of these.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="background">The reduction to use; null to learn one from these texts.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static TrainingTexts Of(
        float[] embeddings, int dimensions, IReadOnlyList<string> hashes, DistinctTexts distinct, TrainingParameters parameters, EmbeddingReduction? background, int? maxDegreeOfParallelism, CancellationToken cancellationToken) =>
        new(distinct.Rows(embeddings, dimensions), [.. distinct.FirstRows.Select(row => hashes[row])], distinct.Copies, parameters, background, maxDegreeOfParallelism, cancellationToken);

    /// <summary>Some of the texts, reduced as all of them are.</summary>
    public TrainingTexts Only(int[] texts, TrainingParameters parameters, CancellationToken cancellationToken) => new(
        Embeddings(texts), Array.ConvertAll(texts, text => _hashes[text]), Array.ConvertAll(texts, text => Copies[text]), parameters, Reduction, _maxDegreeOfParallelism, cancellationToken);

    /// <summary>The embeddings of some of the texts, row-major.</summary>
    public float[] Embeddings(int[] texts)
    {
        int dimensions = _embeddings.Length / Count;
        float[] chosen = new float[texts.Length * dimensions];
        foreach ((int place, int text) in texts.Index())
        {
            _embeddings.AsSpan(text * dimensions, dimensions).CopyTo(chosen.AsSpan(place * dimensions));
        }

        return chosen;
    }

    /// <summary>A text's reduced vector.</summary>
    public ReadOnlySpan<float> Vector(int text) => Vectors.AsSpan(text * Reduction.Dimensions, Reduction.Dimensions);

    /// <summary>The texts that vote for a vector, the most alike first.</summary>
    /// <param name="vector">A reduced vector.</param>
    /// <param name="among">Where to look for them. Not kept.</param>
    /// <returns>No more than <see cref="NeighborVote.Neighbors"/> texts, and how alike each is, falling.</returns>
    public (int[] Texts, float[] Likeness) Nearest(ReadOnlySpan<float> vector, int[] among)
    {
        float[] distances = new float[among.Length];
        for (int i = 0; i < among.Length; i++)
        {
            distances[i] = -TensorPrimitives.Dot(vector, Vector(among[i]));
        }

        Array.Sort(distances, among);
        int count = Math.Min(NeighborVote.Neighbors, among.Length);
        return (among[..count], Array.ConvertAll(distances[..count], distance => -distance));
    }

    /// <summary>How alike the members of clusters are on the reduced vectors.</summary>
    public ClusterCoherence Coherence(int[] labels, int clusterCount) => ClusterCoherence.Of(Vectors, Reduction.Dimensions, labels, clusterCount);

    /// <summary>The same on the centred embeddings.</summary>
    public ClusterCoherence WholeCoherence(int[] labels, int clusterCount) => ClusterCoherence.Of(_wholes, Reduction.EmbeddingDimensions, labels, clusterCount);

    /// <summary>The rule by which these texts answer for others.</summary>
    /// <param name="found">Their clusters.</param>
    public NeighborRule Rule(TextClustering found) =>
        new(found.Problems, Coherence(found.Labels, found.Problems.Length).Directions, WholeCoherence(found.Labels, found.Problems.Length).Directions, MinLikeness);

    /// <summary>The neighbourhood graphs, of one search for neighbours.</summary>
    /// <param name="options">The parameters.</param>
    /// <param name="wide">The neighbours of the second graph.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The graph to lay out, null where there are too few texts for one; and the graph of more neighbours, to look at.</returns>
    public (UmapGraph? Graph, UmapGraph Wide) Graphs(UmapOptions options, int wide, CancellationToken cancellationToken)
    {
        NeighborTable neighbors = Umap.FindNeighbors(Vectors, Reduction.Dimensions, options with { Neighbors = Math.Max(options.Neighbors, wide) }, ct: cancellationToken);
        UmapGraph? graph = TooFewForGraph ? null : Umap.BuildGraph(neighbors, Vectors, Reduction.Dimensions, options, cancellationToken);
        return (graph, Umap.BuildGraph(neighbors, Count, options with { Neighbors = wide }, cancellationToken));
    }
}
