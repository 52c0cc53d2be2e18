using System.Text.Json;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Intake;

namespace Pipeline.Adapters.Local;

/// <content>The files that were taken in.</content>
public sealed partial class SqliteWarehouse : IIngestionLog
{
    /// <inheritdoc/>
    public Task RecordIngestionAsync(Ingestion ingestion, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ingestion);
        return _file.WriteAsync(
            (connection, transaction) => connection.Execute(
                SqliteWarehouseSql.InsertIngestion,
                new
                {
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
                },
                transaction),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<Ingestion>> ReadIngestionsAsync(int limit, CancellationToken cancellationToken = default) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadIngestions, ["@limit"], limit), ReadIngestion, cancellationToken);

    private static Ingestion ReadIngestion(SqliteDataReader reader)
    {
        Dictionary<RejectKind, int> reasons = (JsonSerializer.Deserialize<Dictionary<string, int>>(reader.GetString(10)) ?? []).ToDictionary(reason => Enum.Parse<RejectKind>(reason.Key), reason => reason.Value);
        return new Ingestion(
            SqliteFormat.ParseDate(reader.GetString(0)), reader.GetDouble(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt64(5), Text(reader, 6),
            reader.GetInt32(7), reader.GetInt32(8), reader.GetInt32(9), reasons, reader.GetInt32(11), reader.GetInt32(12), Text(reader, 13));
    }
}
