namespace Pipeline.Incidents;

/// <summary>
/// Takes incidents out of the warehouse, with what was made of them. A port of the warehouse (<see cref="Storage.IWarehouse"/>). A removal is a change with a sequence of its own:
/// what a run that had read the incident before makes of it is left out, and its old sequence is given to nobody else.
/// </summary>
public interface IRemovals
{
    /// <summary>The date of the oldest incident with <paramref name="from"/> &lt;= created &lt; <paramref name="until"/>; null where there is none.</summary>
    Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default);

    /// <summary>
    /// The first <paramref name="limit"/> incidents with <paramref name="from"/> &lt;= created &lt; <paramref name="until"/> and a number after <paramref name="afterNumber"/>,
    /// in ordinal order of number; from the first on where it is null.
    /// </summary>
    Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default);

    /// <summary>All that is stored of an incident; null where there is none of this number.</summary>
    Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default);

    /// <summary>How many incidents other than <paramref name="number"/> have this text.</summary>
    Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default);

    /// <summary>Removes incidents with all that was made of them, in one transaction. One that has changed since it was read stays, whole.</summary>
    /// <param name="incidents">Number and sequence of each, as they were read.</param>
    /// <param name="cancellationToken">Stops the writing, of which nothing is left then.</param>
    /// <returns>The rows that are gone.</returns>
    Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default);

    /// <summary>Removes an incident whatever its version, with all that was made of it, also where only that is left.</summary>
    /// <returns>The rows that are gone.</returns>
    Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default);
}

/// <summary>A version of an incident.</summary>
/// <param name="Number">The incident's number.</param>
/// <param name="Sequence">Its place in the order of changes.</param>
public sealed record IncidentVersion(string Number, long Sequence);

/// <summary>All that the warehouse knows of an incident, but for its embedding.</summary>
/// <param name="Sequence">Its place in the order of changes.</param>
/// <param name="Incident">The incident.</param>
public sealed record StoredIncident(long Sequence, Incident Incident)
{
    /// <summary>Its masked text; null where it is not preprocessed.</summary>
    public string? Summary { get; init; }

    /// <summary>The hash of its masked text; null where it is not preprocessed.</summary>
    public string? ContentHash { get; init; }

    /// <summary>The cluster that it was predicted to be in, -1 for none; null where it is not predicted.</summary>
    public int? ClusterId { get; init; }

    /// <summary>The cluster's name.</summary>
    public string? ClusterLabel { get; init; }

    /// <summary>The problem that the cluster is a variant of, -1 for none.</summary>
    public int? ProblemId { get; init; }

    /// <summary>The problem's name.</summary>
    public string? ProblemLabel { get; init; }

    /// <summary>The name of the cluster's domain.</summary>
    public string? DomainName { get; init; }

    /// <summary>How sure the prediction is, 0 to 1.</summary>
    public double? Confidence { get; init; }

    /// <summary>The model version that answered.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>When it came in, in UTC; null where the warehouse does not keep that.</summary>
    public DateTimeOffset? ArrivedAt { get; init; }

    /// <summary>What embedded its text; null where it is not preprocessed.</summary>
    public string? Embedder { get; init; }

    /// <summary>When the prediction was made, in UTC; null where it is not predicted.</summary>
    public DateTimeOffset? PredictedAt { get; init; }

    /// <summary>Number and sequence.</summary>
    public IncidentVersion Version => new(Incident.Number, Sequence);
}

/// <summary>The rows that a removal took out of each table.</summary>
/// <param name="Incidents">Source incidents.</param>
/// <param name="Preprocessed">Preprocessed incidents.</param>
/// <param name="Predictions">Predictions.</param>
/// <param name="DeadLetters">Incidents that were kept aside.</param>
public sealed record RemovedRows(int Incidents, int Preprocessed, int Predictions, int DeadLetters)
{
    /// <summary>The rows of two removals.</summary>
    public static RemovedRows operator +(RemovedRows left, RemovedRows right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new RemovedRows(left.Incidents + right.Incidents, left.Preprocessed + right.Preprocessed, left.Predictions + right.Predictions, left.DeadLetters + right.DeadLetters);
    }
}
