using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The different texts of a training, reduced, with what else is needed to cluster them and to answer by them.</summary>
/// <param name="Vectors">The reduced vectors, texts x <paramref name="Dimensions"/>, row-major, of unit length or zero.</param>
/// <param name="Dimensions">Values per reduced vector.</param>
/// <param name="Wholes">The centred embeddings, texts x <paramref name="WholeDimensions"/>, row-major, of unit length or zero.</param>
/// <param name="WholeDimensions">Values per embedding.</param>
/// <param name="Kept">The part of each text that the reduction keeps, 0 to 1.</param>
/// <param name="Copies">How many incidents have each text.</param>
/// <param name="MinLikeness">The mean cosine that a member has to the others of its cluster at least.</param>
/// <param name="Parameters">The parameters.</param>
internal sealed record TrainingTexts(float[] Vectors, int Dimensions, float[] Wholes, int WholeDimensions, float[] Kept, int[] Copies, double MinLikeness, TrainingParameters Parameters)
{
    /// <summary>The number of texts.</summary>
    public int Count => Copies.Length;

    /// <summary>A neighbourhood graph needs more different texts than neighbours; fewer are clustered as they are.</summary>
    public bool TooFewForGraph => Count <= Parameters.Neighbors;

    /// <summary>A text's reduced vector.</summary>
    public ReadOnlySpan<float> Vector(int text) => Vectors.AsSpan(text * Dimensions, Dimensions);

    /// <summary>A text's centred embedding.</summary>
    public ReadOnlySpan<float> Whole(int text) => Wholes.AsSpan(text * WholeDimensions, WholeDimensions);

    /// <summary>Some of the texts.</summary>
    public TrainingTexts Of(int[] texts, TrainingParameters parameters) => this with
    {
        Vectors = Rows(Vectors, Dimensions, texts),
        Wholes = Rows(Wholes, WholeDimensions, texts),
        Kept = Array.ConvertAll(texts, text => Kept[text]),
        Copies = Array.ConvertAll(texts, text => Copies[text]),
        Parameters = parameters,
    };

    /// <summary>The rule by which these texts answer for others.</summary>
    /// <param name="found">Their clusters.</param>
    public NeighborRule Rule(TextClustering found) => new(
        found.Problems,
        ClusterCoherence.Of(Vectors, Dimensions, found.Labels, found.Problems.Length).Directions,
        ClusterCoherence.Of(Wholes, WholeDimensions, found.Labels, found.Problems.Length).Directions,
        MinLikeness);

    private static float[] Rows(float[] matrix, int dimensions, int[] rows)
    {
        float[] chosen = new float[rows.Length * dimensions];
        foreach ((int place, int row) in rows.Index())
        {
            matrix.AsSpan(row * dimensions, dimensions).CopyTo(chosen.AsSpan(place * dimensions));
        }

        return chosen;
    }
}
