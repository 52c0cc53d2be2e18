using Npgsql;
using Pipeline.Classification;
using Pipeline.Incidents;

namespace Pipeline.Adapters.PostgreSql;

/// <content>Predictions, and the counts over all tables.</content>
public sealed partial class PostgreSqlWarehouse
{
    /// <inheritdoc/>
    public Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default)
    {
        // Of two predictions of an incident the later one counts.
        IncidentPrediction[] rows = [.. predictions.GroupBy(p => p.IncidentId, StringComparer.Ordinal).Select(same => same.Last())];
        if (rows.Length == 0)
        {
            return Task.CompletedTask;
        }

        NpgsqlParameter[] columns =
        [
            SqlValue.Texts("incidentId", rows.Select(p => p.IncidentId)),
            SqlValue.Texts("techCenter", rows.Select(p => p.TechCenter)),
            SqlValue.Wholes("problemId", rows.Select(p => (long?)p.ProblemId)),
            SqlValue.Texts("problemLabel", rows.Select(p => p.ProblemLabel)),
            SqlValue.Wholes("clusterId", rows.Select(p => (long?)p.ClusterId)),
            SqlValue.Texts("clusterLabel", rows.Select(p => p.ClusterLabel)),
            SqlValue.Wholes("domainId", rows.Select(p => (long?)p.DomainId)),
            SqlValue.Texts("domainName", rows.Select(p => p.DomainName)),
            SqlValue.Reals("confidence", rows.Select(p => (double?)p.Confidence)),
            SqlValue.Dates("predicted", rows.Select(p => (DateTimeOffset?)p.PredictedAt)),
            SqlValue.Texts("modelVersion", rows.Select(p => p.ModelVersion)),
            SqlValue.Texts("modelPath", rows.Select(p => p.ModelPath)),
            SqlValue.Texts("contentHash", rows.Select(p => p.ContentHash)),
        ];
        return _database.WriteAsync(
            async session => await session.RunAsync(PostgreSqlWarehouseSql.ChangePredictions, columns) + await session.RunAsync(PostgreSqlWarehouseSql.AddPredictions, columns),
            cancellationToken);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default) => _database.StreamAsync(
        PostgreSqlWarehouseSql.ReadPredicted,
        reader => new PredictedIncident(ReadPrediction(reader), PostgreSqlFormat.DateOrNull(reader, 13), reader.GetString(14)),
        [SqlValue.Text("techCenter", techCenter)],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default) => _database.ReadAsync<IReadOnlyList<TechCenterStatistics>>(
        async session =>
        {
            List<TechCenterStatistics> counts = await session.ListAsync(
                PostgreSqlWarehouseSql.ReadStatistics,
                reader => new TechCenterStatistics(
                    reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), null, PostgreSqlFormat.DateOrNull(reader, 5), PostgreSqlFormat.DateOrNull(reader, 6)),
                SqlValue.Date("earliest", NewestDate.Earliest));
            ILookup<string, (DateTimeOffset, long)> dates = (await session.ListAsync(
                PostgreSqlWarehouseSql.ReadNewestDates,
                reader => (Center: reader.GetString(0), Date: PostgreSqlFormat.Date(reader, 1)),
                SqlValue.Texts("techCenters", counts.Select(c => c.TechCenter)),
                SqlValue.Wholes("depths", counts.Select(c => (long?)NewestDate.Depth(c.Incidents))),
                SqlValue.Date("earliest", NewestDate.Earliest),
                SqlValue.Date("latest", NewestDate.Latest(_clock)))).ToLookup(row => row.Center, row => (row.Date, 1L), StringComparer.Ordinal);
            return [.. counts.Select(c => c with { NewestIncident = NewestDate.Of(dates[c.TechCenter], c.Incidents) })];
        },
        cancellationToken,
        snapshot: true);

    private static IncidentPrediction ReadPrediction(NpgsqlDataReader reader) => new()
    {
        IncidentId = reader.GetString(0),
        TechCenter = reader.GetString(1),
        ClusterId = reader.GetInt32(2),
        ClusterLabel = reader.GetString(3),
        DomainId = reader.GetInt32(4),
        DomainName = reader.GetString(5),
        Confidence = reader.GetDouble(6),
        PredictedAt = PostgreSqlFormat.Date(reader, 7),
        ModelVersion = reader.GetString(8),
        ModelPath = reader.GetString(9),
        ContentHash = reader.GetString(10),
        ProblemId = reader.GetInt32(11),
        ProblemLabel = reader.GetString(12),
    };
}
