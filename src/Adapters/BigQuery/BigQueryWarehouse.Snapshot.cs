using System.Runtime.CompilerServices;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Adapters.BigQuery;

/// <content>
/// The tables as rows without meaning, for backups. All of them are read as they were at one moment, by BigQuery's own clock; of the large ones only the days that are not known in the version
/// that they have, each of which is told from a few narrow columns.
/// </content>
public sealed partial class BigQueryWarehouse
{
    /// <inheritdoc/>
    string IWarehouseTables.Kind => "BigQuery";

    /// <inheritdoc/>
    int IWarehouseTables.Schema => SchemaVersion;

    /// <inheritdoc/>
    public async Task<IWarehouseSnapshot> OpenSnapshotAsync(CancellationToken cancellationToken = default) =>
        new Snapshot(this, BigQueryRows.Time((await FirstAsync("read-moment", [], cancellationToken))!, "moment"));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListFilledAsync(CancellationToken cancellationToken = default) =>
        [.. (await ListAsync(KeptTable.Count, [], row => (Table: BigQueryRows.Text(row, "table_name"), Rows: BigQueryRows.Number(row, "row_count")), cancellationToken))
            .Where(count => count.Rows > 0).Select(count => count.Table).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public async Task ClearAsync(IReadOnlyCollection<string> tables, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tables);
        KeptTable[] known = [.. KeptTable.All.Where(table => tables.Contains(table.Name, StringComparer.Ordinal))];
        if (known.Length > 0)
        {
            await WriteAsync(KeptTable.Clear(known), [], cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task AddRowsAsync(TableRows rows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        KeptTable? table = KeptTable.All.FirstOrDefault(table => string.Equals(table.Name, rows.Table, StringComparison.Ordinal));
        if (rows.Columns.FirstOrDefault(column => table?.Columns.Any(c => string.Equals(c.Name, column.Name, StringComparison.Ordinal)) != true) is TableColumn unknown)
        {
            throw new WarehouseException($"The warehouse has no column {rows.Table}.{unknown.Name}, which the rows have. Use the newer program that wrote them.");
        }

        if (rows.Rows.Count > 0)
        {
            await WriteAsync(KeptRows.Stage(rows, table!, cancellationToken), table!.Add(rows.Columns.Select(column => column.Name)), [], cancellationToken);
        }
    }

    /// <summary>The tables as they were at a moment.</summary>
    private sealed class Snapshot(BigQueryWarehouse warehouse, DateTimeOffset moment) : IWarehouseSnapshot
    {
        private const int Piece = 4096;

        // A day has the numbers from its own on. The days of one query are sorted by BigQuery, and are a gigabyte at most with the longest embeddings.
        private const long PiecesOfDay = 100_000;
        private const long RowsAtOnce = 50_000;

        private readonly QueryParameter _at = Parameter.Time("at", moment);

        public IReadOnlyList<string> Tables { get; } = [.. KeptTable.All.Select(table => table.Name).Order(StringComparer.Ordinal)];

        public IAsyncEnumerable<TableRows> ReadAsync(string table, Func<TableStretch, bool>? isKnown = null, CancellationToken cancellationToken = default)
        {
            KeptTable kept = KeptTable.All.First(t => string.Equals(t.Name, table, StringComparison.Ordinal));
            return kept.Day is null ? PiecesAsync(kept, kept.RowsWithoutDay, [_at], [], cancellationToken) : ReadDaysAsync(kept, isKnown, cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;

        private async IAsyncEnumerable<TableRows> ReadDaysAsync(KeptTable table, Func<TableStretch, bool>? isKnown, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            StoredDay[] days = [.. (await warehouse.ListAsync(table.Days, [_at], row => Day(table, row), cancellationToken)).OrderBy(day => day.Stretch.First).Where(day => isKnown?.Invoke(day.Stretch) != true)];
            Dictionary<long, string> versions = days.ToDictionary(day => day.Stretch.First, day => day.Stretch.Version);
            if (days is [{ Time: null }, ..])
            {
                await foreach (TableRows rows in PiecesAsync(table, table.RowsWithoutDay, [_at], versions, cancellationToken))
                {
                    yield return rows;
                }
            }

            foreach (StoredDay[] some in Together(days.Where(day => day.Time is not null)))
            {
                await foreach (TableRows rows in PiecesAsync(table, table.RowsOfDays, [_at, Parameter.Days("days", some.Select(day => day.Time!.Value))], versions, cancellationToken))
                {
                    yield return rows;
                }
            }
        }

        private async IAsyncEnumerable<TableRows> PiecesAsync(KeptTable table, BigQueryScript script, QueryParameter[] parameters, Dictionary<long, string> versions, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            IReadOnlyList<TableColumn> shape = table.Shape;
            int day = table.Columns.Index().FirstOrDefault(column => string.Equals(column.Item.Name, table.Day, StringComparison.Ordinal), (-1, null!)).Index;
            List<object?[]> rows = [];
            (long first, long piece) = (0, 0);
            await foreach (ResultRow row in warehouse.ReadAsync(script, parameters, cancellationToken))
            {
                object?[] cells = KeptRows.Read(row, table.Columns);
                long its = day < 0 ? 0 : FirstOf(KeptRows.Day(cells[day]));
                if (rows.Count > 0 && (its != first || rows.Count == Piece))
                {
                    yield return Made();
                    (piece, rows) = (its == first ? piece + 1 : 0, []);
                }

                first = its;
                rows.Add(cells);
            }

            if (rows.Count > 0)
            {
                yield return Made();
            }

            TableRows Made() => new(table.Name, first + piece, shape, rows) { Version = versions.GetValueOrDefault(first) };
        }

        private static IEnumerable<StoredDay[]> Together(IEnumerable<StoredDay> days)
        {
            List<StoredDay> some = [];
            long rows = 0;
            foreach (StoredDay day in days)
            {
                if (some.Count > 0 && rows + day.Rows > RowsAtOnce)
                {
                    yield return [.. some];
                    (some, rows) = ([], 0);
                }

                some.Add(day);
                rows += day.Rows;
            }

            if (some.Count > 0)
            {
                yield return [.. some];
            }
        }

        private static StoredDay Day(KeptTable table, ResultRow row)
        {
            DateTimeOffset? time = BigQueryRows.OptionalTime(row, "optional_day");
            long rows = BigQueryRows.Number(row, "row_count");
            long first = FirstOf(time is { } day ? DateOnly.FromDateTime(day.UtcDateTime).DayNumber : null);
            return new StoredDay(time, rows, new TableStretch(table.Name, first, first + PiecesOfDay - 1, FormattableString.Invariant($"{rows} {BigQueryRows.Text(row, "mark")}")));
        }

        // Rows without a day come first.
        private static long FirstOf(long? day) => day is { } number ? (number + 1) * PiecesOfDay : 0;

        private sealed record StoredDay(DateTimeOffset? Time, long Rows, TableStretch Stretch);
    }
}
