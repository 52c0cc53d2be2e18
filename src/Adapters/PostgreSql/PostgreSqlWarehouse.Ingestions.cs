using System.Text.Json;
using Npgsql;
using Pipeline.Intake;

namespace Pipeline.Adapters.PostgreSql;

/// <content>The files that were taken in.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return _database.WriteAsync(session => session.RunAsync(PostgreSqlWarehouseSql.UpsertIngestion, Columns(ingestion)), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<Ingestion> BeginIngestionAsync(Ingestion ingestion, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return _database.WriteAsync(
            async session =>
            {
                List<Ingestion> earlier = await session.ListAsync(
                    PostgreSqlWarehouseSql.FindEarlierIngestion,
                    ReadIngestion,
                    SqlValue.Text("id", ingestion.Id), SqlValue.Text("objectName", ingestion.ObjectName), SqlValue.Date("since", since), SqlValue.Text("dataset", ingestion.Dataset),
                    SqlValue.Text("key", ingestion.IdempotencyKey), SqlValue.Text("sha256", ingestion.Sha256.Length > 0 ? ingestion.Sha256 : null), SqlValue.Text("reading", Reading(ingestion)));
                if (earlier is [Ingestion found])
                {
                    return found;
                }

                await session.RunAsync(PostgreSqlWarehouseSql.UpsertIngestion, Columns(ingestion));
                return ingestion;
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<Ingestion?> FindIngestionAsync(string id, CancellationToken cancellationToken = default) =>
        await _database.ListAsync(PostgreSqlWarehouseSql.FindIngestion, ReadIngestion, cancellationToken, SqlValue.Text("id", id)) is [Ingestion found] ? found : null;

    /// <inheritdoc/>
    public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) =>
        _database.ListAsync(PostgreSqlWarehouseSql.ReadIngestions, ReadIngestion, cancellationToken, SqlValue.Whole("limit", limit));

    private static NpgsqlParameter[] Columns(Ingestion ingestion) =>
    [
        SqlValue.Text("id", ingestion.Id),
        SqlValue.Date("started", ingestion.StartedAt),
        SqlValue.Real("seconds", ingestion.Seconds),
        SqlValue.Text("user", ingestion.User),
        SqlValue.Text("file", ingestion.File),
        SqlValue.Text("sha256", ingestion.Sha256),
        SqlValue.Whole("bytes", ingestion.Bytes),
        SqlValue.Text("source", ingestion.Source),
        SqlValue.Whole("rows", ingestion.Rows),
        SqlValue.Whole("accepted", ingestion.Accepted),
        SqlValue.Whole("rejected", ingestion.Rejected),
        SqlValue.Text("reasons", JsonSerializer.Serialize(ingestion.RejectReasons.ToDictionary(reason => reason.Key.ToString(), reason => reason.Value, StringComparer.Ordinal))),
        SqlValue.Whole("added", ingestion.Added),
        SqlValue.Whole("changed", ingestion.Changed),
        SqlValue.Text("problem", ingestion.Problem),
        SqlValue.Text("state", ingestion.State.ToString()),
        SqlValue.Text("dataset", ingestion.Dataset),
        SqlValue.Text("key", ingestion.IdempotencyKey),
        SqlValue.Text("objectName", ingestion.ObjectName),
        SqlValue.Text("reading", Reading(ingestion)),
    ];

    private static string? Reading(Ingestion ingestion) => ingestion.Reading is null ? null : JsonSerializer.Serialize(ingestion.Reading, PipelineJson.Compact);

    private static Ingestion ReadIngestion(NpgsqlDataReader reader)
    {
        Dictionary<RejectKind, int> reasons = (JsonSerializer.Deserialize<Dictionary<string, int>>(reader.GetString(11)) ?? []).ToDictionary(reason => Enum.Parse<RejectKind>(reason.Key), reason => reason.Value);
        return new Ingestion(
            PostgreSqlFormat.Date(reader, 1), reader.GetDouble(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt64(6), PostgreSqlFormat.TextOrNull(reader, 7),
            reader.GetInt32(8), reader.GetInt32(9), reader.GetInt32(10), reasons, reader.GetInt32(12), reader.GetInt32(13), PostgreSqlFormat.TextOrNull(reader, 14))
        {
            Id = reader.GetString(0),
            State = Enum.Parse<IngestionState>(reader.GetString(15)),
            Dataset = PostgreSqlFormat.TextOrNull(reader, 16),
            IdempotencyKey = PostgreSqlFormat.TextOrNull(reader, 17),
            ObjectName = PostgreSqlFormat.TextOrNull(reader, 18),
            Reading = PostgreSqlFormat.TextOrNull(reader, 19) is { } reading ? JsonSerializer.Deserialize<IntakeOptions>(reading, PipelineJson.Compact) : null,
        };
    }
}
