using System.Text.Json.Serialization;

namespace Pipeline.Recovery;

/// <summary>What a backup says of itself. It is written last: a backup without it does not exist.</summary>
public sealed record BackupManifest
{
    /// <summary>The version of the layout that this program writes: 1 knew no keys.</summary>
    public const int CurrentFormat = 2;

    /// <summary>The version of the layout of the backup.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>Its name: when it began, in UTC, and its type. Ordinal order is that of time.</summary>
    public required string Id { get; init; }

    /// <summary>What it holds.</summary>
    public required BackupType Type { get; init; }

    /// <summary>The full backup whose parts it refers to; null where all parts are its own.</summary>
    public string? Base { get; init; }

    /// <summary>The moment of the tables, in UTC: what was acknowledged before it is in the backup. Objects are as they were then or a little later.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>When it was complete, in UTC.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>Who or what asked for it.</summary>
    public required string By { get; init; }

    /// <summary>The version of the library that made it.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>The kind of warehouse that the tables are of, such as <c>Sqlite</c>.</summary>
    public required string Warehouse { get; init; }

    /// <summary>The version of the tables.</summary>
    public required int WarehouseSchema { get; init; }

    /// <summary>Rows of tables in it.</summary>
    public long Rows { get; init; }

    /// <summary>Objects in it.</summary>
    public int Objects { get; init; }

    /// <summary>Bytes of all its parts, compressed.</summary>
    public long Bytes { get; init; }

    /// <summary>Bytes of the parts that were written for it, the others being those of the backups before.</summary>
    public long NewBytes { get; init; }

    /// <summary>The SHA-256 of the list of its parts.</summary>
    public required string PartsSha256 { get; init; }

    /// <summary>The id of the envelope key that its list of parts was sealed with; null where it is not encrypted. A key that took over since stands in the object's header.</summary>
    public string? Key { get; init; }

    /// <summary>Whether it holds everything.</summary>
    [JsonIgnore]
    public bool HoldsAll => Type is BackupType.Full or BackupType.Incremental;

    /// <summary>Whether this program can read it.</summary>
    [JsonIgnore]
    public bool IsReadable => Format <= CurrentFormat;
}

/// <summary>One part of a backup: an object as it was, or some rows of a table.</summary>
/// <param name="Path">Where it is in the second store; perhaps among the parts of an earlier backup.</param>
/// <param name="Sha256">The SHA-256 of its bytes, before they are encrypted.</param>
/// <param name="Size">How many those are.</param>
/// <param name="Area">What it belongs to.</param>
public sealed record BackupPart(string Path, string Sha256, long Size, BackupArea Area)
{
    /// <summary>The id of the envelope key that it was sealed with; null where it is not encrypted. A key that took over since stands in the object's header.</summary>
    public string? Key { get; init; }

    /// <summary>The object's name; null for rows of a table.</summary>
    public string? Name { get; init; }

    /// <summary>The version of the object, or of the stretch of the table, when it was read, by which one that has not changed is known; null where none is told.</summary>
    public string? Version { get; init; }

    /// <summary>The table; null for an object.</summary>
    public string? Table { get; init; }

    /// <summary>The place of the rows in the table.</summary>
    public long Number { get; init; }

    /// <summary>How many rows.</summary>
    public int Rows { get; init; }

    /// <summary>The SHA-256 of the rows' values, by which rows that have not changed are known; null for an object.</summary>
    public string? Content { get; init; }
}

/// <summary>What a backup holds.</summary>
public enum BackupType
{
    /// <summary>Everything, in parts of its own.</summary>
    Full,

    /// <summary>The models alone, in parts of their own.</summary>
    Models,

    /// <summary>The configuration alone, in parts of its own.</summary>
    Configuration,

    /// <summary>Everything; what has not changed since the backup before is that one's part.</summary>
    Incremental,
}

/// <summary>What can be restored by itself.</summary>
public enum BackupArea
{
    /// <summary>Incidents with what was made of them, streams, the archive, and the files that came in.</summary>
    Data,

    /// <summary>Model versions with their stages, and the records of trainings.</summary>
    Models,

    /// <summary>Definitions of data sets, masking rules and small named values.</summary>
    Configuration,

    /// <summary>Measures, alerts, the audit, and what was derived for reports.</summary>
    Monitoring,
}
