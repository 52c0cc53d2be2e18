namespace Pipeline.Preprocessing;

/// <summary>The tables of preprocessed incidents, of those kept aside, and of the watermarks behind both. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IPreprocessedIncidents
{
    /// <summary>The last sequence handled under <paramref name="name"/>; 0 where none was.</summary>
    Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>The stored embeddings of these content hashes made by <paramref name="embedder"/>; hashes without one are absent.</summary>
    Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default);

    /// <summary>
    /// Stores preprocessed incidents and moves the watermark to <paramref name="watermark"/>, in one transaction. A watermark never goes back, and
    /// an incident that has changed after <paramref name="watermark"/> keeps what is stored of it: another run has read, or will read, its newer text.
    /// A number that is in <paramref name="incidents"/> replaces its row and leaves the dead letters; one that has moved to
    /// another tech center loses the prediction of the old one;
    /// one in <paramref name="deadLetters"/> loses its preprocessed row and its prediction.
    /// </summary>
    /// <param name="incidents">What was made of incidents.</param>
    /// <param name="deadLetters">Incidents of which nothing could be made.</param>
    /// <param name="watermarkName">The watermark to move; null where a part of a batch is stored, behind which there is more to do.</param>
    /// <param name="watermark">The last sequence of the batch that was read.</param>
    /// <param name="cancellationToken">Stops the writing, of which nothing is left then.</param>
    Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default);

    /// <summary>
    /// A tech center's preprocessed incidents of one embedder with <paramref name="from"/> &lt;= created &lt; <paramref name="until"/>,
    /// those without a date included, in ordinal order of number.
    /// </summary>
    IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default);

    /// <summary>The dead letters, in ordinal order of number.</summary>
    Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default);
}

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

/// <summary>An incident that could not be processed, kept aside with the reason so that none is dropped silently.</summary>
/// <param name="Number">The incident's number.</param>
/// <param name="Stage">The step that refused it, such as <c>preprocess</c>.</param>
/// <param name="Reason">What is wrong and how to mend it; holds no incident text.</param>
public sealed record DeadLetter(string Number, string Stage, string Reason);
