using Microsoft.Data.Sqlite;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Problems;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class SqliteWarehouseTests : IDisposable
{
    // Earlier versions kept no counts by day.
    private static readonly string WithoutDays = "DROP TABLE problem_days;" + string.Concat(((string[])["predicted", "forgotten", "moved", "arrived", "removed", "changed"]).Select(name => $"DROP TRIGGER problem_days_{name};"));

    private readonly TemporaryFolder _folder = new();

    private string DatabasePath => _folder.File("data/warehouse.db");

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task What_was_acknowledged_is_there_after_reopening()
    {
        await using (SqliteWarehouse first = await OpenAsync())
        {
            await first.UpsertIncidentsAsync([Incident("A")]);
        }

        await using SqliteWarehouse second = await OpenAsync();
        (await second.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    public async Task What_the_source_says_of_the_handling_is_counted_with_the_problem_s_day()
    {
        await using SqliteWarehouse warehouse = await OpenAsync();
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
        await using SqliteWarehouse warehouse = await OpenAsync();
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
        await using SqliteWarehouse warehouse = await OpenAsync();
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
        await using (SqliteWarehouse first = await OpenAsync())
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

        await using SqliteWarehouse second = await OpenAsync();
        (await second.ReadChangesAsync(0, 10)).Single().Incident.Priority.ShouldBeNull();
        (await second.UpsertIncidentsAsync([Incident("A")])).Unchanged.ShouldBe(1);
        (await second.UpsertIncidentsAsync([Incident("A") with { Priority = "1" }])).Changed.ShouldBe(1);
        (await second.ReadIngestionsAsync(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_prediction_of_an_earlier_version_has_its_cluster_for_a_problem_until_it_is_made_again()
    {
        await using (SqliteWarehouse first = await OpenAsync())
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

        await using SqliteWarehouse second = await OpenAsync();
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
        await using SqliteWarehouse warehouse = await OpenAsync();
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
        await using SqliteWarehouse warehouse = await OpenAsync();
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

    [TestMethod]
    public async Task What_was_acknowledged_is_in_the_files_of_a_process_that_never_closed_them()
    {
        await using SqliteWarehouse killed = await OpenAsync();
        await killed.UpsertIncidentsAsync([Incident("A")]);
        string copy = _folder.File("copy.db");
        foreach (string suffix in (string[])["", "-wal"])
        {
            await using FileStream source = new(DatabasePath + suffix, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            await using FileStream target = File.Create(copy + suffix);
            await source.CopyToAsync(target);
        }

        await using SqliteWarehouse survivor = new(copy);
        await survivor.InitializeAsync();
        (await survivor.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    [DataRow(false, DisplayName = "done")]
    [DataRow(true, DisplayName = "given up")]
    public async Task No_file_names_an_incident_whose_erasure_has_ended(bool givenUp)
    {
        await using SqliteWarehouse warehouse = await OpenAsync();
        ErasureRecord begun = new("e1", "hash", Day(1), "anna") { Number = "INC-KINGFISHER" };
        await warehouse.RecordErasureAsync(begun);
        (await FilesAsync()).ShouldContain("INC-KINGFISHER");

        await warehouse.RecordErasureAsync(givenUp ? begun with { Number = null, Problem = "a model is damaged" } : begun with { Number = null, FinishedAt = Day(2) });

        (await FilesAsync()).ShouldNotContain("INC-KINGFISHER");

        async Task<string> FilesAsync()
        {
            string all = "";
            foreach (string path in ((string[])[DatabasePath, DatabasePath + "-wal"]).Where(File.Exists))
            {
                await using FileStream open = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using StreamReader reader = new(open, System.Text.Encoding.Latin1);
                all += await reader.ReadToEndAsync();
            }

            return all;
        }
    }

    [TestMethod]
    public async Task A_transaction_that_was_never_committed_leaves_nothing()
    {
        await using (SqliteWarehouse warehouse = await OpenAsync())
        {
            await warehouse.UpsertIncidentsAsync([Incident("A")]);
        }

        using (var connection = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            connection.Open();
            using SqliteTransaction transaction = connection.BeginTransaction();
            using SqliteCommand command = connection.CreateCommand();
            command.CommandText = "UPDATE incidents SET change_sequence = 99; DELETE FROM settings";
            command.ExecuteNonQuery();
        }

        await using SqliteWarehouse reopened = await OpenAsync();
        (await reopened.ReadChangesAsync(0, 10)).Single().Sequence.ShouldBe(1);
    }

    [TestMethod]
    public async Task Two_writers_on_one_file_take_turns()
    {
        await using SqliteWarehouse one = await OpenAsync();
        await using SqliteWarehouse two = await OpenAsync();
        await Task.WhenAll(
            Task.Run(() => WriteManyAsync(one, "one")),
            Task.Run(() => WriteManyAsync(two, "two")));
        (await one.CountChangesAsync(0)).ShouldBe(100);

        static async Task WriteManyAsync(SqliteWarehouse warehouse, string name)
        {
            for (int i = 0; i < 50; i++)
            {
                await warehouse.UpsertIncidentsAsync([Incident($"{name} {i}")]);
            }
        }
    }

    [TestMethod]
    public async Task A_file_that_another_program_holds_locked_is_an_error_that_says_so_and_passes()
    {
        await using SqliteWarehouse warehouse = new(DatabasePath, TimeSpan.FromSeconds(1));
        await warehouse.InitializeAsync();
        using (var other = new SqliteConnection($"Data Source={DatabasePath};Pooling=False"))
        {
            other.Open();
            using SqliteTransaction transaction = other.BeginTransaction();
            (await Should.ThrowAsync<WarehouseException>(() => warehouse.UpsertIncidentsAsync([Incident("A")]))).Message.ShouldContain("locked by another program");
        }

        (await warehouse.UpsertIncidentsAsync([Incident("A")])).Added.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_folder_that_cannot_be_made_is_an_error_that_names_it()
    {
        await File.WriteAllTextAsync(_folder.File("plain"), "a file, not a folder");
        await using SqliteWarehouse warehouse = new(_folder.File("plain/warehouse.db"));
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain(_folder.File("plain/warehouse.db"));
    }

    [TestMethod]
    public async Task A_folder_in_the_place_of_the_file_is_an_error_that_says_so()
    {
        Directory.CreateDirectory(DatabasePath);
        await using SqliteWarehouse warehouse = new(DatabasePath);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("is a folder. Name a file.");
    }

    [TestMethod]
    public async Task A_read_only_file_is_an_error_that_says_so()
    {
        await using (await OpenAsync())
        {
        }

        File.SetAttributes(DatabasePath, FileAttributes.ReadOnly);
        await using SqliteWarehouse warehouse = new(DatabasePath);
        if (CanWriteAnyway())
        {
            Assert.Inconclusive("This user may write read-only files: the test needs one who may not.");
        }

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.UpsertIncidentsAsync([Incident("A")]))).Message.ShouldContain("read-only");

        bool CanWriteAnyway()
        {
            try
            {
                File.OpenHandle(DatabasePath, FileMode.Open, FileAccess.Write).Dispose();
                return true;
            }
            catch (UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    [TestMethod]
    public async Task A_file_that_is_no_database_is_refused_and_left_as_it_was()
    {
        string path = _folder.File("notes.txt");
        string text = string.Concat(Enumerable.Repeat("These are my notes.\n", 1000));
        await File.WriteAllTextAsync(path, text);
        await using SqliteWarehouse warehouse = new(path);

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("is not a warehouse");
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.CountChangesAsync(0))).Message.ShouldContain(path);

        (await File.ReadAllTextAsync(path)).ShouldBe(text);
    }

    [TestMethod]
    [DataRow("UPDATE incidents SET texts = '[' WHERE number = 'B'", "table incidents, row 'B'")]
    [DataRow("UPDATE preprocessed_incidents SET embedding = x'0102' WHERE number = 'B'", "table preprocessed_incidents, row 'B'")]
    public async Task A_damaged_value_is_an_error_that_names_its_table_and_row(string damage, string place)
    {
        await using (SqliteWarehouse warehouse = await OpenAsync())
        {
            await warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
            await warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], null, 2);
        }

        Execute(DatabasePath, damage);

        await using SqliteWarehouse damaged = new(DatabasePath);
        WarehouseException error = await Should.ThrowAsync<WarehouseException>(async () =>
        {
            await damaged.ReadChangesAsync(0, 10);
            await damaged.ReadUnpredictedAsync("network", "e", "v", null, 10);
        });
        error.Message.ShouldContain($"'{DatabasePath}' holds a damaged value: {place}. Restore it from a backup");
    }

    [TestMethod]
    public async Task A_damaged_page_is_found_wherever_it_is_and_a_sound_file_has_none()
    {
        await using (SqliteWarehouse warehouse = await OpenAsync())
        {
            await warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 2_000).Select(i => Incident($"N{i}", new string('x', 100)))]);
        }

        (await SqliteFile.FindDamageAsync(DatabasePath)).ShouldBeEmpty();
        long pages = new FileInfo(DatabasePath).Length / 8192;
        byte[] sound = await File.ReadAllBytesAsync(DatabasePath);
        foreach (long page in new[] { pages / 3, pages / 2, pages - 2 })
        {
            byte[] damaged = [.. sound];
            damaged.AsSpan((int)page * 8192, 8192).Clear();
            await File.WriteAllBytesAsync(DatabasePath, damaged);
            (await SqliteFile.FindDamageAsync(DatabasePath)).ShouldNotBeEmpty($"page {page} of {pages}");
        }
    }

    [TestMethod]
    public async Task A_database_of_another_program_is_refused_before_it_has_tables()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(DatabasePath)!);
        Execute(DatabasePath, "PRAGMA application_id = 4711");
        await using SqliteWarehouse warehouse = new(DatabasePath);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("another program");
    }

    [TestMethod]
    public async Task A_damaged_database_is_an_error_that_tells_what_to_do()
    {
        await using (SqliteWarehouse warehouse = await OpenAsync())
        {
            await warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 2000).Select(i => Incident($"{i}"))]);
        }

        await using (FileStream file = File.Open(DatabasePath, FileMode.Open))
        {
            file.Position = 8192;
            file.Write(Enumerable.Repeat((byte)0xAB, (int)file.Length - 8192).ToArray());
        }

        await using SqliteWarehouse damaged = new(DatabasePath);
        (await Should.ThrowAsync<WarehouseException>(() => damaged.ReadChangesAsync(0, 5000))).Message.ShouldContain("is damaged");
    }

    [TestMethod]
    public async Task A_database_of_another_program_is_refused_and_left_as_it_was()
    {
        string path = _folder.File("other.db");
        Execute(path, "CREATE TABLE incidents (id INTEGER)");
        byte[] before = await File.ReadAllBytesAsync(path);
        await using SqliteWarehouse warehouse = new(path);

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("another program");

        (await File.ReadAllBytesAsync(path)).ShouldBe(before);
    }

    [TestMethod]
    public async Task A_warehouse_of_a_newer_program_is_refused()
    {
        await using (await OpenAsync())
        {
        }

        Execute(DatabasePath, "PRAGMA user_version = 99");
        await using SqliteWarehouse warehouse = new(DatabasePath);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("schema version 99");
    }

    [TestMethod]
    public async Task A_full_disk_is_an_error_that_says_so_and_loses_nothing_that_was_stored()
    {
        using var disk = SmallDisk.Mount(_folder.File("disk"), megabytes: 2);
        await using SqliteWarehouse warehouse = new(Path.Combine(disk.Path, "warehouse.db"));
        await warehouse.InitializeAsync();
        await warehouse.UpsertIncidentsAsync([Incident("A")]);

        string text = new('x', 10_000);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 1000).Select(i => Incident($"{i}", text))])))
            .Message.ShouldContain("is full");

        (await warehouse.ReadChangesAsync(0, 10)).Single().Incident.Number.ShouldBe("A");
    }

    [TestMethod]
    public async Task A_closed_warehouse_says_so()
    {
        SqliteWarehouse warehouse = await OpenAsync();
        await warehouse.DisposeAsync();
        await warehouse.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => warehouse.CountChangesAsync(0));
        await Should.ThrowAsync<ObjectDisposedException>(() => warehouse.SetSettingAsync("a", "b"));
    }

    [TestMethod]
    public void A_busy_timeout_below_a_second_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SqliteWarehouse(DatabasePath, TimeSpan.FromMilliseconds(10))).ParamName.ShouldBe("busyTimeout");

    private async Task<SqliteWarehouse> OpenAsync()
    {
        var warehouse = new SqliteWarehouse(DatabasePath);
        await warehouse.InitializeAsync();
        return warehouse;
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
