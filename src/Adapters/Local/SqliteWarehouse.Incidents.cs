using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Incidents;

namespace Pipeline.Adapters.Local;

/// <content>Source incidents and the order of their changes.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        var lastRow = new Dictionary<string, int>(incidents.Count, StringComparer.Ordinal);
        for (int i = 0; i < incidents.Count; i++)
        {
            if (string.IsNullOrEmpty(incidents[i].Number))
            {
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"Incident {i} has no number."), nameof(incidents));
            }

            lastRow[incidents[i].Number] = i;
        }

        return _file.WriteAsync((connection, transaction) => Upsert(connection, transaction, incidents, lastRow, _clock.GetUtcNow(), cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadChanges, ["@after", "@limit"], afterSequence, limit), reader => new IncidentChange(reader.GetInt64(0), ReadIncident(reader)), cancellationToken);

    /// <inheritdoc/>
    public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) =>
        _file.ReadAsync(connection => connection.ExecuteScalar<long>(SqliteWarehouseSql.CountChanges, new { after = afterSequence }), cancellationToken);

    private static UpsertOutcome Upsert(SqliteConnection connection, SqliteTransaction transaction, IReadOnlyList<Incident> incidents, Dictionary<string, int> lastRow, DateTimeOffset arrivedAt, CancellationToken cancellationToken)
    {
        using var find = new SqliteStatement(connection, transaction, SqliteWarehouseSql.FindIncident, "@number");
        using var upsert = new SqliteStatement(connection, transaction, SqliteWarehouseSql.UpsertIncident, "@number", "@createdOn", "@updatedOn", "@texts", "@techCenter", "@sequence", "@priority", "@state", "@resolvedOn", "@closeNotes", "@reopenCount", "@location", "@configurationItem", "@arrivedAt");
        long sequence = connection.ExecuteScalar<long>(SqliteWarehouseSql.LastSequence, transaction: transaction);
        (int added, int changed, int unchanged) = (0, 0, 0);
        for (int i = 0; i < incidents.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Incident incident = incidents[i];
            if (lastRow[incident.Number] != i)
            {
                continue;
            }

            IncidentRow row = IncidentRow.Of(incident);
            IncidentRow? stored = FindStored(find, incident.Number);
            if (stored is null)
            {
                added++;
            }
            else if (stored == row || row.IsOlderThan(stored))
            {
                unchanged++;
                continue;
            }
            else
            {
                changed++;
            }

            upsert.Execute(incident.Number, row.CreatedOn, row.UpdatedOn, row.Texts, row.TechCenter, ++sequence, row.Priority, row.State, row.ResolvedOn, row.CloseNotes, row.ReopenCount, row.Location, row.ConfigurationItem, SqliteFormat.Date(arrivedAt));
        }

        return new UpsertOutcome(added, changed, unchanged);
    }

    private static IncidentRow? FindStored(SqliteStatement find, string number)
    {
        using SqliteDataReader reader = find.Query(number);
        return reader.Read()
            ? new IncidentRow(
                Text(reader, 0), Text(reader, 1), reader.GetString(2), reader.GetString(3), Text(reader, 4), Text(reader, 5), Text(reader, 6), Text(reader, 7), reader.IsDBNull(8) ? null : reader.GetInt64(8), Text(reader, 9), Text(reader, 10))
            : null;
    }

    private static Incident ReadIncident(SqliteDataReader reader) => new()
    {
        Number = reader.GetString(1),
        CreatedOn = SqliteFormat.ReadDate(reader, 2),
        UpdatedOn = SqliteFormat.ReadDate(reader, 3),
        Texts = SqliteFormat.ParseTexts(reader.GetString(4)),
        TechCenter = reader.GetString(5),
        Priority = Text(reader, 6),
        State = Text(reader, 7),
        ResolvedOn = SqliteFormat.ReadDate(reader, 8),
        CloseNotes = Text(reader, 9),
        ReopenCount = reader.IsDBNull(10) ? null : reader.GetInt32(10),
        Location = Text(reader, 11),
        ConfigurationItem = Text(reader, 12),
    };

    private static string? Text(SqliteDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>An incident's columns as they are stored, so that two versions compare by value.</summary>
    private sealed record IncidentRow(
        string? CreatedOn, string? UpdatedOn, string Texts, string TechCenter, string? Priority, string? State, string? ResolvedOn, string? CloseNotes, long? ReopenCount, string? Location, string? ConfigurationItem)
    {
        public static IncidentRow Of(Incident incident) => new(
            SqliteFormat.Date(incident.CreatedOn),
            SqliteFormat.Date(incident.UpdatedOn),
            SqliteFormat.Texts(incident.Texts),
            incident.TechCenter,
            incident.Priority,
            incident.State,
            SqliteFormat.Date(incident.ResolvedOn),
            incident.CloseNotes,
            incident.ReopenCount,
            incident.Location,
            incident.ConfigurationItem);

        public bool IsOlderThan(IncidentRow other) =>
            UpdatedOn is not null && other.UpdatedOn is not null && string.CompareOrdinal(UpdatedOn, other.UpdatedOn) < 0;
    }
}
