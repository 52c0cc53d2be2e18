using System.Runtime.CompilerServices;
using Npgsql;
using Pipeline.Incidents;
using Pipeline.Problems;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The incidents of the problems.</content>
public sealed partial class PostgreSqlWarehouse
{
    private const int StreamedAtOnce = 500;

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) => _database.ListAsync(PostgreSqlWarehouseSql.CountByDay, ReadDay, cancellationToken);

    /// <inheritdoc/>
    public Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        return _database.ReadAsync(
            async session => new IncidentPage(
                await session.OneAsync<long>(PostgreSqlWarehouseSql.CountIncidents(query), Asked(query)),
                await FindAllAsync(session, await session.ListAsync(PostgreSqlWarehouseSql.ListNumbers(query), Number, Paged(query)))),
            cancellationToken,
            snapshot: true);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) => _database.StreamAsync(
        PostgreSqlWarehouseSql.ReadAnswered,
        reader => new AnsweredIncident(reader.GetString(0), PostgreSqlFormat.DateOrNull(reader, 1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5)),
        [SqlValue.Text("techCenter", techCenter)],
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredIncident> StreamIncidentsAsync(IncidentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<string> all = await _database.ListAsync(PostgreSqlWarehouseSql.ListNumbers(query), Number, cancellationToken, Paged(query));
        foreach (string[] numbers in all.Chunk(StreamedAtOnce))
        {
            foreach (StoredIncident incident in await _database.ReadAsync(session => FindAllAsync(session, numbers), cancellationToken))
            {
                yield return incident;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ProblemValues> CountValuesAsync(string techCenter, int problemId, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<(int Place, ValueCount Count)> rows = await _database.ListAsync(
            PostgreSqlWarehouseSql.CountValues,
            reader => (reader.GetInt32(0), new ValueCount((ValueColumn)reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5))),
            cancellationToken,
            SqlValue.Text("techCenter", techCenter), SqlValue.Whole("id", problemId), SqlValue.Whole("most", ProblemValues.MostRead), SqlValue.Whole("values", ProblemValues.MostValues));
        ValueCount all = rows.Single(row => row.Place < 0).Count;
        return new ProblemValues(all.Incidents, all.OfProblem, [.. rows.Where(row => row.Place >= 0).Select(row => row.Count)]);
    }

    // The rows are wide and the order needs little of them: they are read of the numbers that it gives.
    private static async Task<IReadOnlyList<StoredIncident>> FindAllAsync(PostgreSqlSession session, IReadOnlyList<string> numbers)
    {
        Dictionary<string, StoredIncident> found = (await session.ListAsync(PostgreSqlWarehouseSql.FindStored, ReadStored, SqlValue.Texts("numbers", numbers)))
            .ToDictionary(incident => incident.Incident.Number, StringComparer.Ordinal);
        return [.. numbers.Select(found.GetValueOrDefault).OfType<StoredIncident>()];
    }

    private static string Number(NpgsqlDataReader reader) => reader.GetString(0);

    private static NpgsqlParameter[] Asked(IncidentQuery query) =>
    [
        SqlValue.Text("techCenter", query.TechCenter), SqlValue.Flag("ofVariant", query.OfVariant), SqlValue.Whole("id", query.Id),
        SqlValue.Date("from", query.From), SqlValue.Date("until", query.Until), SqlValue.Text("priority", query.Priority),
        SqlValue.Text("text", query.Text), SqlValue.Flag("hasCloseNotes", query.HasCloseNotes),
    ];

    private static NpgsqlParameter[] Paged(IncidentQuery query) => [.. Asked(query), SqlValue.Whole("take", query.Take), SqlValue.Whole("skip", query.Skip)];

    private static ProblemDay ReadDay(NpgsqlDataReader reader) => new(
        reader.GetString(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateOnly>(2), (int)reader.GetInt64(3))
    {
        Prioritised = (int)reader.GetInt64(4),
        Urgent = (int)reader.GetInt64(5),
        Followed = (int)reader.GetInt64(6),
        Reopened = (int)reader.GetInt64(7),
        Resolved = (int)reader.GetInt64(8),
        HoursToResolve = reader.GetDouble(9),
    };
}
