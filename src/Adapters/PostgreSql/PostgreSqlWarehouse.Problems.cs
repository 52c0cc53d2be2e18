using Npgsql;
using Pipeline.Problems;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The incidents of the problems.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) => _database.ListAsync(PostgreSqlWarehouseSql.CountByDay, ReadDay, cancellationToken);

    /// <inheritdoc/>
    public Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        NpgsqlParameter[] asked =
        [
            SqlValue.Text("techCenter", query.TechCenter), SqlValue.Flag("ofVariant", query.OfVariant), SqlValue.Whole("id", query.Id),
            SqlValue.Date("from", query.From), SqlValue.Date("until", query.Until), SqlValue.Text("priority", query.Priority),
        ];
        return _database.ReadAsync(
            async session => new IncidentPage(
                await session.OneAsync<long>(PostgreSqlWarehouseSql.CountIncidents, asked),
                await session.ListAsync(PostgreSqlWarehouseSql.ReadIncidents[query.Sort], ReadStored, [.. asked, SqlValue.Whole("take", query.Take), SqlValue.Whole("skip", query.Skip)])),
            cancellationToken,
            snapshot: true);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) => _database.StreamAsync(
        PostgreSqlWarehouseSql.ReadAnswered,
        reader => new AnsweredIncident(reader.GetString(0), PostgreSqlFormat.DateOrNull(reader, 1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5)),
        [SqlValue.Text("techCenter", techCenter)],
        cancellationToken);

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
