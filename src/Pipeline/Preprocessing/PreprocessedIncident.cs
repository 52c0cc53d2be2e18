namespace Pipeline.Preprocessing;

/// <summary>An incident ready for clustering: masked, summarised and embedded.</summary>
public sealed record PreprocessedIncident
{
    /// <summary>The incident's number.</summary>
    public required string Number { get; init; }

    /// <summary>When the incident was opened, in UTC; null where the source has no dates.</summary>
    public DateTimeOffset? CreatedOn { get; init; }

    /// <summary>The tech center that owns the incident.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The masked text that was embedded.</summary>
    public required string Summary { get; init; }

    /// <summary>SHA-256 of <see cref="Summary"/> in lower-case hexadecimal; equal texts share their embedding.</summary>
    public required string ContentHash { get; init; }

    /// <summary>The embedder that made <see cref="Embedding"/>; vectors of different embedders are never mixed.</summary>
    public required string Embedder { get; init; }

    /// <summary>The embedding: as many numbers as the embedder has dimensions.</summary>
    public required ReadOnlyMemory<float> Embedding { get; init; }
}
