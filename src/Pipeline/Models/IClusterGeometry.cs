namespace Pipeline.Models;

/// <summary>The numeric part of a model: from embeddings to clusters. Safe for use by many threads.</summary>
public interface IClusterGeometry
{
    /// <summary>Values per embedding that it understands.</summary>
    int EmbeddingDimensions { get; }

    /// <summary>The id of each cluster; -1 where it counts as noise.</summary>
    IReadOnlyList<int> ClusterIds { get; }

    /// <summary>Classifies new texts. Each answer depends on its own embedding only.</summary>
    /// <param name="embeddings">q x the embedder's dimensions, row-major.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    ClusterAssignment[] Classify(ReadOnlyMemory<float> embeddings, CancellationToken cancellationToken = default);
}
