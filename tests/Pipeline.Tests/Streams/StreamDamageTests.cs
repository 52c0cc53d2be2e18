using System.Globalization;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Fakes;
using static Pipeline.Tests.Streams.StreamStory;

namespace Pipeline.Tests.Streams;

/// <summary>Streams whose snapshots or log are damaged.</summary>
[TestClass]
public sealed class StreamDamageTests
{
    [TestMethod]
    public async Task A_damaged_snapshot_is_passed_over_for_the_one_before_and_that_is_said()
    {
        await using StreamBed bed = new();
        await FillAsync(bed);
        await bed.Keep.BackUpAsync(StreamBed.Name);
        byte[] expected = await bed.StateAsync();
        FragileStore copy = new(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal)));
        copy.Objects[copy.Objects.Keys.Last(k => k.Contains("/snapshots/", StringComparison.Ordinal))][100] ^= 1;

        await using StreamBed revived = new(copy);

        (await revived.StateAsync()).ShouldBe(expected);
        StreamOpening opening = revived.Openings.ShouldHaveSingleItem();
        opening.Damaged.ShouldHaveSingleItem().ShouldContain("damaged");
        opening.Snapshot.ShouldNotBeNull();
        opening.Replayed.ShouldBeGreaterThan(0);
        (await revived.Browse.StatsAsync(StreamBed.Name)).Opened.Damaged.Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task Verification_finds_a_flipped_bit_wherever_it_is()
    {
        await using StreamBed bed = new();
        await FillAsync(bed);
        await bed.Keep.BackUpAsync(StreamBed.Name);
        (await bed.Keep.VerifyAsync(StreamBed.Name)).ShouldSatisfyAllConditions(v => v.Sound.ShouldBeTrue(), v => v.Replayed.ShouldBe(true), v => v.Problems.ShouldBeEmpty());

        foreach (string name in bed.Store.Content().Select(o => o.Key).Where(k => k.Contains("/log/", StringComparison.Ordinal) || k.Contains("/snapshots/", StringComparison.Ordinal)))
        {
            byte[] content = bed.Store.Objects[name];
            content[content.Length / 2] ^= 4;

            StreamVerification found = await bed.Keep.VerifyAsync(StreamBed.Name);

            found.Sound.ShouldBeFalse();
            found.Problems.ShouldHaveSingleItem().ShouldContain(name);
            content[content.Length / 2] ^= 4;
        }
    }

    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public async Task A_stream_whose_log_does_not_let_it_open_is_verified_and_its_snapshots_are_listed(bool isGone)
    {
        await using StreamBed bed = new();
        await FillAsync(bed);
        await SendAsync(bed, 100, 105);
        await SendAsync(bed, 105, 110);
        FragileStore store = new(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal)));
        string part = store.Objects.Keys.Last(k => k.EndsWith("/log/0000000000000101", StringComparison.Ordinal));
        if (isGone)
        {
            store.Objects.Remove(part);
        }
        else
        {
            store.Objects[part][40] ^= 1;
        }

        await using StreamBed broken = new(store, bed.Clock);
        await Should.ThrowAsync<ObjectStoreException>(broken.StateAsync);

        StreamVerification found = await broken.Keep.VerifyAsync(StreamBed.Name);

        found.Sound.ShouldBeFalse();
        found.Problems.ShouldHaveSingleItem().ShouldContain(isGone ? "lacks the entries from 101 to 105" : part);
        (await broken.Keep.BackupsAsync(StreamBed.Name)).ShouldBe(await bed.Keep.BackupsAsync(StreamBed.Name));
    }

    [TestMethod]
    public async Task A_moment_before_a_damaged_last_part_of_the_log_is_restored_and_the_part_is_put_aside_and_named()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        await SendAsync(bed, 0, 30);
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        string before = bed.Clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(bed, 30, 40);
        FragileStore store = new(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal)));
        string last = store.Objects.Keys.Last(k => k.Contains("/log/", StringComparison.Ordinal));
        store.Objects[last][40] ^= 1;
        await using StreamBed broken = new(store, bed.Clock);
        await Should.ThrowAsync<ObjectStoreException>(broken.StateAsync);

        StreamOpening restored = await broken.Keep.RestoreAsync(StreamBed.Name, before);

        restored.Damaged.ShouldContain(problem => problem.Contains(last, StringComparison.Ordinal));
        (await broken.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(30);
        store.Content().Select(o => o.Key).ShouldContain(last.Replace("/log/", "/damaged/", StringComparison.Ordinal), StringComparer.Ordinal);
        (await broken.Keep.VerifyAsync(StreamBed.Name)).Sound.ShouldBeTrue();
        await SendAsync(broken, 40, 45);
        await using StreamBed revived = new(new FragileStore(store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))), bed.Clock);
        (await revived.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(35);
    }

    [TestMethod]
    public async Task Nothing_is_let_go_behind_a_snapshot_that_cannot_be_read_back()
    {
        FragileStore store = new();
        await using StreamBed bed = new(store);
        await bed.CreateAsync(new StreamConfig { SnapshotItems = 100_000, KeptSnapshots = 2, KeptDays = 0 });
        for (int i = 0; i < 4; i++)
        {
            await SendAsync(bed, 5 * i, 5 * (i + 1));
            bed.Clock.Advance(TimeSpan.FromMinutes(1));
            await bed.Keep.BackUpAsync(StreamBed.Name);
        }

        await SendAsync(bed, 20, 25);
        string[] before = Kept(store);
        store.Garbles = "/snapshots/";

        ObjectStoreException refused = await Should.ThrowAsync<ObjectStoreException>(() => bed.Keep.BackUpAsync(StreamBed.Name));

        refused.Message.ShouldContain("could not be read back");
        Kept(store).ShouldBe(before);
        store.Garbles = null;
        byte[] expected = await bed.StateAsync();
        await using StreamBed revived = new(new FragileStore(store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));
        (await revived.StateAsync()).ShouldBe(expected);

        static string[] Kept(FragileStore store) => [.. store.Content().Select(o => o.Key).Where(k => !k.Contains("/lease/", StringComparison.Ordinal))];
    }

    [TestMethod]
    public async Task A_process_that_could_not_open_a_stream_does_not_hold_it_back()
    {
        FragileStore store = new();
        ManualClock clock = new();
        StreamBed filled = new(store, clock);
        await filled.CreateAsync();
        await SendAsync(filled, 0, 100);
        await filled.DisposeAsync();
        KeyValuePair<string, byte[]>[] log = [.. store.Content().Where(o => o.Key.Contains("/log/", StringComparison.Ordinal))];
        foreach (string name in store.Content().Select(o => o.Key).Where(k => k.Contains("/snapshots/", StringComparison.Ordinal)))
        {
            store.Objects.Remove(name);
        }

        store.Objects[log[0].Key] = [.. log[0].Value.Select((b, i) => i == log[0].Value.Length / 2 ? (byte)(b ^ 1) : b)];
        await using StreamBed first = new(store, clock);
        (await Should.ThrowAsync<ObjectStoreException>(first.StateAsync)).InnerException.ShouldBeOfType<BrokenLogException>();
        (await Should.ThrowAsync<ObjectStoreException>(first.StateAsync)).Message.ShouldContain(log[0].Key);

        store.Objects[log[0].Key] = log[0].Value;
        await using StreamBed second = new(store, clock);

        (await second.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(100, "mended, it is open to anybody at once");
    }
}
