using Microsoft.Data.Sqlite;
using Pipeline.Erasure;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.Local.Tests;

/// <summary>The file itself: what is in it when a process dies, who else has it, and what is said of one that cannot be used.</summary>
[TestClass]
public sealed class SqliteFileTests : IDisposable
{
    private readonly SqliteFolder _folder = new();

    private string DatabasePath => _folder.DatabasePath;

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task What_was_acknowledged_is_in_the_files_of_a_process_that_never_closed_them()
    {
        await using SqliteWarehouse killed = await _folder.OpenAsync();
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
    public async Task Pages_that_were_divided_keep_no_copy_of_an_erased_incident()
    {
        // Numbers that come in no order divide pages in their middle, and leave there what moved away.
        int[] order = [.. Enumerable.Range(0, 1_500).OrderBy(i => i * 2_654_435_761L % 4_093)];
        int[] gone = [.. order.Where(i => i % 50 == 0)];
        await using (SqliteWarehouse warehouse = await _folder.OpenAsync())
        {
            foreach (int[] some in order.Chunk(100))
            {
                await warehouse.UpsertIncidentsAsync([.. some.Select(i => Incident($"number{i:0000}x") with { Texts = [$"text{i:0000}x of some length, as texts have"] })]);
            }

            foreach (int i in gone)
            {
                (await warehouse.EraseAsync($"number{i:0000}x")).Incidents.ShouldBe(1);
            }

            (await warehouse.CountChangesAsync(0)).ShouldBe(order.Length - gone.Length);
        }

        string file = System.Text.Encoding.Latin1.GetString(await File.ReadAllBytesAsync(DatabasePath));
        file.ShouldContain("text0001x");
        gone.Where(i => file.Contains($"number{i:0000}x", StringComparison.Ordinal) || file.Contains($"text{i:0000}x", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(false, DisplayName = "done")]
    [DataRow(true, DisplayName = "given up")]
    public async Task No_file_names_an_incident_whose_erasure_has_ended(bool givenUp)
    {
        await using SqliteWarehouse warehouse = await _folder.OpenAsync();
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
        await using (SqliteWarehouse warehouse = await _folder.OpenAsync())
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

        await using SqliteWarehouse reopened = await _folder.OpenAsync();
        (await reopened.ReadChangesAsync(0, 10)).Single().Sequence.ShouldBe(1);
    }

    [TestMethod]
    public async Task Two_writers_on_one_file_take_turns()
    {
        await using SqliteWarehouse one = await _folder.OpenAsync();
        await using SqliteWarehouse two = await _folder.OpenAsync();
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
        await using (await _folder.OpenAsync())
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
        await using (SqliteWarehouse warehouse = await _folder.OpenAsync())
        {
            await warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
            await warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], null, 2);
        }

        SqliteFolder.Execute(DatabasePath, damage);

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
        await using (SqliteWarehouse warehouse = await _folder.OpenAsync())
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
        SqliteFolder.Execute(DatabasePath, "PRAGMA application_id = 4711");
        await using SqliteWarehouse warehouse = new(DatabasePath);
        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("another program");
    }

    [TestMethod]
    public async Task A_damaged_database_is_an_error_that_tells_what_to_do()
    {
        await using (SqliteWarehouse warehouse = await _folder.OpenAsync())
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
        SqliteFolder.Execute(path, "CREATE TABLE incidents (id INTEGER)");
        byte[] before = await File.ReadAllBytesAsync(path);
        await using SqliteWarehouse warehouse = new(path);

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.InitializeAsync())).Message.ShouldContain("another program");

        (await File.ReadAllBytesAsync(path)).ShouldBe(before);
    }

    [TestMethod]
    public async Task A_warehouse_of_a_newer_program_is_refused()
    {
        await using (await _folder.OpenAsync())
        {
        }

        SqliteFolder.Execute(DatabasePath, "PRAGMA user_version = 99");
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
        SqliteWarehouse warehouse = await _folder.OpenAsync();
        await warehouse.DisposeAsync();
        await warehouse.DisposeAsync();
        await Should.ThrowAsync<ObjectDisposedException>(() => warehouse.CountChangesAsync(0));
        await Should.ThrowAsync<ObjectDisposedException>(() => warehouse.SetSettingAsync("a", "b"));
    }

    [TestMethod]
    public void A_busy_timeout_below_a_second_is_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SqliteWarehouse(DatabasePath, TimeSpan.FromMilliseconds(10))).ParamName.ShouldBe("busyTimeout");
}
