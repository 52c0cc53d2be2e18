using System.Globalization;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Contracts;

/// <summary>The counts by problem and day, where a warehouse keeps them as its tables change, hold what counting everything anew gives. Derive a test class to run it against one.</summary>
public abstract class ProblemDaysContract
{
    private const int Numbers = 40;
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);
    private static readonly string[] Centers = ["Network", "Voice"];
    private static readonly string?[] Priorities = [null, "1 - Critical", "p2", "High", "4 - Low"];

    /// <summary>An empty warehouse that this test has to itself, another one each time; the test class closes it.</summary>
    protected abstract IWarehouse Create();

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    public async Task Whatever_comes_changes_and_goes_the_counts_are_those_of_counting_anew(int seed)
    {
        IWarehouse warehouse = Create();
        Random random = new(seed);
        for (int step = 0; step < 60; step++)
        {
            await ChangeAsync(warehouse, random);
            await ShouldAgreeAsync(warehouse);
        }

        // Every row of the other tables is brought into a warehouse that has some of them already, in the order of a backup.
        IWarehouse target = Create();
        await ChangeAsync(target, random);
        IWarehouseTables tables = (IWarehouseTables)target;
        await using (IWarehouseSnapshot snapshot = await ((IWarehouseTables)warehouse).OpenSnapshotAsync())
        {
            snapshot.Tables.ShouldNotContain("problem_days", StringComparer.Ordinal);
            foreach (string table in snapshot.Tables)
            {
                await foreach (TableRows rows in snapshot.ReadAsync(table))
                {
                    await tables.AddRowsAsync(rows);
                }
            }
        }

        await ShouldAgreeAsync(target);
        await tables.ClearAsync(await tables.ListFilledAsync());
        (await ((IProblemIncidents)target).CountByDayAsync()).ShouldBeEmpty();
    }

    private static async Task ChangeAsync(IWarehouse warehouse, Random random)
    {
        string[] numbers = [.. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => string.Create(CultureInfo.InvariantCulture, $"INC{random.Next(Numbers)}")).Distinct(StringComparer.Ordinal)];
        switch (random.Next(5))
        {
            case 0:
                await ((IRemovals)warehouse).EraseAsync(numbers[0]);
                return;
            case 1:
                await ((IRemovals)warehouse).RemoveAsync([.. (await ((IIncidents)warehouse).ReadChangesAsync(0, 1_000)).Where(c => numbers.Contains(c.Incident.Number, StringComparer.Ordinal)).Select(c => new IncidentVersion(c.Incident.Number, c.Sequence))]);
                return;
            case 2:
                await ((IIncidents)warehouse).UpsertIncidentsAsync([.. numbers.Select(number => Incident(number, random))]);
                return;
            default:
                string center = Centers[random.Next(2)];
                await ((IIncidents)warehouse).UpsertIncidentsAsync([.. numbers.Select(number => Incident(number, random) with { TechCenter = center })]);
                await ((IPreprocessedIncidents)warehouse).SavePreprocessedAsync([.. numbers.Select(number => Ready(number, center))], [], "preprocess", 1);
                await ((IPredictions)warehouse).SavePredictionsAsync([.. numbers.Select(number => Answer(number, center, random.Next(-1, 3)))]);
                return;
        }
    }

    private static async Task ShouldAgreeAsync(IWarehouse warehouse)
    {
        IProblemIncidents problems = (IProblemIncidents)warehouse;
        Dictionary<string, Incident> incidents = (await ((IIncidents)warehouse).ReadChangesAsync(0, 1_000)).ToDictionary(change => change.Incident.Number, change => change.Incident, StringComparer.Ordinal);
        List<(string Center, int Problem, Incident Incident)> answered = [];
        foreach (string center in Centers)
        {
            await foreach (AnsweredIncident answer in problems.ReadAnsweredAsync(center))
            {
                answered.Add((center, answer.ProblemId, incidents[answer.Number]));
            }
        }

        (await problems.CountByDayAsync()).Select(Written).ShouldBe(
            answered.GroupBy(one => (one.Center, one.Problem, Day: one.Incident.CreatedOn is { } created ? DateOnly.FromDateTime(created.UtcDateTime) : (DateOnly?)null)).Select(day =>
            {
                Incident[] counted = [.. day.Select(one => one.Incident)];
                Incident[] resolved = [.. counted.Where(incident => incident.ResolvedOn >= incident.CreatedOn)];
                return Written(new ProblemDay(day.Key.Center, day.Key.Problem, day.Key.Day, counted.Length)
                {
                    Prioritised = counted.Count(incident => incident.Priority is not null),
                    Urgent = counted.Count(incident => incident.Priority is "1 - Critical" or "p2" or "High"),
                    Followed = counted.Count(incident => incident.ReopenCount is not null),
                    Reopened = counted.Count(incident => incident.ReopenCount > 0),
                    Resolved = resolved.Length,
                    HoursToResolve = resolved.Sum(incident => (incident.ResolvedOn!.Value - incident.CreatedOn!.Value).TotalHours),
                });
            }),
            ignoreOrder: true);
    }

    private static string Written(ProblemDay day) => string.Create(
        CultureInfo.InvariantCulture,
        $"{day.TechCenter}|{day.ProblemId}|{day.Day:yyyy-MM-dd}|{day.Incidents}|{day.Prioritised}|{day.Urgent}|{day.Followed}|{day.Reopened}|{day.Resolved}|{Math.Round(day.HoursToResolve * 3_600_000):0}");

    private static Incident Incident(string number, Random random)
    {
        DateTimeOffset? created = random.Next(6) == 0 ? null : Start.AddHours(random.Next(90));
        return new Incident
        {
            Number = number,
            CreatedOn = created,
            Texts = [string.Create(CultureInfo.InvariantCulture, $"text {random.Next(1_000)}")],
            TechCenter = Centers[random.Next(2)],
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
