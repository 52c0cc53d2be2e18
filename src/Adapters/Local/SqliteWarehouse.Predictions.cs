using Microsoft.Data.Sqlite;
using Pipeline.Classification;
using Pipeline.Incidents;

namespace Pipeline.Adapters.Local;

/// <content>Predictions, and the counts over all tables.</content>
public sealed partial class SqliteWarehouse
{
    /// <inheritdoc/>
    public Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default) => _file.WriteAsync(
        (connection, transaction) =>
        {
            using var upsert = new SqliteStatement(
                connection,
                transaction,
                SqliteWarehouseSql.UpsertPrediction,
                "@incidentId", "@techCenter", "@problemId", "@problemLabel", "@clusterId", "@clusterLabel", "@domainId", "@domainName", "@confidence", "@predictedAt", "@modelVersion", "@modelPath", "@contentHash");
            int stored = 0;
            foreach (IncidentPrediction prediction in predictions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                stored += upsert.Execute(
                    prediction.IncidentId,
                    prediction.TechCenter,
                    prediction.ProblemId,
                    prediction.ProblemLabel,
                    prediction.ClusterId,
                    prediction.ClusterLabel,
                    prediction.DomainId,
                    prediction.DomainName,
                    prediction.Confidence,
                    SqliteFormat.Date(prediction.PredictedAt),
                    prediction.ModelVersion,
                    prediction.ModelPath,
                    prediction.ContentHash);
            }

            return stored;
        },
        cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadPredicted, ["@techCenter"], techCenter),
        reader => new PredictedIncident(ReadPrediction(reader), SqliteFormat.ReadDate(reader, 13), reader.GetString(14)),
        cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<PredictedDate> ReadPredictedDatesAsync(string techCenter, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadPredictedDates, ["@techCenter"], techCenter),
        reader => new PredictedDate(reader.GetInt32(0), reader.GetInt32(1), SqliteFormat.ReadDate(reader, 2)),
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default) => _file.ReadAsync<IReadOnlyList<TechCenterStatistics>>(
        connection =>
        {
            using var query = new SqliteStatement(connection, null, SqliteWarehouseSql.ReadStatistics, "@earliest");
            using SqliteDataReader reader = query.Query(SqliteFormat.Date(NewestDate.Earliest));
            using var dates = new SqliteStatement(connection, null, SqliteWarehouseSql.ReadNewestDates, "@techCenter", "@earliest", "@latest", "@limit");
            var statistics = new List<TechCenterStatistics>();
            while (reader.Read())
            {
                (string center, long incidents) = (reader.GetString(0), reader.GetInt64(1));
                statistics.Add(new TechCenterStatistics(
                    center, incidents, reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), Newest(dates, center, incidents), SqliteFormat.ReadDate(reader, 5), SqliteFormat.ReadDate(reader, 6)));
            }

            return statistics;
        },
        cancellationToken);

    private DateTimeOffset? Newest(SqliteStatement dates, string techCenter, long incidents)
    {
        var newest = new List<(DateTimeOffset Date, long Count)>();
        using SqliteDataReader reader = dates.Query(techCenter, SqliteFormat.Date(NewestDate.Earliest), SqliteFormat.Date(NewestDate.Latest(_clock)), NewestDate.Depth(incidents));
        while (reader.Read())
        {
            newest.Add((SqliteFormat.ParseDate(reader.GetString(0)), 1));
        }

        return NewestDate.Of(newest, incidents);
    }

    private static IncidentPrediction ReadPrediction(SqliteDataReader reader) => new()
    {
        IncidentId = reader.GetString(0),
        TechCenter = reader.GetString(1),
        ClusterId = reader.GetInt32(2),
        ClusterLabel = reader.GetString(3),
        DomainId = reader.GetInt32(4),
        DomainName = reader.GetString(5),
        Confidence = reader.GetDouble(6),
        PredictedAt = SqliteFormat.ParseDate(reader.GetString(7)),
        ModelVersion = reader.GetString(8),
        ModelPath = reader.GetString(9),
        ContentHash = reader.GetString(10),
        ProblemId = reader.GetInt32(11),
        ProblemLabel = reader.GetString(12),
    };
}
