namespace Pipeline.Erasure;

/// <summary>Keeps which incidents were erased, when and by whom. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IErasures
{
    /// <summary>Adds an entry, or replaces the one of the same id.</summary>
    /// <exception cref="Storage.WarehouseException">It could not be stored.</exception>
    Task RecordErasureAsync(ErasureRecord erasure, CancellationToken cancellationToken = default);

    /// <summary>The entry of this id; null where there is none.</summary>
    /// <exception cref="Storage.WarehouseException">It cannot be read.</exception>
    Task<ErasureRecord?> FindErasureAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>The last entries, the newest first.</summary>
    /// <exception cref="Storage.WarehouseException">They cannot be read.</exception>
    Task<IReadOnlyList<ErasureRecord>> ReadErasuresAsync(int limit, CancellationToken cancellationToken = default);
}

/// <summary>The record that an incident was erased. Once it is finished nothing in it names the incident but the hash of its number.</summary>
/// <param name="Id">Its name, by which it is asked for: 32 hexadecimal digits, which rise with time.</param>
/// <param name="NumberSha256">The SHA-256 of the incident's number, in hexadecimal digits.</param>
/// <param name="RequestedAt">When it was asked for, in UTC.</param>
/// <param name="RequestedBy">Who asked for it.</param>
public sealed record ErasureRecord(string Id, string NumberSha256, DateTimeOffset RequestedAt, string RequestedBy)
{
    /// <summary>The incident's number while there is something to do; null afterwards.</summary>
    public string? Number { get; init; }

    /// <summary>When it was done, in UTC; null before that.</summary>
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>What was removed; all of it is 0 where nothing was found.</summary>
    public ErasureCounts Removed { get; init; } = new();

    /// <summary>Why it was given up; null where it was not.</summary>
    public string? Problem { get; init; }
}

/// <summary>What an erasure removed, and from where.</summary>
public sealed record ErasureCounts
{
    /// <summary>Rows of the source incidents.</summary>
    public int Incidents { get; init; }

    /// <summary>Rows of the preprocessed incidents.</summary>
    public int Preprocessed { get; init; }

    /// <summary>Rows of the predictions.</summary>
    public int Predictions { get; init; }

    /// <summary>Rows of the incidents that were kept aside.</summary>
    public int DeadLetters { get; init; }

    /// <summary>Rows of archive files, which were written anew.</summary>
    public int ArchivedRows { get; init; }

    /// <summary>Rows of files that had come in and were kept, which were written anew.</summary>
    public int KeptRows { get; init; }

    /// <summary>Rows of rejects that were kept.</summary>
    public int RejectedRows { get; init; }

    /// <summary>Files that could not be told into rows and were deleted whole.</summary>
    public int DeletedFiles { get; init; }

    /// <summary>Model versions that were published anew without the incident's text.</summary>
    public int NewRevisions { get; init; }

    /// <summary>Model versions with the incident's text that were deleted.</summary>
    public int DeletedVersions { get; init; }

    /// <summary>Objects of streams - parts of a log, snapshots, lists of problems - that were written anew without the incident, or deleted.</summary>
    public int StreamObjects { get; init; }

    /// <summary>Corrections that name the incident, from which it was taken.</summary>
    public int Corrections { get; init; }

    /// <summary>Whether anything was removed.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsNothing => this == new ErasureCounts();
}
