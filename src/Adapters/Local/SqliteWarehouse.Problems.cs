using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Pipeline.Incidents;
using Pipeline.Problems;

namespace Pipeline.Adapters.Local;

/// <content>The incidents of the problems.</content>
public sealed partial class SqliteWarehouse
{
    private const int StreamedAtOnce = 500;
    private static readonly string[] AskedOf = ["@techCenter", "@ofVariant", "@id", "@from", "@until", "@priority", "@text", "@hasCloseNotes"];

    /// <inheritdoc/>
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) =>
        _file.ListAsync(new SqliteQuery(SqliteProblemDaysSql.Read, []), ReadDay, cancellationToken);

    /// <inheritdoc/>
    public async Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<long> total = await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.CountIncidents(query), AskedOf, Asked(query)), reader => reader.GetInt64(0), cancellationToken);
        return new IncidentPage(total[0], await FindAllAsync(await NumbersAsync(query, cancellationToken), cancellationToken));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, CancellationToken cancellationToken = default) => _file.StreamAsync(
        new SqliteQuery(SqliteWarehouseSql.ReadAnswered, ["@techCenter"], techCenter),
        reader => new AnsweredIncident(reader.GetString(0), SqliteFormat.ReadDate(reader, 1), reader.IsDBNull(2) ? null : reader.GetString(2), reader.GetInt32(3), reader.GetString(4), reader.GetString(5)),
        cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoredIncident> StreamIncidentsAsync(IncidentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        foreach (string[] numbers in (await NumbersAsync(query, cancellationToken)).Chunk(StreamedAtOnce))
        {
            foreach (StoredIncident incident in await FindAllAsync(numbers, cancellationToken))
            {
                yield return incident;
            }
        }
    }

    /// <inheritdoc/>
    public async Task<ProblemValues> CountValuesAsync(string techCenter, int problemId, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<(int Place, ValueCount Count)> rows = await _file.ListAsync(
            new SqliteQuery(SqliteWarehouseSql.CountValues, ["@techCenter", "@id", "@most", "@values"], techCenter, problemId, ProblemValues.MostRead, ProblemValues.MostValues),
            reader => (reader.GetInt32(0), new ValueCount((ValueColumn)reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5))),
            cancellationToken);
        ValueCount all = rows.Single(row => row.Place < 0).Count;
        return new ProblemValues(all.Incidents, all.OfProblem, [.. rows.Where(row => row.Place >= 0).Select(row => row.Count)]);
    }

    // The rows are wide and the order needs little of them: they are read of the numbers that it gives.
    private Task<IReadOnlyList<string>> NumbersAsync(IncidentQuery query, CancellationToken cancellationToken) => _file.ListAsync(
        new SqliteQuery(SqliteWarehouseSql.ListNumbers(query), [.. AskedOf, "@take", "@skip"], [.. Asked(query), query.Take, query.Skip]), reader => reader.GetString(0), cancellationToken);

    private async Task<IReadOnlyList<StoredIncident>> FindAllAsync(IReadOnlyList<string> numbers, CancellationToken cancellationToken)
    {
        Dictionary<string, StoredIncident> found = (await _file.ListAsync(new SqliteQuery(SqliteWarehouseSql.FindAllStored, ["@numbers"], SqliteFormat.Texts(numbers)), ReadStored, cancellationToken))
            .ToDictionary(incident => incident.Incident.Number, StringComparer.Ordinal);
        return [.. numbers.Select(found.GetValueOrDefault).OfType<StoredIncident>()];
    }

    private static object?[] Asked(IncidentQuery query) =>
    [
        query.TechCenter, query.OfVariant, query.Id, SqliteFormat.Date(query.From), SqliteFormat.Date(query.Until), query.Priority, query.Text, query.HasCloseNotes,
    ];

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
