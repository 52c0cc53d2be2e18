using System.Text;
using Pipeline.EmergencyStop;
using Pipeline.Recovery;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Tests.Fakes;

namespace Pipeline.Tests.Recovery;

[TestClass]
public sealed class BackupTests
{
    [TestMethod]
    public async Task What_is_restored_elsewhere_is_the_same_to_the_byte_and_everything_may_go_on()
    {
        await using SafePlace lost = await SafePlace.FilledAsync();
        BackupManifest backup = await lost.BackUpAsync();
        await using SafePlace found = new(lost);

        RestoreOutcome outcome = await found.RestoreAsync(new RestoreOrder(backup.Id));

        (await found.StateAsync()).DifferencesFrom(await lost.StateAsync()).ShouldBeEmpty();
        outcome.Damaged.ShouldBeEmpty();
        (outcome.Rows, outcome.Objects).ShouldBe((10_002, 6));
        (backup.Rows, backup.Objects, backup.Warehouse, backup.Base).ShouldBe((10_002, 6, "Sqlite", null));
        (await found.Modes.ReadAsync()).State.ShouldBe(OperatingState.Running);
        (await new VerifyBackup(found.Store).RunAsync(BackupStore.Latest)).Sound.ShouldBeTrue();
        // And what comes in afterwards has a place after all that was there.
        await found.AddIncidentsAsync(20_000, 1);
        (await found.Warehouse.ReadChangesAsync(0, 20_000))[^1].Incident.Number.ShouldBe("INC0020000");
    }

    [TestMethod]
    public async Task An_incremental_backup_writes_what_has_changed_alone_and_nothing_where_nothing_has()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest full = await place.BackUpAsync();
        (await place.TryBackUpAsync(BackupType.Incremental)).ShouldBeNull();

        await place.AddIncidentsAsync(10_000, 1);
        await place.PutAsync("hdbscan-models/network/stages.json", "other stages");
        place.Objects.Objects.Remove("drift/network.json");
        BackupManifest increment = await place.BackUpAsync(BackupType.Incremental);

        increment.Base.ShouldBe(full.Id);
        (await place.Store.PartsAsync(increment)).Where(part => part.Path.Contains(increment.Id, StringComparison.Ordinal)).Select(part => part.Name ?? FormattableString.Invariant($"{part.Table} {part.Number}"))
            .ShouldBe(["incidents 2", "hdbscan-models/network/stages.json"], ignoreOrder: true);
        await using SafePlace found = new(place);
        await found.RestoreAsync(new RestoreOrder(increment.Id));
        (await found.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_tables_are_of_one_moment_however_much_comes_in_meanwhile()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        int written = 0;
        BusyObjectStore busy = new(place.Second, async () =>
        {
            written++;
            await place.AddIncidentsAsync(50_000 + (written * 100), 100);
            await place.Warehouse.SetSettingAsync("written", written.ToString(System.Globalization.CultureInfo.InvariantCulture));
        });

        BackupManifest backup = (await place.TryBackUpAsync(BackupType.Full, busy)).ShouldNotBeNull();

        written.ShouldBeGreaterThan(5);
        await using SafePlace found = new(place);
        await found.RestoreAsync(new RestoreOrder(backup.Id));
        (await found.Warehouse.ReadChangesAsync(0, 100_000)).Count.ShouldBe(10_000);
        (await found.Warehouse.GetSettingAsync("written")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_version_that_is_published_while_the_stages_are_copied_is_in_the_backup()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        bool published = false;
        BusyObjectStore busy = new(place.Second, async () =>
        {
            if (!published && place.Second.Objects.Values.Any(content => Encoding.UTF8.GetString(content).Contains("stages.json", StringComparison.Ordinal)))
            {
                published = true;
                await place.PutAsync("hdbscan-models/network/2026_q2_r2/manifest.json", "new");
                place.Objects.Objects.Remove("streams/a/log/0000000000000001");
                await place.PutAsync("streams/a/log/0000000000000001-0000000000000002", "merged");
            }
        });

        BackupManifest backup = (await place.TryBackUpAsync(BackupType.Full, busy)).ShouldNotBeNull();

        published.ShouldBeTrue();
        string?[] names = [.. (await place.Store.PartsAsync(backup)).Select(part => part.Name)];
        names.ShouldContain("hdbscan-models/network/2026_q2_r2/manifest.json", StringComparer.Ordinal);
        names.ShouldContain("streams/a/log/0000000000000001-0000000000000002", StringComparer.Ordinal);
        names.ShouldNotContain("streams/a/log/0000000000000001", StringComparer.Ordinal);
    }

    [TestMethod]
    public async Task A_damaged_part_is_named_and_all_others_come_back()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        BackupPart[] parts = [.. await place.Store.PartsAsync(backup)];
        BackupPart rows = parts.Single(part => part is { Table: "incidents", Number: 1 }), file = parts.Single(part => part.Name == "datasets/survey.json");
        place.Second.Objects[rows.Path][rows.Size / 2] ^= 1;
        place.Second.Objects.Remove(file.Path);

        (await new VerifyBackup(place.Store).RunAsync(backup.Id)).Damaged.Count.ShouldBe(2);
        await using SafePlace found = new(place);
        RestoreOutcome outcome = await found.RestoreAsync(new RestoreOrder(backup.Id));

        outcome.Damaged.Count.ShouldBe(2);
        outcome.Damaged.ShouldContain(problem => problem.Contains("4096 rows of the table incidents (piece 1)", StringComparison.Ordinal));
        outcome.Damaged.ShouldContain(problem => problem.Contains("datasets/survey.json", StringComparison.Ordinal));
        outcome.Rows.ShouldBe(10_002 - 4096);
        (await found.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBe(["the table incidents", "the object 'datasets/survey.json'"]);
    }

    [TestMethod]
    public async Task What_is_there_stays_without_the_word_to_replace_it_and_goes_with_it()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        StoredState then = await place.StateAsync();
        await place.AddIncidentsAsync(10_000, 5);
        await place.PutAsync("hdbscan-models/network/2026_q3/manifest.json", "later");

        RequestException refused = await Should.ThrowAsync<RequestException>(() => place.RestoreAsync(new RestoreOrder(backup.Id)));
        refused.Message.ShouldContain("--replace");
        (await place.Warehouse.ReadChangesAsync(0, 20_000)).Count.ShouldBe(10_005);
        (await place.Modes.ReadAsync()).State.ShouldBe(OperatingState.Running);

        await place.RestoreAsync(new RestoreOrder(backup.Id, Replace: true));
        (await place.StateAsync()).DifferencesFrom(then).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_part_of_it_is_restored_by_itself()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await place.AddIncidentsAsync(10_000, 5);
        await place.PutAsync("hdbscan-models/network/stages.json", "wrong");

        await place.RestoreAsync(new RestoreOrder(backup.Id, [BackupArea.Models], Replace: true));

        Encoding.UTF8.GetString(place.Objects.Objects["hdbscan-models/network/stages.json"]).ShouldBe("the content of hdbscan-models/network/stages.json");
        (await place.Warehouse.ReadChangesAsync(0, 20_000)).Count.ShouldBe(10_005);
        BackupManifest models = await place.BackUpAsync(BackupType.Models);
        (models.Rows, models.Objects).ShouldBe((0, 3));
        (await Should.ThrowAsync<RequestException>(() => place.RestoreAsync(new RestoreOrder(models.Id, [BackupArea.Data], Replace: true)))).Message.ShouldContain("holds models alone");
    }

    [TestMethod]
    public async Task A_moment_is_restored_from_the_last_backup_before_it()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest full = await place.BackUpAsync();
        await place.AddIncidentsAsync(10_000, 1);
        BackupManifest second = await place.BackUpAsync(BackupType.Incremental);
        await place.AddIncidentsAsync(10_001, 1);
        await place.BackUpAsync(BackupType.Incremental);

        await using SafePlace found = new(place);
        (await found.RestoreAsync(new RestoreOrder(full.Id, To: second.At.AddMinutes(5)))).Id.ShouldBe(second.Id);
        (await found.Warehouse.ReadChangesAsync(0, 20_000)).Count.ShouldBe(10_001);
        (await Should.ThrowAsync<RequestException>(() => found.RestoreAsync(new RestoreOrder("latest", To: full.At.AddMinutes(-1), Replace: true)))).Message.ShouldContain("The oldest backup of these");
    }

    [TestMethod]
    public async Task What_a_newer_program_or_another_kind_of_warehouse_made_is_refused_before_anything_is_touched()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        string manifest = $"backups/{backup.Id}/manifest.json";
        byte[] sound = place.Second.Objects[manifest];
        foreach ((string from, string to, string told) in ((string, string, string)[])[("\"warehouseSchema\": ", "\"warehouseSchema\": 9", "newer program"), ("\"format\": ", "\"format\": 9", "newer program"), ("\"Sqlite\"", "\"BigQuery\"", "of the kind BigQuery")])
        {
            place.Second.Objects[manifest] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(sound).Replace(from, to, StringComparison.Ordinal));
            (await Should.ThrowAsync<RequestException>(() => place.RestoreAsync(new RestoreOrder(backup.Id, Replace: true)))).Message.ShouldContain(told);
        }

        (await place.Warehouse.ReadChangesAsync(0, 20_000)).Count.ShouldBe(10_000);
    }

    [TestMethod]
    public async Task A_restore_that_was_cut_short_leaves_all_halted_and_the_same_one_goes_on()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await using SafePlace found = new(place);
        InterruptedObjectStore interrupted = new(found.Objects, () => throw new ObjectStoreException("The store is gone."));

        await Should.ThrowAsync<ObjectStoreException>(() => found.RestoreAsync(new RestoreOrder(backup.Id), interrupted));

        (await found.Modes.ReadAsync()).State.ShouldBe(OperatingState.Halted);
        (await found.Modes.ReadAsync()).Reason!.ShouldContain(backup.Id);
        await found.RestoreAsync(new RestoreOrder(backup.Id));
        (await found.Modes.ReadAsync()).State.ShouldBe(OperatingState.Running);
        (await found.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Backups_go_when_they_are_too_old_and_what_others_refer_to_stays()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest full = await place.BackUpAsync();
        await place.Second.WriteAsync("backups/20200101T000000000-full-dead/objects/left", (target, token) => Task.CompletedTask);
        place.Clock.Advance(TimeSpan.FromDays(20));
        await place.AddIncidentsAsync(10_000, 1);
        BackupManifest increment = await place.BackUpAsync(BackupType.Incremental);
        place.Clock.Advance(TimeSpan.FromDays(15));

        PrunedBackups pruned = await new CreateBackup(place.Warehouse, place.Objects, place.Store, place.Clock).PruneAsync(new BackupOptions());

        pruned.Deleted.ShouldBe([full.Id]);
        pruned.Unreadable.ShouldBeNull();
        (await place.Store.ListAsync()).Select(b => b.Id).ShouldBe([increment.Id]);
        (await new VerifyBackup(place.Store).RunAsync(increment.Id)).Sound.ShouldBeTrue();
        place.Second.Objects.Keys.ShouldNotContain(name => name.EndsWith("/left", StringComparison.Ordinal));
        (await place.Store.PartsAsync(increment)).Select(part => part.Path).Concat([$"backups/{increment.Id}/manifest.json", $"backups/{increment.Id}/parts.json.gz"]).Distinct(StringComparer.Ordinal)
            .ShouldBe(place.Second.Objects.Keys, ignoreOrder: true);
    }

    [TestMethod]
    public async Task What_is_half_restored_is_not_backed_up_and_latest_goes_on_with_what_was_begun()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await using SafePlace found = new(place);
        await CutShortAsync(found, backup.Id);
        foreach (BackupType type in Enum.GetValues<BackupType>())
        {
            (await Should.ThrowAsync<RequestException>(() => found.TryBackUpAsync(type))).Message.ShouldContain(backup.Id);
        }

        await place.AddIncidentsAsync(10_000, 1);
        await place.BackUpAsync();
        (await found.RestoreAsync(new RestoreOrder(BackupStore.Latest))).Id.ShouldBe(backup.Id);
        (await found.TryBackUpAsync(BackupType.Full)).ShouldNotBeNull();
    }

    [TestMethod]
    public async Task A_backup_into_which_a_restore_falls_does_not_come_to_be()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        bool restored = false;
        BusyObjectStore busy = new(place.Second, async () =>
        {
            if (!restored)
            {
                restored = true;
                place.Clock.Advance(TimeSpan.FromSeconds(1));
                await place.RestoreAsync(new RestoreOrder(backup.Id, Replace: true));
            }
        });

        await Should.ThrowAsync<RequestException>(() => place.TryBackUpAsync(BackupType.Full, busy));

        restored.ShouldBeTrue();
        (await place.Store.ListAsync()).Select(b => b.Id).ShouldBe([backup.Id]);
    }

    [TestMethod]
    public async Task Who_ends_the_halt_of_a_restore_ends_the_leave_to_go_over_what_is_there()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await using SafePlace found = new(place);
        await CutShortAsync(found, backup.Id);
        await found.Modes.SetAsync(OperatingState.Running, "an admin", null);
        await found.AddIncidentsAsync(20_000, 7);
        found.Clock.Advance(TimeSpan.FromHours(1));
        await found.Modes.SetAsync(OperatingState.Halted, "an admin", "something else");

        (await Should.ThrowAsync<RequestException>(() => found.RestoreAsync(new RestoreOrder(backup.Id)))).Message.ShouldContain("--replace");

        (await found.Warehouse.ReadChangesAsync(0, 20_000)).Count.ShouldBe(10_007);
        (await found.TryBackUpAsync(BackupType.Full)).ShouldNotBeNull();
    }

    [TestMethod]
    public async Task What_only_answered_before_a_restore_only_answers_after_it()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await using SafePlace found = new(place);
        await found.Modes.SetAsync(OperatingState.ReadOnly, "an admin", "a look at it");

        await CutShortAsync(found, backup.Id);
        await found.RestoreAsync(new RestoreOrder(backup.Id));

        OperatingMode mode = await found.Modes.ReadAsync();
        (mode.State, mode.Who, mode.Reason).ShouldBe((OperatingState.ReadOnly, "an admin", "a look at it"));
    }

    [TestMethod]
    public async Task Nothing_is_deleted_while_a_backup_that_stays_cannot_be_read()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        await place.BackUpAsync();
        place.Clock.Advance(TimeSpan.FromDays(40));
        await place.AddIncidentsAsync(10_000, 1);
        BackupManifest increment = await place.BackUpAsync(BackupType.Incremental);
        place.Clock.Advance(TimeSpan.FromDays(2));
        await place.BackUpAsync();
        string manifest = $"backups/{increment.Id}/manifest.json", list = $"backups/{increment.Id}/parts.json.gz";
        (byte[] sound, byte[] soundList) = (place.Second.Objects[manifest], place.Second.Objects[list]);
        byte[] newer = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(sound).Replace("\"format\": ", "\"format\": 9", StringComparison.Ordinal));
        int there = place.Second.Objects.Count;
        CreateBackup create = new(place.Warehouse, place.Objects, place.Store, place.Clock);
        foreach ((byte[] unread, byte[] unreadList) in ((byte[], byte[])[])[(newer, soundList), ([], soundList), (sound, [])])
        {
            (place.Second.Objects[manifest], place.Second.Objects[list]) = (unread, unreadList);
            PrunedBackups held = await create.PruneAsync(new BackupOptions());
            (held.Deleted.Count, held.Unreadable).ShouldBe((0, increment.Id));
            place.Second.Objects.Count.ShouldBe(there);
        }

        (place.Second.Objects[manifest], place.Second.Objects[list]) = (sound, soundList);
        (await create.PruneAsync(new BackupOptions())).Deleted.Count.ShouldBe(1);
        (await new VerifyBackup(place.Store).RunAsync(increment.Id)).Sound.ShouldBeTrue();
    }

    [TestMethod]
    public async Task What_lies_beside_the_backups_hides_none_and_stays()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        await place.Second.WriteAsync("backups/manifest.json", (target, token) => Task.CompletedTask);

        (await place.Store.ListAsync()).Select(b => b.Id).ShouldBe([backup.Id]);
        await new CreateBackup(place.Warehouse, place.Objects, place.Store, place.Clock).PruneAsync(new BackupOptions());
        place.Second.Objects.Keys.ShouldContain("backups/manifest.json", StringComparer.Ordinal);
    }

    private static async Task CutShortAsync(SafePlace place, string id) => await Should.ThrowAsync<ObjectStoreException>(
        () => place.RestoreAsync(new RestoreOrder(id), new InterruptedObjectStore(place.Objects, () => throw new ObjectStoreException("The store is gone."))));

    [TestMethod]
    public async Task Without_a_second_store_the_setting_is_named()
    {
        await using SafePlace place = await SafePlace.FilledAsync();

        (await Should.ThrowAsync<SettingException>(() => new CreateBackup(place.Warehouse, place.Objects, new BackupStore(null), place.Clock).RunAsync(BackupType.Full, "test"))).Setting.ShouldBe("Backup:Kind");
    }
}
