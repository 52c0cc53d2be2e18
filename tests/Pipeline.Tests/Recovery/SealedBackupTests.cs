using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Encryption;
using Pipeline.Keys;
using Pipeline.Recovery;
using Pipeline.Storage;

namespace Pipeline.Tests.Recovery;

/// <summary>Backups under an envelope key: nobody reads them without it, and whoever lacks it is told before anything is touched.</summary>
[TestClass]
public sealed class SealedBackupTests
{
    [TestMethod]
    public async Task With_a_key_nothing_of_what_is_stored_can_be_read_and_all_of_it_comes_back()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        place.AddKey("2026a");
        BackupManifest full = await place.BackUpAsync();
        await place.AddIncidentsAsync(10_000, 1);
        BackupManifest increment = await place.BackUpAsync(BackupType.Incremental);

        increment.Base.ShouldBe(full.Id);
        (await place.Store.PartsAsync(increment)).ShouldAllBe(part => part.Key == "2026a");
        foreach ((string name, byte[] content) in place.Second.Objects.Where(o => !o.Key.EndsWith("/manifest.json", StringComparison.Ordinal)))
        {
            content.AsSpan().StartsWith("PSE2"u8).ShouldBeTrue(name);
            content.AsSpan().IndexOf("content of"u8).ShouldBe(-1, name);
        }

        BackupVerification found = await new VerifyBackup(place.Store).RunAsync(increment.Id);
        found.Sound.ShouldBeTrue(string.Join(' ', found.Damaged));
        await using SafePlace elsewhere = new(place);
        (await elsewhere.RestoreAsync(new RestoreOrder(increment.Id))).Damaged.ShouldBeEmpty();
        (await elsewhere.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Without_the_key_and_with_another_one_nothing_is_touched_and_the_key_is_named()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        place.AddKey("2026a");
        BackupManifest backup = await place.BackUpAsync();
        await using SafePlace elsewhere = new(place);
        await elsewhere.AddIncidentsAsync(0, 3);
        elsewhere.Keys.Remove("2026a");
        RestoreOrder order = new(backup.Id, Replace: true);

        (await Should.ThrowAsync<ObjectStoreException>(() => elsewhere.RestoreAsync(order))).Message.ShouldContain("Encryption:Keys:2026a is missing");
        (await Should.ThrowAsync<ObjectStoreException>(() => new VerifyBackup(elsewhere.Store).RunAsync(backup.Id))).Message.ShouldContain("2026a");
        elsewhere.AddKey("2026a");
        (await Should.ThrowAsync<ObjectStoreException>(() => elsewhere.RestoreAsync(order))).Message.ShouldContain("the key of that id that is there is another one");

        (await elsewhere.Warehouse.ReadChangesAsync(0, 10)).Count.ShouldBe(3);
        (await elsewhere.Store.ListAsync()).Select(b => b.Id).ShouldBe([backup.Id], "what there is can be listed without a key");
    }

    [TestMethod]
    public async Task A_key_of_a_few_parts_that_is_missing_is_named_before_anything_is_touched()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        place.AddKey("2026a");
        await place.BackUpAsync();
        place.AddKey("2026b");
        await place.AddIncidentsAsync(10_000, 1);
        BackupManifest increment = await place.BackUpAsync(BackupType.Incremental);
        (await place.Store.PartsAsync(increment)).Select(part => part.Key).Distinct(StringComparer.Ordinal).ShouldBe(["2026a", "2026b"], ignoreOrder: true);
        place.Keys.Remove("2026a");

        (await Should.ThrowAsync<ObjectStoreException>(() => place.RestoreAsync(new RestoreOrder(increment.Id, Replace: true)))).Message.ShouldContain("2026a");

        (await place.Warehouse.ReadChangesAsync(10_000, 10)).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_part_that_is_changed_cut_off_or_another_ones_is_named_and_all_others_come_back()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        place.AddKey("2026a");
        BackupManifest backup = await place.BackUpAsync();
        Dictionary<string, BackupPart> parts = (await place.Store.PartsAsync(backup)).Where(part => part.Name is not null).ToDictionary(part => part.Name!, StringComparer.Ordinal);
        (string flipped, string cut, string other) = ("datasets/survey.json", "drift/network.json", "streams/a/log/0000000000000001");
        place.Second.Objects[parts[flipped].Path][^1] ^= 1;
        place.Second.Objects[parts[cut].Path] = place.Second.Objects[parts[cut].Path][..^20];
        place.Second.Objects[parts[other].Path] = place.Second.Objects[parts["hdbscan-models/network/stages.json"].Path];

        IReadOnlyList<string> damaged = (await new VerifyBackup(place.Store).RunAsync(backup.Id)).Damaged;
        await using SafePlace elsewhere = new(place);
        RestoreOutcome outcome = await elsewhere.RestoreAsync(new RestoreOrder(backup.Id));

        outcome.Damaged.ShouldBe(damaged, ignoreOrder: true);
        damaged.Count.ShouldBe(3);
        foreach (string name in (string[])[flipped, cut, other])
        {
            damaged.ShouldContain(problem => problem.Contains($"'{name}'", StringComparison.Ordinal) && problem.Contains("damaged", StringComparison.Ordinal));
        }

        (await elsewhere.StateAsync()).DifferencesFrom(await place.StateAsync()).Count.ShouldBe(3);
    }

    [TestMethod]
    public async Task The_first_backup_under_a_key_is_a_full_one_that_refers_to_nothing_readable()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest open = await place.BackUpAsync();
        place.AddKey("2026a");

        BackupManifest closed = await place.BackUpAsync(BackupType.Incremental);

        closed.Type.ShouldBe(BackupType.Full);
        (await place.Store.PartsAsync(closed)).ShouldAllBe(part => part.Key == "2026a" && part.Path.StartsWith($"backups/{closed.Id}/", StringComparison.Ordinal));
        (await new VerifyBackup(place.Store).RunAsync(open.Id)).Sound.ShouldBeTrue("what was not encrypted is read as it is");
    }

    [TestMethod]
    public async Task A_backup_of_the_first_layout_which_knew_no_keys_is_read_by_a_program_that_has_one()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        BackupManifest backup = await place.BackUpAsync();
        string manifest = $"backups/{backup.Id}/manifest.json", list = $"backups/{backup.Id}/parts.json.gz";
        byte[] parts = Pack(Unpack(place.Second.Objects[list]).Replace("\"key\":null,", "", StringComparison.Ordinal));
        place.Second.Objects[list] = parts;
        place.Second.Objects[manifest] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(place.Second.Objects[manifest])
            .Replace("\"format\": 2", "\"format\": 1", StringComparison.Ordinal).Replace("  \"key\": null,\n", "", StringComparison.Ordinal).Replace(backup.PartsSha256, Convert.ToHexStringLower(SHA256.HashData(parts)), StringComparison.Ordinal));
        place.AddKey("2026a");

        await using SafePlace elsewhere = new(place);
        (await elsewhere.RestoreAsync(new RestoreOrder("latest"))).Damaged.ShouldBeEmpty();

        (await place.Store.FindAsync(backup.Id)).Format.ShouldBe(1);
        (await elsewhere.StateAsync()).DifferencesFrom(await place.StateAsync()).ShouldBeEmpty();
    }

    private static string Unpack(byte[] packed)
    {
        using GZipStream unpacked = new(new MemoryStream(packed), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked);
        return reader.ReadToEnd();
    }

    private static byte[] Pack(string text)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            zip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    [TestMethod]
    public async Task After_the_keys_are_wrapped_anew_the_old_one_may_go()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        EnvelopeSeal seal = new(() => new EnvelopeKeys(place.KeyId, place.Keys.GetValueOrDefault));
        place.AddKey("2026a");
        string log = "streams/desk/log/00000000000000000001";
        await place.Objects.WriteAsync(log, async (target, token) => await target.WriteAsync(seal.Seal(log, "entries"u8), token));
        BackupManifest backup = await place.BackUpAsync();
        StoredState before = await place.StateAsync();
        RewrapFiles rewrap = new(place.Objects, place.Store, seal);
        await Should.ThrowAsync<SettingException>(() => new RewrapFiles(place.Objects, place.Store, EnvelopeSeal.WithoutKeys).RunAsync());
        place.AddKey("2026b");

        RewrapOutcome outcome = await rewrap.RunAsync();
        place.Keys.Remove("2026a");

        outcome.Failed.ShouldBeEmpty();
        outcome.Rewrapped.ShouldBe((await place.Store.PartsAsync(backup)).Count + 2, "each part, the list of them, and the log");
        (await rewrap.RunAsync()).Rewrapped.ShouldBe(0);
        Encoding.UTF8.GetString(seal.Open(log, place.Objects.Objects[log])).ShouldBe("entries");
        (await new VerifyBackup(place.Store).RunAsync(backup.Id)).Sound.ShouldBeTrue();
        await using SafePlace elsewhere = new(place);
        (await elsewhere.RestoreAsync(new RestoreOrder(backup.Id))).Damaged.ShouldBeEmpty();
        before.DifferencesFrom(await place.StateAsync()).ShouldBe([$"the object '{log}'"]);
    }

    [TestMethod]
    public async Task Nothing_is_deleted_while_the_key_of_a_backup_that_stays_is_missing()
    {
        await using SafePlace place = await SafePlace.FilledAsync();
        place.AddKey("2026a");
        await place.BackUpAsync();
        place.Clock.Advance(TimeSpan.FromDays(40));
        BackupManifest kept = await place.BackUpAsync();
        place.AddKey("2026b");
        await place.BackUpAsync();
        place.Keys.Remove("2026a");

        PrunedBackups pruned = await new CreateBackup(place.Warehouse, place.Objects, place.Store, place.Clock).PruneAsync(new BackupOptions());

        (pruned.Deleted.Count, pruned.Unreadable).ShouldBe((0, kept.Id));
    }
}
