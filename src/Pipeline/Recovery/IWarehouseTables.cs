using Pipeline.Storage;

namespace Pipeline.Recovery;

/// <summary>The tables of a warehouse as rows without meaning, for a backup and its way back.</summary>
public interface IWarehouseTables
{
    /// <summary>The kind of warehouse: a backup of one kind goes back into the same.</summary>
    string Kind { get; }

    /// <summary>The version of the tables.</summary>
    int Schema { get; }

    /// <summary>All tables as they are at one moment, however they change while they are read.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    Task<IWarehouseSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default);

    /// <summary>The names of the tables that hold rows.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    Task<IReadOnlyList<string>> ListFilledAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes all rows of some tables. One that is not there is passed over.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    Task ClearAsync(IReadOnlyCollection<string> tables, CancellationToken cancellationToken = default);

    /// <summary>Adds rows to a table that has none of them. Columns that the table has and the rows lack stay empty, as after an upgrade; those that the table lacks are refused.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written, or has no such table or column.</exception>
    Task AddRowsAsync(TableRows rows, CancellationToken cancellationToken = default);
}

/// <summary>The tables of a warehouse at one moment.</summary>
public interface IWarehouseSnapshot : IAsyncDisposable
{
    /// <summary>The names of the tables.</summary>
    IReadOnlyList<string> Tables { get; }

    /// <summary>The rows of a table in pieces: the same rows are in the same piece every time, as long as none is added to it or taken out.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isKnown">Asked for each stretch of the table of which the warehouse can tell the version without reading it: whether its rows are known in that version, and not to be read. Null for reading all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    IAsyncEnumerable<TableRows> ReadAsync(string table, Func<TableStretch, bool>? isKnown = null, CancellationToken cancellationToken = default);
}

/// <summary>Some pieces of a table that are read, or left unread, together.</summary>
/// <param name="Table">The table.</param>
/// <param name="First">The lowest number that a piece of it can have.</param>
/// <param name="Last">The highest.</param>
/// <param name="Version">Another one wherever the rows are others.</param>
public sealed record TableStretch(string Table, long First, long Last, string Version);

/// <summary>Some rows of a table.</summary>
/// <param name="Table">The table.</param>
/// <param name="Number">The piece's place in the table.</param>
/// <param name="Columns">The columns.</param>
/// <param name="Rows">The cells of each row: null, <see cref="string"/>, <see cref="long"/>, <see cref="double"/> or <see cref="byte"/> array, by the column's kind.</param>
public sealed record TableRows(string Table, long Number, IReadOnlyList<TableColumn> Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>The version of the stretch that the piece is of; null where the warehouse tells none.</summary>
    public string? Version { get; init; }
}

/// <summary>A column.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">What its cells are.</param>
public sealed record TableColumn(string Name, CellKind Kind);

/// <summary>What a cell is.</summary>
public enum CellKind
{
    /// <summary>Text.</summary>
    Text,

    /// <summary>A whole number of 64 bits.</summary>
    Whole,

    /// <summary>A number of double precision.</summary>
    Real,

    /// <summary>Bytes.</summary>
    Bytes,
}
