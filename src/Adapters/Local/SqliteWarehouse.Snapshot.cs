using System.Runtime.CompilerServices;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Adapters.Local;

/// <content>The tables as rows without meaning, for backups.</content>
public sealed partial class SqliteWarehouse
{
    // The search index and the counts by day are made by triggers from the rows that are brought back.
    private const string TablesSql = $"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'search\\_%' ESCAPE '\\' AND name <> '{SqliteProblemDaysSql.Table}' ORDER BY name";

    /// <inheritdoc/>
    string IWarehouseTables.Kind => "Sqlite";

    /// <inheritdoc/>
    int IWarehouseTables.Schema => SqliteWarehouseSql.SchemaVersion;

    /// <inheritdoc/>
    public async Task<IWarehouseSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default) => new Snapshot(_file, await _file.OpenSnapshotAsync(cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListFilledAsync(CancellationToken cancellationToken = default) => _file.ReadAsync<IReadOnlyList<string>>(
        connection => [.. connection.Query<string>(TablesSql).Where(table => connection.ExecuteScalar<long>($"SELECT EXISTS (SELECT 1 FROM {Quoted(table)})") == 1)], cancellationToken);

    /// <inheritdoc/>
    public Task ClearAsync(IReadOnlyCollection<string> tables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        return _file.WriteAsync(
            (connection, transaction) => connection.Query<string>(TablesSql, transaction: transaction).ToArray().Intersect(tables, StringComparer.Ordinal).Sum(table => connection.Execute($"DELETE FROM {Quoted(table)}", transaction: transaction)),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task AddRowsAsync(TableRows rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return _file.WriteAsync(
            (connection, transaction) =>
            {
                HashSet<string> there = [.. connection.Query<string>(SqliteWarehouseSql.ColumnsOf, new { table = rows.Table }, transaction)];
                if (rows.Columns.FirstOrDefault(column => !there.Contains(column.Name)) is TableColumn unknown)
                {
                    throw new WarehouseException($"The warehouse has no column {rows.Table}.{unknown.Name}, which the rows have. Use the newer program that wrote them.");
                }

                // Else a row that is replaced would leave its words in the search index.
                connection.Execute("PRAGMA recursive_triggers = ON", transaction: transaction);
                string[] names = [.. rows.Columns.Select((_, i) => FormattableString.Invariant($"@c{i}"))];
                using SqliteStatement insert = new(connection, transaction, $"INSERT OR REPLACE INTO {Quoted(rows.Table)} ({string.Join(", ", rows.Columns.Select(column => Quoted(column.Name)))}) VALUES ({string.Join(", ", names)})", names);
                return rows.Rows.Sum(row => insert.Execute(row));
            },
            cancellationToken);
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>A transaction that reads, with its connection.</summary>
    private sealed class Snapshot : IWarehouseSnapshot
    {
        // Rows that are beside each other in the file: what is added to a table that grows changes its last piece alone.
        private const int Piece = 4096;

        private readonly SqliteFile _file;
        private readonly SqliteTransaction _transaction;
        private readonly SqliteConnection _connection;

        public Snapshot(SqliteFile file, SqliteTransaction transaction)
        {
            (_file, _transaction, _connection) = (file, transaction, transaction.Connection!);
            Tables = file.Try(() => _connection.Query<string>(TablesSql, transaction: transaction).ToArray());
        }

        public IReadOnlyList<string> Tables { get; }

        public async IAsyncEnumerable<TableRows> ReadAsync(string table, Func<TableStretch, bool>? isKnown = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            Column[] columns = _file.Try(() => _connection.Query<Column>("SELECT name, type, pk FROM pragma_table_info(@table)", new { table }, _transaction).ToArray());
            TableColumn[] shape = [.. columns.Select(column => new TableColumn(column.Name, KindOf(column.Type)))];
            bool hasRowId = _file.Try(() => _connection.ExecuteScalar<long>("SELECT wr FROM pragma_table_list(@table)", new { table }, _transaction)) == 0;
            string key = hasRowId ? "rowid" : string.Join(", ", columns.Where(column => column.Pk > 0).OrderBy(column => column.Pk).Select(column => Quoted(column.Name)));
            using SqliteStatement statement = new(_connection, _transaction, $"SELECT {(hasRowId ? "rowid" : "0")}, {string.Join(", ", shape.Select(column => Quoted(column.Name)))} FROM {Quoted(table)} ORDER BY {key}");
            using SqliteDataReader reader = await Task.Run(() => _file.Try(() => statement.Query()), cancellationToken);
            (long number, long read) = (0, 0);
            List<object?[]> rows = [];
            while (_file.Try(reader.Read))
            {
                cancellationToken.ThrowIfCancellationRequested();
                long place = (hasRowId ? reader.GetInt64(0) : read) / Piece;
                read++;
                if (place != number && rows.Count > 0)
                {
                    yield return new TableRows(table, number, shape, rows);
                    rows = [];
                }

                number = place;
                rows.Add(_file.Row(reader, row => Cells(row, shape)));
            }

            if (rows.Count > 0)
            {
                yield return new TableRows(table, number, shape, rows);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _transaction.DisposeAsync();
            await _connection.DisposeAsync();
        }

        private static object?[] Cells(SqliteDataReader reader, TableColumn[] shape)
        {
            object?[] cells = new object?[shape.Length];
            for (int i = 0; i < shape.Length; i++)
            {
                cells[i] = reader.IsDBNull(i + 1) ? null : shape[i].Kind switch
                {
                    CellKind.Whole => reader.GetInt64(i + 1),
                    CellKind.Real => reader.GetDouble(i + 1),
                    CellKind.Bytes => reader.GetFieldValue<byte[]>(i + 1),
                    _ => reader.GetString(i + 1),
                };
            }

            return cells;
        }

        private static CellKind KindOf(string type) => type switch
        {
            "INTEGER" => CellKind.Whole,
            "REAL" => CellKind.Real,
            "BLOB" => CellKind.Bytes,
            _ => CellKind.Text,
        };

        private sealed record Column(string Name, string Type, long Pk);
    }
}
