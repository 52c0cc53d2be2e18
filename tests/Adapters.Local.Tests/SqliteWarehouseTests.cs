using Microsoft.Data.Sqlite;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Problems;
using Pipeline.Storage;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteWarehouseTests : IDisposable
{
    // Earlier versions kept no counts by day.
    private static readonly string WithoutDays = "DROP TABLE problem_days;" + string.Concat(((string[])["predicted", "forgotten", "moved", "arrived", "removed", "changed"]).Select(name => $"DROP TRIGGER problem_days_{name};"));

    private readonly SqliteFolder _folder = new();

    private string DatabasePath => _folder.DatabasePath;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        await using (SqliteWarehouse first = await _folder.OpenAsync())
        {
            await first.UpsertIncidentsAsync([Incident("A")]);
        }

        await using SqliteWarehouse second = await _folder.OpenAsync();
        (await second.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    public async Task What_the_source_says_of_the_handling_is_counted_with_the_problem_s_day()
    {
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
        Incident[] incidents =
        [
            Incident("A") with { Priority = "1 - Critical", ResolvedOn = Day(1).AddHours(6), ReopenCount = 0 },
            Incident("B") with { Priority = "P2", ResolvedOn = Day(1).AddHours(2), ReopenCount = 2 },
            Incident("C") with { Priority = "High", ResolvedOn = Day(1).AddHours(-1) },
            Incident("D") with { Priority = "3 - Moderate", ReopenCount = 0 },
            Incident("E"),
        ];
        await warehouse.UpsertIncidentsAsync(incidents);
        await warehouse.SavePreprocessedAsync([.. incidents.Select(i => Preprocessed(i.Number))], [], "preprocess", 5);
        await warehouse.SavePredictionsAsync([.. incidents.Select(i => Answer(i.Number))]);

        ProblemDay day = (await warehouse.CountByDayAsync()).ShouldHaveSingleItem();

        (day.Incidents, day.Prioritised, day.Urgent, day.Followed, day.Reopened, day.Resolved).ShouldBe((5, 4, 3, 3, 1, 2));
        day.HoursToResolve.ShouldBe(8, 1e-6);
        StoredIncident stored = (await warehouse.FindIncidentAsync("A")).ShouldNotBeNull();
        (stored.Embedder, stored.PredictedAt).ShouldBe(("e", Day(9).AddTicks(7)));
        stored.ArrivedAt.ShouldNotBeNull();
        (await warehouse.ReadIncidentsAsync(new IncidentQuery("network", 7, OfVariant: false) { Priority = "P2" })).Incidents.ShouldHaveSingleItem().Incident.Number.ShouldBe("B");
    }

    [TestMethod]
    public async Task The_first_use_makes_the_tables_and_where_it_fails_the_next_one_tries_again()
    {
        Directory.CreateDirectory(DatabasePath);
        await using SqliteWarehouse warehouse = new(DatabasePath);

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0))).Message.ShouldContain("is a folder. Name a file.");
        Directory.Delete(DatabasePath);

        (await warehouse.CountChangesAsync(0)).ShouldBe(0);
        (await warehouse.ReadPredictedAsync().ToListAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_date_that_cannot_be_and_one_that_stands_alone_do_not_count_as_the_newest()
    {
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
        await warehouse.UpsertIncidentsAsync(
        [
            .. Enumerable.Range(1, 20).Select(day => Incident($"N{day}", createdOn: Day(day).AddYears(-5))),
            Incident("later than all", createdOn: Day(1)),
            Incident("no date at all", createdOn: new DateTimeOffset(9999, 12, 31, 0, 0, 0, TimeSpan.Zero)),
            Incident("before computers", createdOn: new DateTimeOffset(1900, 1, 1, 0, 0, 0, TimeSpan.Zero)),
            Incident("tomorrow's", techCenter: "voice", createdOn: DateTimeOffset.UtcNow.AddYears(10)),
        ]);

        IReadOnlyList<TechCenterStatistics> statistics = await warehouse.ReadStatisticsAsync();

        (statistics[0].OldestIncident, statistics[0].NewestIncident).ShouldBe((Day(1).AddYears(-5), Day(20).AddYears(-5)));
        statistics[1].NewestIncident.ShouldBeNull();
        (statistics[0].Incidents, statistics[1].Incidents).ShouldBe((23, 1));
    }

    [TestMethod]
    public async Task What_is_known_beside_an_incident_comes_back_and_a_change_of_it_is_a_change()
    {
        Incident full = Incident("A") with { Priority = "1", State = "open", ResolvedOn = Day(3), CloseNotes = "replaced", ReopenCount = 2, Location = "HQ", ConfigurationItem = "printer 7" };
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
        await warehouse.UpsertIncidentsAsync([full, Incident("B")]);

        IReadOnlyList<IncidentChange> changes = await warehouse.ReadChangesAsync(0, 10);

        (changes[0].Incident with { Texts = full.Texts }).ShouldBe(full);
        changes[1].Incident.ReopenCount.ShouldBeNull();
        (await warehouse.UpsertIncidentsAsync([full])).ShouldBe(new UpsertOutcome(0, 0, 1));
        (await warehouse.UpsertIncidentsAsync([full with { State = "closed" }])).ShouldBe(new UpsertOutcome(0, 1, 0));
    }

    [TestMethod]
    public async Task A_file_of_an_earlier_version_gets_the_new_columns_and_keeps_its_rows()
    {
        await using (SqliteWarehouse first = await _folder.OpenAsync())
        {
            await first.UpsertIncidentsAsync([Incident("A")]);
        }

        await using (SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = WithoutDays + "DROP INDEX incidents_by_priority;" + string.Concat(((string[])["priority", "state", "resolved_at", "close_notes", "reopen_count", "location", "cmdb_ci"]).Select(name => $"ALTER TABLE incidents DROP COLUMN {name};")) + "DROP TABLE ingestions; PRAGMA user_version = 1;";
            await command.ExecuteNonQueryAsync();
        }

        await using SqliteWarehouse second = await _folder.OpenAsync();
        (await second.ReadChangesAsync(0, 10)).Single().Incident.Priority.ShouldBeNull();
        (await second.UpsertIncidentsAsync([Incident("A")])).Unchanged.ShouldBe(1);
        (await second.UpsertIncidentsAsync([Incident("A") with { Priority = "1" }])).Changed.ShouldBe(1);
        (await second.ReadIngestionsAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_prediction_of_an_earlier_version_has_its_cluster_for_a_problem_until_it_is_made_again()
    {
        await using (SqliteWarehouse first = await _folder.OpenAsync())
        {
            await first.SavePreprocessedAsync([Preprocessed("A")], [], "w", 1);
            await first.SavePredictionsAsync([Answer("A")]);
        }

        await using (SqliteConnection connection = new($"Data Source={DatabasePath};Pooling=False"))
        {
            await connection.OpenAsync();
            await using SqliteCommand command = connection.CreateCommand();
            command.CommandText = WithoutDays + "ALTER TABLE incident_predictions DROP COLUMN predicted_problem_id; ALTER TABLE incident_predictions DROP COLUMN predicted_problem_label; PRAGMA user_version = 3;";
            await command.ExecuteNonQueryAsync();
        }

        await using SqliteWarehouse second = await _folder.OpenAsync();
        (await second.ReadPredictedAsync().SingleAsync()).Prediction.ShouldBe(Answer("A") with { ProblemId = Answer("A").ClusterId, ProblemLabel = Answer("A").ClusterLabel });
        (await second.ReadUnpredictedAsync("network", "e", "network/2026_q2", null, 10)).ShouldHaveSingleItem().Number.ShouldBe("A");

        await second.SavePredictionsAsync([Answer("A")]);
        (await second.ReadPredictedAsync().SingleAsync()).Prediction.ShouldBe(Answer("A"));
        (await second.ReadUnpredictedAsync("network", "e", "network/2026_q2", null, 10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task What_was_taken_in_is_kept_the_newest_first()
    {
        Ingestion Of(string file, string? problem) => new(Day(1), 1.5, "ann", file, "00ff", 1234, "Jira", 10, 8, 2, new Dictionary<RejectKind, int> { [RejectKind.EmptyText] = 2 }, 7, 1, problem);
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
        await warehouse.RecordIngestionAsync(Of("a.csv", null));
        await warehouse.RecordIngestionAsync(Of("b.csv", "too bad"));

        IReadOnlyList<Ingestion> read = await warehouse.ReadIngestionsAsync(10);

        read.Select(i => i.File).ShouldBe(["b.csv", "a.csv"]);
        read[1].RejectReasons.ShouldBe([new(RejectKind.EmptyText, 2)]);
        (read[0] with { RejectReasons = read[1].RejectReasons }).ShouldBe(Of("b.csv", "too bad") with { Id = read[0].Id, RejectReasons = read[1].RejectReasons });
        (read[0].State, read[1].State).ShouldBe((IngestionState.Failed, IngestionState.Accepted));
        (await warehouse.ReadIngestionsAsync(1)).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task What_is_sent_twice_is_begun_once_within_its_time()
    {
        Ingestion Sent(string hash, string? key, int day = 2) => new(Day(day), 0, "ann", "a.csv", hash, 10, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null)
        {
            State = IngestionState.Received,
            Dataset = "incidents",
            IdempotencyKey = key,
            ObjectName = Guid.NewGuid().ToString(),
            Reading = new IntakeOptions { DayFirst = true },
        };
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
        Ingestion first = await warehouse.BeginIngestionAsync(Sent("aa", "key"), Day(1));

        (await warehouse.BeginIngestionAsync(Sent("bb", "key"), Day(1))).Id.ShouldBe(first.Id);
        (await warehouse.BeginIngestionAsync(Sent("aa", null), Day(1))).Id.ShouldBe(first.Id);
        (await warehouse.BeginIngestionAsync(Sent("aa", null) with { Reading = new IntakeOptions() }, Day(1))).Id.ShouldNotBe(first.Id, StringComparer.Ordinal);
        (await warehouse.BeginIngestionAsync(Sent("cc", null) with { ObjectName = first.ObjectName }, Day(1))).Id.ShouldBe(first.Id);
        (await warehouse.BeginIngestionAsync(Sent("dd", "key", day: 4), Day(3))).Id.ShouldNotBe(first.Id, StringComparer.Ordinal);
        (await warehouse.FindIngestionAsync(first.Id))!.Reading.ShouldNotBeNull().DayFirst.ShouldBe(true);

        await warehouse.RecordIngestionAsync(first with { State = IngestionState.Failed, Problem = "too bad" });
        (await warehouse.FindIngestionAsync(first.Id))!.Problem.ShouldBe("too bad");
        (await warehouse.BeginIngestionAsync(Sent("aa", null, day: 3), Day(1))).Id.ShouldNotBe(first.Id, StringComparer.Ordinal);
        (await warehouse.FindIngestionAsync("nobody")).ShouldBeNull();
    }
}
