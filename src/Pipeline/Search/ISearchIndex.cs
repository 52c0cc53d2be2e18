using Pipeline.Incidents;

namespace Pipeline.Search;

/// <summary>
/// The words and the vectors of the preprocessed incidents. It holds masked summaries only, changes in the same transaction as they do,
/// and forgets an incident with its summary.
/// </summary>
public interface ISearchIndex
{
    /// <summary>The incidents that are best by words, and those that are best by vector; an incident may be both.</summary>
    /// <exception cref="Storage.WarehouseException">The index cannot be read.</exception>
    /// <exception cref="Requests.RequestException">What is asked for costs more than a search may, or the index has to be made first; the message says how.</exception>
    Task<IReadOnlyList<SearchCandidate>> FindAsync(SearchQuery query, CancellationToken cancellationToken = default);

    /// <summary>Makes the index anew of the preprocessed incidents.</summary>
    /// <returns>How many incidents it holds.</returns>
    /// <exception cref="Storage.WarehouseException">The index cannot be written.</exception>
    Task<long> RebuildAsync(CancellationToken cancellationToken = default);
}

/// <summary>What is looked for.</summary>
/// <param name="Words">Words of which some are to occur; empty to go by the vector alone.</param>
/// <param name="Vector">The vector to be near to.</param>
/// <param name="Embedder">What made the vector: those of others are passed over.</param>
/// <param name="Depth">The most incidents of each of the two orders, at least 1.</param>
public sealed record SearchQuery(IReadOnlyList<string> Words, ReadOnlyMemory<float> Vector, string Embedder, int Depth)
{
    /// <summary>Only those of these tech centers; null for all.</summary>
    public IReadOnlyList<string>? TechCenters { get; init; }

    /// <summary>Only those opened then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Only those opened before.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Only those of this priority.</summary>
    public string? Priority { get; init; }

    /// <summary>Only those of this problem, where one tech center is named.</summary>
    public int? Problem { get; init; }
}

/// <summary>An incident that was found.</summary>
/// <param name="Incident">The incident as it is stored.</param>
/// <param name="WordRank">Its place by words, from 1; null where it is not among the best.</param>
/// <param name="VectorRank">Its place by vector, from 1; null where it is not among the best.</param>
/// <param name="Likeness">The cosine of its vector to the one asked for, -1 to 1; null where it is not among the best by vector.</param>
public sealed record SearchCandidate(StoredIncident Incident, int? WordRank, int? VectorRank, double? Likeness);
