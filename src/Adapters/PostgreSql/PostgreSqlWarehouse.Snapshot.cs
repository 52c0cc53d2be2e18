using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The tables as rows without meaning, for backups.</content>
public sealed partial class PostgreSqlWarehouse
{
    // What the index of words and the counts by day hold is made again of the rows that are brought back, and who writes is nobody's data.
    private const string TablesSql = """
        SELECT c.relname
        FROM pg_class AS c
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND c.relname NOT LIKE 'search\_%' AND c.relname NOT IN ('schema_versions', 'writer_lease', 'commits', 'problem_days')
        ORDER BY c.relname COLLATE "C"
        """;

    // Without the columns that the server fills in: a row's place, and the timestamps that it makes of ticks.
    private const string ColumnsSql = """
        SELECT a.attname, format_type(a.atttypid, NULL), COALESCE(array_position(i.indkey::smallint[], a.attnum), -1)
        FROM pg_attribute AS a
        LEFT JOIN pg_index AS i ON i.indrelid = a.attrelid AND i.indisprimary
        WHERE a.attrelid = to_regclass(quote_ident(@table)) AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
        ORDER BY a.attnum
        """;

    private const string HasPlaceSql = "SELECT EXISTS (SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(quote_ident(@table)) AND attname = 'place')";

    private const string Preprocessed = "preprocessed_incidents";

    /// <inheritdoc/>
    string IWarehouseTables.Kind => "PostgreSql";

    /// <inheritdoc/>
    int IWarehouseTables.Schema => PostgreSqlSchema.Version;

    /// <inheritdoc/>
    public async Task<IWarehouseSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default)
    {
        PostgreSqlSession session = await _database.OpenSnapshotAsync(cancellationToken);
        try
        {
            return new Snapshot(_database, session, await _database.GuardAsync(() => TablesAsync(session)));
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ListFilledAsync(CancellationToken cancellationToken = default) => _database.ReadAsync<IReadOnlyList<string>>(
        async session =>
        {
            List<string> filled = [];
            foreach (string table in await TablesAsync(session))
            {
                if (await session.OneAsync<bool>($"SELECT EXISTS (SELECT 1 FROM {Quoted(table)})"))
                {
                    filled.Add(table);
                }
            }

            return filled;
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task ClearAsync(IReadOnlyCollection<string> tables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        return _database.WriteAsync(
            async session =>
            {
                string[] known = [.. (await TablesAsync(session)).Intersect(tables, StringComparer.Ordinal)];
                foreach (string table in known)
                {
                    await session.RunAsync($"DELETE FROM {Quoted(table)}");
                }

                return known.Contains(Preprocessed, StringComparer.Ordinal) ? await session.RunAsync(PostgreSqlSearchSql.Clear) : 0;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task AddRowsAsync(TableRows rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return _database.WriteAsync(
            async session =>
            {
                List<Column> there = await ColumnsAsync(session, rows.Table);
                if (rows.Columns.FirstOrDefault(column => there.All(c => !string.Equals(c.Name, column.Name, StringComparison.Ordinal))) is TableColumn unknown)
                {
                    throw new WarehouseException($"The warehouse has no column {rows.Table}.{unknown.Name}, which the rows have. Use the newer program that wrote them.");
                }

                await session.RunAsync(AddSql(rows, there), [.. rows.Columns.Select((column, i) => ColumnOf(FormattableString.Invariant($"c{i}"), column.Kind, rows.Rows.Select(row => row[i])))]);
                if (string.Equals(rows.Table, Preprocessed, StringComparison.Ordinal))
                {
                    int number = IndexOf(rows, "number");
                    int summary = IndexOf(rows, "combined_incidents_summary");
                    (string Number, string Summary)[] incidents = [.. rows.Rows.Select(row => ((string)row[number]!, (string)row[summary]!))];
                    await ForgetWordsAsync(session, [.. incidents.Select(i => i.Number)]);
                    await AddWordsAsync(session, incidents);
                }

                return rows.Rows.Count;
            },
            cancellationToken);
    }

    private static int IndexOf(TableRows rows, string column) => rows.Columns.Index().First(c => string.Equals(c.Item.Name, column, StringComparison.Ordinal)).Index;

    private static string AddSql(TableRows rows, List<Column> there)
    {
        string[] names = [.. rows.Columns.Select(column => Quoted(column.Name))];
        string[] keys = [.. there.Where(column => column.Key >= 0).OrderBy(column => column.Key).Select(column => Quoted(column.Name))];
        string[] others = [.. names.Except(keys, StringComparer.Ordinal)];
        string replace = keys.Length == 0 ? "" : $" ON CONFLICT ({string.Join(", ", keys)}) DO {(others.Length == 0 ? "NOTHING" : $"UPDATE SET {string.Join(", ", others.Select(name => $"{name} = excluded.{name}"))}")}";
        return $"INSERT INTO {Quoted(rows.Table)} ({string.Join(", ", names)}) SELECT * FROM unnest({string.Join(", ", names.Select((_, i) => FormattableString.Invariant($"@c{i}")))}){replace}";
    }

    private static NpgsqlParameter ColumnOf(string name, CellKind kind, IEnumerable<object?> cells) => kind switch
    {
        CellKind.Whole => SqlValue.Wholes(name, cells.Select(cell => (long?)cell)),
        CellKind.Real => SqlValue.Reals(name, cells.Select(cell => (double?)cell)),
        CellKind.Bytes => SqlValue.Bytes(name, cells.Select(cell => (byte[]?)cell)),
        _ => SqlValue.Texts(name, cells.Select(cell => (string?)cell)),
    };

    private static Task<List<string>> TablesAsync(PostgreSqlSession session) => session.ListAsync(TablesSql, reader => reader.GetString(0));

    private static Task<List<Column>> ColumnsAsync(PostgreSqlSession session, string table) =>
        session.ListAsync(ColumnsSql, reader => new Column(reader.GetString(0), reader.GetString(1), reader.GetInt32(2)), SqlValue.Text("table", table));

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed record Column(string Name, string Type, int Key)
    {
        public CellKind Kind => Type switch
        {
            "bigint" or "integer" or "smallint" => CellKind.Whole,
            "double precision" => CellKind.Real,
            "bytea" => CellKind.Bytes,
            _ => CellKind.Text,
        };
    }

    /// <summary>A transaction that reads, with its connection.</summary>
    private sealed class Snapshot(PostgreSqlDatabase database, PostgreSqlSession session, IReadOnlyList<string> tables) : IWarehouseSnapshot
    {
        // Rows whose places are beside each other: what is added to a table that grows changes its last piece alone.
        private const int Piece = 4096;

        public IReadOnlyList<string> Tables { get; } = tables;

        public async IAsyncEnumerable<TableRows> ReadAsync(string table, Func<TableStretch, bool>? isKnown = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            List<Column> columns = await database.GuardAsync(() => ColumnsAsync(session, table));
            bool hasPlace = await database.GuardAsync(() => session.OneAsync<bool>(HasPlaceSql, SqlValue.Text("table", table)));
            TableColumn[] shape = [.. columns.Select(column => new TableColumn(column.Name, column.Kind))];
            string order = hasPlace ? "place" : string.Join(", ", columns.Where(column => column.Key >= 0).OrderBy(column => column.Key).Select(column => Quoted(column.Name)));
            string sql = $"SELECT {(hasPlace ? "place" : "0::bigint")}, {string.Join(", ", shape.Select(column => Quoted(column.Name)))} FROM {Quoted(table)} ORDER BY {order}";
            await using IAsyncEnumerator<(long Place, object?[] Cells)> reader = session.EachAsync(sql, row => (row.GetInt64(0), Cells(row, shape))).GetAsyncEnumerator(cancellationToken);
            (long number, long read) = (0, 0);
            List<object?[]> rows = [];
            while (await database.GuardAsync(() => reader.MoveNextAsync().AsTask()))
            {
                cancellationToken.ThrowIfCancellationRequested();
                long place = (hasPlace ? reader.Current.Place : read) / Piece;
                read++;
                if (place != number && rows.Count > 0)
                {
                    yield return new TableRows(table, number, shape, rows);
                    rows = [];
                }

                number = place;
                rows.Add(reader.Current.Cells);
            }

            if (rows.Count > 0)
            {
                yield return new TableRows(table, number, shape, rows);
            }
        }

        public ValueTask DisposeAsync() => session.DisposeAsync();

        private static object?[] Cells(NpgsqlDataReader reader, TableColumn[] shape)
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
    }
}
