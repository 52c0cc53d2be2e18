namespace Pipeline.Models;

/// <summary>Lays embeddings out as one matrix.</summary>
public static class EmbeddingMatrix
{
    /// <summary>Copies embeddings into one row-major array.</summary>
    /// <exception cref="ArgumentException">The embeddings differ in length.</exception>
    public static float[] Of(IReadOnlyList<ReadOnlyMemory<float>> embeddings)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        if (embeddings.Count == 0)
        {
            return [];
        }

        int dimensions = embeddings[0].Length;
        float[] matrix = new float[checked(embeddings.Count * dimensions)];
        for (int i = 0; i < embeddings.Count; i++)
        {
            if (embeddings[i].Length != dimensions)
            {
                throw new ArgumentException($"The embeddings differ in length: {dimensions} and {embeddings[i].Length} dimensions.", nameof(embeddings));
            }

            embeddings[i].Span.CopyTo(matrix.AsSpan(i * dimensions));
        }

        return matrix;
    }
}
