using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Intake;

namespace Pipeline.Adapters.Local;

/// <content>The files that were taken in.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return _file.WriteAsync((connection, transaction) => connection.Execute(SqliteWarehouseSql.UpsertIngestion, Columns(ingestion), transaction), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return _file.WriteAsync(
            (connection, transaction) =>
            {
                string? reading = Reading(ingestion);
                using (SqliteStatement find = new(connection, transaction, SqliteWarehouseSql.FindEarlierIngestion, "@id", "@objectName", "@since", "@dataset", "@key", "@sha256", "@reading"))
                using (SqliteDataReader reader = find.Query(ingestion.Id, ingestion.ObjectName, SqliteFormat.Date(since), ingestion.Dataset, ingestion.IdempotencyKey, ingestion.Sha256.Length > 0 ? ingestion.Sha256 : null, reading))
                {
                    if (reader.Read())
                    {
                        return ReadIngestion(reader);
                    }
                }

                connection.Execute(SqliteWarehouseSql.UpsertIngestion, Columns(ingestion), transaction);
                return ingestion;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default) =>
        await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.FindIngestion, ["@id"], id), ReadIngestion, cancellationToken) is [Ingestion found, ..] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadIngestions, ["@limit"], limit), ReadIngestion, cancellationToken);

    private static object Columns(Ingestion ingestion) => new
    {
        id = ingestion.Id,
        startedAt = SqliteFormat.Date(ingestion.StartedAt),
        seconds = ingestion.Seconds,
        user = ingestion.User,
        file = ingestion.File,
        sha256 = ingestion.Sha256,
        bytes = ingestion.Bytes,
        source = ingestion.Source,
        rows = ingestion.Rows,
        accepted = ingestion.Accepted,
        rejected = ingestion.Rejected,
        reasons = JsonSerializer.Serialize(ingestion.RejectReasons.ToDictionary(reason => reason.Key.ToString(), reason => reason.Value, StringComparer.Ordinal)),
        added = ingestion.Added,
        changed = ingestion.Changed,
        problem = ingestion.Problem,
        state = ingestion.State.ToString(),
        dataset = ingestion.Dataset,
        key = ingestion.IdempotencyKey,
        objectName = ingestion.ObjectName,
        reading = Reading(ingestion),
    };

    private static string? Reading(Ingestion ingestion) => ingestion.Reading is null ? null : JsonSerializer.Serialize(ingestion.Reading, PipelineJson.Compact);

    private static Ingestion ReadIngestion(SqliteDataReader reader)
    {
        Dictionary<RejectKind, int> reasons = (JsonSerializer.Deserialize<Dictionary<string, int>>(reader.GetString(10)) ?? []).ToDictionary(reason => Enum.Parse<RejectKind>(reason.Key), reason => reason.Value);
        return new Ingestion(
            SqliteFormat.ParseDate(reader.GetString(0)), reader.GetDouble(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), Text(reader, 6),
            reader.GetInt32(7), reader.GetInt32(8), reader.GetInt32(9), reasons, reader.GetInt32(11), reader.GetInt32(12), Text(reader, 13))
        {
            Id = reader.GetString(14),
            State = Enum.Parse<IngestionState>(reader.GetString(15)),
            Dataset = Text(reader, 16),
            IdempotencyKey = Text(reader, 17),
            ObjectName = Text(reader, 18),
            Reading = Text(reader, 19) is { } reading ? JsonSerializer.Deserialize<IntakeOptions>(reading, PipelineJson.Compact) : null,
        };
    }
}
