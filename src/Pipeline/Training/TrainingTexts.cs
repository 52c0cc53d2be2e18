using System.Numerics.Tensors;
using Pipeline.Clustering;
using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The different texts of a training, reduced, with what else is needed to cluster them and to answer by them.</summary>
internal sealed class TrainingTexts
{
    // Of all texts of the training, also where these are some of them: embeddings are the most of what a training holds, and lie in memory once.
    private readonly float[] _embeddings;
    private readonly int[]? _rows;
    private readonly string[] _hashes;

    private TrainingTexts(float[] embeddings, int[]? rows, float[] vectors, EmbeddingReduction reduction, string[] hashes, int[] copies, TrainingParameters parameters)
    {
        (_embeddings, _rows, _hashes) = (embeddings, rows, hashes);
        (Copies, Parameters) = (copies, parameters);
        (Reduction, Vectors) = (reduction, vectors);
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
    /// <param name="embeddings">The embedding of each text, row-major. Kept, not copied.</param>
    /// <param name="hashes">The content hash of each text.</param>
    /// <param name="copies">How many incidents have each text.</param>
    /// <param name="parameters">The parameters.</param>
    /// <param name="background">The reduction to use; null to learn one from these texts.</param>
    /// <param name="maxDegreeOfParallelism">Threads; null for all cores.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static TrainingTexts Of(float[] embeddings, string[] hashes, int[] copies, TrainingParameters parameters, EmbeddingReduction? background, int? maxDegreeOfParallelism, CancellationToken cancellationToken)
    {
        EmbeddingReduction reduction = background ?? EmbeddingReduction.Fit(embeddings, embeddings.Length / copies.Length, parameters, maxDegreeOfParallelism, cancellationToken);
        return new TrainingTexts(embeddings, null, reduction.Transform(embeddings, maxDegreeOfParallelism), reduction, hashes, copies, parameters);
    }

    /// <summary>Some of the texts, reduced as all of them are.</summary>
    public TrainingTexts Only(int[] texts, TrainingParameters parameters)
    {
        float[] vectors = new float[texts.Length * Reduction.Dimensions];
        foreach ((int place, int text) in texts.Index())
        {
            Vector(text).CopyTo(vectors.AsSpan(place * Reduction.Dimensions));
        }

        return new TrainingTexts(
            _embeddings, Array.ConvertAll(texts, RowOf), vectors, Reduction, Array.ConvertAll(texts, text => _hashes[text]), Array.ConvertAll(texts, text => Copies[text]), parameters);
    }

    /// <summary>The embeddings of some of the texts, row-major.</summary>
    public float[] Embeddings(int[] texts)
    {
        int dimensions = Reduction.EmbeddingDimensions;
        float[] chosen = new float[texts.Length * dimensions];
        foreach ((int place, int text) in texts.Index())
        {
            Embedding(text).CopyTo(chosen.AsSpan(place * dimensions));
        }

        return chosen;
    }

    private ReadOnlySpan<float> Embedding(int text) => _embeddings.AsSpan(RowOf(text) * Reduction.EmbeddingDimensions, Reduction.EmbeddingDimensions);

    private int RowOf(int text) => _rows is null ? text : _rows[text];

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
    public ClusterCoherence WholeCoherence(int[] labels, int clusterCount)
    {
        float[] whole = new float[Reduction.EmbeddingDimensions];
        return ClusterCoherence.Of(Whole, whole.Length, labels, clusterCount);

        ReadOnlySpan<float> Whole(int text)
        {
            Reduction.CentreRow(Embedding(text), whole);
            return whole;
        }
    }

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
