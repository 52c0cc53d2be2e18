using System.Globalization;
using Npgsql;
using Pipeline.Incidents;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Source incidents and the order of their changes.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        Dictionary<string, int> lastRow = new(incidents.Count, StringComparer.Ordinal);
        for (int i = 0; i < incidents.Count; i++)
        {
            lastRow[PostgreSqlFormat.Text(incidents[i].Number) is { Length: > 0 } number
                ? number
                : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Incident {i} has no number."), nameof(incidents))] = i;
        }

        Incident[] rows = [.. lastRow.Values.Order().Select(i => incidents[i])];
        if (rows.Length == 0)
        {
            return Task.FromResult(new UpsertOutcome(0, 0, 0));
        }

        string[] texts = [.. rows.Select(row => PostgreSqlFormat.Texts(row.Texts))];
        cancellationToken.ThrowIfCancellationRequested();
        NpgsqlParameter[] columns =
        [
            SqlValue.Texts("number", rows.Select(row => row.Number)),
            SqlValue.Dates("created", rows.Select(row => row.CreatedOn)),
            SqlValue.Dates("updated", rows.Select(row => row.UpdatedOn)),
            SqlValue.Texts("texts", texts),
            SqlValue.Texts("techCenter", rows.Select(row => row.TechCenter)),
            SqlValue.Texts("priority", rows.Select(row => row.Priority)),
            SqlValue.Texts("state", rows.Select(row => row.State)),
            SqlValue.Dates("resolved", rows.Select(row => row.ResolvedOn)),
            SqlValue.Texts("closeNotes", rows.Select(row => row.CloseNotes)),
            SqlValue.Wholes("reopenCount", rows.Select(row => (long?)row.ReopenCount)),
            SqlValue.Texts("location", rows.Select(row => row.Location)),
            SqlValue.Texts("configurationItem", rows.Select(row => row.ConfigurationItem)),
            SqlValue.Date("arrived", _clock.GetUtcNow()),
        ];
        return _database.WriteAsync(
            async session => (await session.ListAsync(PostgreSqlWarehouseSql.UpsertIncidents, reader => new UpsertOutcome((int)reader.GetInt64(0), (int)reader.GetInt64(1), (int)reader.GetInt64(2)), columns))[0],
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default) => _database.ListAsync(
        PostgreSqlWarehouseSql.ReadChanges, reader => new IncidentChange(reader.GetInt64(0), ReadIncident(reader)), cancellationToken, SqlValue.Whole("after", afterSequence), SqlValue.Whole("limit", limit));

    /// <inheritdoc/>
    public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) =>
        _database.ReadAsync(session => session.OneAsync<long>(PostgreSqlWarehouseSql.CountChanges, SqlValue.Whole("after", afterSequence)), cancellationToken);

    private static Incident ReadIncident(NpgsqlDataReader reader) => new()
    {
        Number = reader.GetString(1),
        CreatedOn = PostgreSqlFormat.DateOrNull(reader, 2),
        UpdatedOn = PostgreSqlFormat.DateOrNull(reader, 3),
        Texts = PostgreSqlFormat.ParseTexts(reader.GetString(4)),
        TechCenter = reader.GetString(5),
        Priority = PostgreSqlFormat.TextOrNull(reader, 6),
        State = PostgreSqlFormat.TextOrNull(reader, 7),
        ResolvedOn = PostgreSqlFormat.DateOrNull(reader, 8),
        CloseNotes = PostgreSqlFormat.TextOrNull(reader, 9),
        ReopenCount = PostgreSqlFormat.WholeOrNull(reader, 10),
        Location = PostgreSqlFormat.TextOrNull(reader, 11),
        ConfigurationItem = PostgreSqlFormat.TextOrNull(reader, 12),
    };
}
