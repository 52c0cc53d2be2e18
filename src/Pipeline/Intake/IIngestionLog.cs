namespace Pipeline.Intake;

/// <summary>Keeps what was taken in when, from which file, by whom. A warehouse that has no room for it does not implement it.</summary>
public interface IIngestionLog
{
    /// <summary>Adds an entry.</summary>
    /// <exception cref="Storage.WarehouseException">It could not be stored.</exception>
    Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default);

    /// <summary>The last entries, the newest first.</summary>
    /// <exception cref="Storage.WarehouseException">They cannot be read.</exception>
    Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default);
}
