namespace Pipeline.Intake;

/// <summary>Keeps what was taken in when, from which file, by whom, and how far it has come. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IIngestionLog
{
    /// <summary>Adds an entry, or replaces the one of the same id.</summary>
    /// <exception cref="Storage.WarehouseException">It could not be stored.</exception>
    Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default);

    /// <summary>
    /// Adds an entry, unless one is there that stands for the same: of the same id; or of the same data set, begun since <paramref name="since"/>, with the same key,
    /// or with the same content read in the same way and not failed; or one that still waits for the same object. Of two calls at once one finds the other's.
    /// </summary>
    /// <returns>The entry that counts: the earlier one where there is one.</returns>
    /// <exception cref="Storage.WarehouseException">It could not be stored.</exception>
    Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default);

    /// <summary>The entry of this id; null where there is none.</summary>
    /// <exception cref="Storage.WarehouseException">It cannot be read.</exception>
    Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The last entries, the newest first.</summary>
    /// <exception cref="Storage.WarehouseException">They cannot be read.</exception>
    Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default);
}
