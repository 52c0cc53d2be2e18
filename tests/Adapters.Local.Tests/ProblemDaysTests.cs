using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>The counts by problem and day, which are kept as the tables change, hold what counting everything anew gives.</summary>
[TestClass]
public sealed class ProblemDaysTests
{
    private const int Numbers = 40;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly string?[] Priorities = [null, "1 - Critical", "p2", "High", "4 - Low"];

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Whatever_comes_changes_and_goes_the_counts_are_those_of_counting_anew(int seed)
    {
        using TemporaryFolder folder = new();
        string path = Path.Combine(folder.Path, "warehouse.db");
        await using SqliteWarehouse warehouse = new(path);
        Random random = new(seed);
        for (int step = 0; step < 60; step++)
        {
            await ChangeAsync(warehouse, random);
            await ShouldAgreeAsync(warehouse, path);
        }

        // Every row of the other tables is brought into a warehouse that has some of them already, in the order of a backup.
        string restored = Path.Combine(folder.Path, "restored.db");
        await using SqliteWarehouse target = new(restored);
        await ChangeAsync(target, random);
        await using (IWarehouseSnapshot snapshot = await warehouse.OpenSnapshotAsync())
        {
            foreach (string table in snapshot.Tables)
            {
                string.Equals(table, SqliteProblemDaysSql.Table, StringComparison.Ordinal).ShouldBeFalse();
                await foreach (TableRows rows in snapshot.ReadAsync(table))
                {
                    await target.AddRowsAsync(rows);
                }
            }
        }

        await ShouldAgreeAsync(target, restored);
        await target.ClearAsync(await target.ListFilledAsync());
        (await target.CountByDayAsync()).ShouldBeEmpty();
    }

    private static async Task ChangeAsync(SqliteWarehouse warehouse, Random random)
    {
        string[] numbers = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => string.Create(CultureInfo.InvariantCulture, $"INC{random.Next(Numbers)}")).Distinct(StringComparer.Ordinal)];
        switch (random.Next(5))
        {
            case 0:
                await warehouse.EraseAsync(numbers[0]);
                return;
            case 1:
                await warehouse.RemoveAsync([.. (await warehouse.ReadChangesAsync(0, 1_000)).Where(c => numbers.Contains(c.Incident.Number, StringComparer.Ordinal)).Select(c => new IncidentVersion(c.Incident.Number, c.Sequence))]);
                return;
            case 2:
                await warehouse.UpsertIncidentsAsync([.. numbers.Select(number => Incident(number, random))]);
                return;
            default:
                string center = random.Next(2) == 0 ? "Network" : "Voice";
                await warehouse.UpsertIncidentsAsync([.. numbers.Select(number => Incident(number, random) with { TechCenter = center })]);
                await warehouse.SavePreprocessedAsync([.. numbers.Select(number => Ready(number, center))], [], "preprocess", 1);
                await warehouse.SavePredictionsAsync([.. numbers.Select(number => Answer(number, center, random.Next(-1, 3)))]);
                return;
        }
    }

    private static async Task ShouldAgreeAsync(SqliteWarehouse warehouse, string path)
    {
        IReadOnlyList<ProblemDay> kept = await warehouse.CountByDayAsync();
        await using SqliteConnection connection = new($"Data Source={path}");
        string[] anew =
        [
            .. connection.Query(SqliteProblemDaysSql.Count).Select(row => string.Join('|', ((IDictionary<string, object>)row).Values.Select(value => Convert.ToString(value, CultureInfo.InvariantCulture)))),
        ];
        kept.Select(day => string.Create(
                CultureInfo.InvariantCulture,
                $"{day.TechCenter}|{day.ProblemId}|{day.Day:yyyy-MM-dd}|{day.Incidents}|{day.Prioritised}|{day.Urgent}|{day.Followed}|{day.Reopened}|{day.Resolved}|{Math.Round(day.HoursToResolve * 3_600_000):0}"))
            .ShouldBe(anew, ignoreOrder: true);
    }

    private static Incident Incident(string number, Random random)
    {
        DateTimeOffset? created = random.Next(6) == 0 ? null : Start.AddHours(random.Next(90));
        return new Incident
        {
            Number = number,
            CreatedOn = created,
            Texts = [string.Create(CultureInfo.InvariantCulture, $"text {random.Next(1_000)}")],
            TechCenter = random.Next(2) == 0 ? "Network" : "Voice",
            Priority = Priorities[random.Next(Priorities.Length)],
            ReopenCount = random.Next(3) == 0 ? null : random.Next(3),
            ResolvedOn = random.Next(3) == 0 ? null : Start.AddHours(random.Next(200)).AddMilliseconds(random.Next(1_000)),
        };
    }

    private static PreprocessedIncident Ready(string number, string center) => new()
    {
        Number = number,
        CreatedOn = Start,
        TechCenter = center,
        Summary = "text",
        ContentHash = "hash",
        Embedder = "lexical",
        Embedding = new float[] { 1, 2 },
    };

    private static IncidentPrediction Answer(string number, string center, int problem) => new()
    {
        IncidentId = number,
        TechCenter = center,
        ProblemId = problem,
        ProblemLabel = "problem",
        ClusterId = problem,
        ClusterLabel = "cluster",
        DomainId = 1,
        DomainName = "domain",
        Confidence = 0.5,
        PredictedAt = Start,
        ModelVersion = "network/2026_q1",
        ModelPath = "models",
        ContentHash = "hash",
    };
}
