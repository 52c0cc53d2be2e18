using System.Globalization;
using Microsoft.Data.Sqlite;
using Pipeline.Incidents;
using Pipeline.Problems;

namespace Pipeline.Adapters.Local;

/// <content>The incidents of the problems.</content>
public sealed partial class SqliteWarehouse
{
    private static readonly string[] OfProblem = ["@techCenter", "@ofVariant", "@id", "@from", "@until", "@priority"];

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) =>
        _file.ListAsync(new SqliteQuery(SqliteProblemDaysSql.Read, []), ReadDay, cancellationToken);

    /// <inheritdoc/>
    public async Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        object?[] values = [query.TechCenter, query.OfVariant, query.Id, SqliteFormat.Date(query.From), SqliteFormat.Date(query.Until), query.Priority];
        IReadOnlyList<long> total = await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.CountIncidents, OfProblem, values), reader => reader.GetInt64(0), cancellationToken);
        IReadOnlyList<StoredIncident> page = await _file.ListAsync(
            new SqliteQuery(SqliteWarehouseSql.ReadIncidents[query.Sort], [.. OfProblem, "@take", "@skip"], [.. values, query.Take, query.Skip]), ReadStored, cancellationToken);
        return new IncidentPage(total[0], page);
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadAnswered, ["@techCenter"], techCenter),
        reader => new AnsweredIncident(reader.GetString(0), SqliteFormat.ReadDate(reader, 1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5)),
        cancellationToken);

    private static ProblemDay ReadDay(SqliteDataReader reader) => new(
        reader.GetString(0), reader.GetInt32(1), reader.IsDBNull(2) ? null : DateOnly.ParseExact(reader.GetString(2), "yyyy-MM-dd", CultureInfo.InvariantCulture), reader.GetInt32(3))
    {
        Prioritised = reader.GetInt32(4),
        Urgent = reader.GetInt32(5),
        Followed = reader.GetInt32(6),
        Reopened = reader.GetInt32(7),
        Resolved = reader.GetInt32(8),
        HoursToResolve = reader.GetDouble(9),
    };
}
