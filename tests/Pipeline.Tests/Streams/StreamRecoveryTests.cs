using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Streams;
using Pipeline.Tests.Fakes;
using static Pipeline.Tests.Streams.StreamStory;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class StreamRecoveryTests
{
    [TestMethod]
    public async Task A_stream_that_dies_at_any_change_goes_on_as_if_nothing_had_happened()
    {
        await using StreamBed undisturbed = new();
        await FillAsync(undisturbed);
        byte[] expected = await undisturbed.StateAsync();
        int changes = undisturbed.Store.Changes;

        changes.ShouldBeGreaterThan(40, "or there are not twenty moments to die at");
        for (int moment = 1; moment <= changes; moment++)
        {
            foreach (bool afterwards in new[] { false, true })
            {
                FragileStore dying = new() { DiesAt = moment, DiesAfterwards = afterwards };
                await FillUntilDeathAsync(new StreamBed(dying));

                await using StreamBed revived = new(new FragileStore(dying.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));
                await FillAsync(revived);

                (await revived.StateAsync()).ShouldBe(expected, $"killed {(afterwards ? "after" : "before")} change {moment} of {changes}");
            }
        }
    }

    [TestMethod]
    public async Task What_was_answered_is_there_after_a_kill()
    {
        FragileStore store = new() { DiesAt = 12 };
        StreamBed dying = new(store);
        int answered = await FillUntilDeathAsync(dying);

        await using StreamBed revived = new(new FragileStore(store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));

        answered.ShouldBeGreaterThan(0);
        (await revived.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBeGreaterThanOrEqualTo(answered);
    }

    [TestMethod]
    public async Task A_stream_is_restored_to_a_moment_between_two_snapshots_and_goes_on_from_there()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        await SendAsync(bed, 0, 30);
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await bed.Keep.BackUpAsync(StreamBed.Name);
        await SendAsync(bed, 30, 35);
        byte[] then = await WithoutSequenceAsync(bed);
        DateTimeOffset moment = bed.Clock.GetUtcNow();
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(bed, 35, 70);

        StreamOpening restored = await bed.Keep.RestoreAsync(StreamBed.Name, moment.ToString("O", CultureInfo.InvariantCulture));

        restored.Sequence.ShouldBe(35);
        (await WithoutSequenceAsync(bed)).ShouldBe(then);
        await SendAsync(bed, 68, 72);
        byte[] expected = await bed.StateAsync();
        await using StreamBed revived = new(new FragileStore(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));
        (await revived.StateAsync()).ShouldBe(expected);
        FragileStore lost = new(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal)));
        lost.Objects.Remove(lost.Objects.Keys.Last(k => k.Contains("/snapshots/", StringComparison.Ordinal)));
        await using StreamBed withoutIt = new(lost);
        (await withoutIt.StateAsync()).ShouldBe(expected, "the log says that the stream was restored");
    }

    [TestMethod]
    public async Task Who_follows_the_events_by_their_numbers_misses_none_after_a_restoration()
    {
        FragileStore store = new();
        await using StreamBed bed = new(store);
        await bed.CreateAsync(new StreamConfig { SnapshotItems = 100_000, EmergingItems = 5, FalseAlarmsPerYear = 1000 });
        await bed.SendAsync(bed.Item("old", "mailbox is full", hoursAgo: 23));
        DateTimeOffset moment = bed.Clock.GetUtcNow();
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await BurstAsync("badge");
        StreamNotice[] before = await bed.Directory.UseAsync(StreamBed.Name, open => Task.FromResult(open.Read(s => s.Ledger.Notices.ToArray())), CancellationToken.None);
        before.Length.ShouldBeGreaterThan(1);

        await bed.Keep.RestoreAsync(StreamBed.Name, moment.ToString("O", CultureInfo.InvariantCulture));
        await BurstAsync("scanner");

        List<StreamNotice> after = [];
        await foreach (StreamNotice notice in bed.Browse.NoticesAsync(StreamBed.Name, before[^1].Number, TimeSpan.Zero, CancellationToken.None))
        {
            after.Add(notice);
        }

        after.Select(n => n.Number).ShouldBe(Enumerable.Range(1, after.Count).Select(i => before[^1].Number + i));
        after.ShouldContain(n => n.Change == StreamChange.Begins && n.Event.Examples[0].StartsWith("scanner", StringComparison.Ordinal));
        after.ShouldNotContain(n => before.Any(b => b.Event.Id == n.Event.Id));
        byte[] expected = await bed.StateAsync();
        await using StreamBed fromLog = new(new FragileStore(store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal) && !o.Key.Contains("/snapshots/", StringComparison.Ordinal))));
        (await fromLog.StateAsync()).ShouldBe(expected);

        Task BurstAsync(string topic) => bed.SendAsync([.. Enumerable.Range(0, 40).Select(i => bed.Item($"{topic}{i}", $"{topic} fails {i % 4}"))]);
    }

    [TestMethod]
    public async Task A_restoration_to_the_latest_makes_the_present_state_anew()
    {
        await using StreamBed bed = new();
        await FillAsync(bed);
        byte[] expected = await bed.StateAsync();

        StreamOpening restored = await bed.Keep.RestoreAsync(StreamBed.Name, "latest");

        restored.Damaged.ShouldBeEmpty();
        (await bed.StateAsync()).ShouldBe(expected);
    }

    [TestMethod]
    public async Task A_restoration_to_a_time_before_the_first_snapshot_lists_what_there_is()
    {
        await using StreamBed bed = new();
        await FillAsync(bed);
        await bed.Keep.BackUpAsync(StreamBed.Name);
        DateTimeOffset first = (await bed.Keep.BackupsAsync(StreamBed.Name))[0].At;

        RequestException refused = await Should.ThrowAsync<RequestException>(() => bed.Keep.RestoreAsync(StreamBed.Name, "2020-01-01T00:00:00Z"));

        refused.Errors.Keys.ShouldBe(["timestamp"]);
        refused.Message.ShouldContain(first.ToString("O", CultureInfo.InvariantCulture));
        (await Should.ThrowAsync<RequestException>(() => bed.Keep.RestoreAsync(StreamBed.Name, "yesterday"))).Message.ShouldContain("latest");
    }

    [TestMethod]
    public async Task States_are_sealed_with_a_key_and_another_key_takes_over_without_a_restart()
    {
        Dictionary<string, string> keys = new(StringComparer.Ordinal) { ["k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), ["k2"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };
        ManualClock clock = new();
        await using StreamBed bed = new(clock: clock, keys: keys, key: "k1");
        await FillAsync(bed);
        bed.Store.Content().Where(o => o.Key.Contains("/log/", StringComparison.Ordinal) || o.Key.Contains("/snapshots/", StringComparison.Ordinal))
            .ShouldAllBe(o => !Contains(o.Value, "printer") && Contains(o.Value, "k1"));

        await using StreamBed rotated = new(new FragileStore(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))), clock, keys, "k2");
        await SendAsync(rotated, 200, 210);
        await rotated.Keep.BackUpAsync(StreamBed.Name);

        (await rotated.Keep.VerifyAsync(StreamBed.Name)).Sound.ShouldBeTrue("what the old key sealed is still read with it");
        Contains(rotated.Store.Content().Last(o => o.Key.Contains("/snapshots/", StringComparison.Ordinal)).Value, "k2").ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_missing_key_is_named()
    {
        Dictionary<string, string> keys = new(StringComparer.Ordinal) { ["k1"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) };
        await using StreamBed bed = new(keys: keys, key: "k1");
        await FillAsync(bed);

        await using StreamBed keyless = new(new FragileStore(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));

        (await Should.ThrowAsync<ObjectStoreException>(keyless.StateAsync)).Message.ShouldContain("Encryption:Keys:k1");
    }

    [TestMethod]
    public async Task A_second_writer_is_told_who_has_the_stream_and_gets_it_when_the_first_lets_go()
    {
        FragileStore store = new();
        ManualClock clock = new();
        StreamBed first = new(store, clock);
        await FillAsync(first);
        await using StreamBed second = new(store, clock);

        RequestException refused = await Should.ThrowAsync<RequestException>(() => SendAsync(second, 300, 301));
        refused.Problem.ShouldBe(RequestProblem.Conflict);
        refused.Message.ShouldContain(Environment.MachineName);

        await first.DisposeAsync();
        await SendAsync(second, 300, 301);
        (await second.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(101);
    }

    [TestMethod]
    public async Task A_writer_whose_lease_lapsed_while_another_wrote_takes_the_others_items_up()
    {
        FragileStore store = new();
        ManualClock clock = new();
        await using StreamBed first = new(store, clock);
        await FillAsync(first);
        clock.Advance(TimeSpan.FromMinutes(2));
        StreamBed second = new(store, clock);
        await SendAsync(second, 300, 305);
        await second.DisposeAsync();

        await SendAsync(first, 303, 310);

        (await first.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(110, "ids that the other took are known");
    }

    [TestMethod]
    public async Task A_stream_whose_threshold_rose_goes_on_from_its_snapshots_after_a_kill()
    {
        FragileStore store = new();
        StreamBed bed = new(store);
        await bed.CreateAsync(new StreamConfig { SimilarityThreshold = 0.3, SnapshotItems = 100_000, KeptSnapshots = 2, KeptDays = 0 });
        await SendAsync(bed, 0, 100);
        await bed.Keep.BackUpAsync(StreamBed.Name);
        await bed.Keep.ConfigureAsync(StreamBed.Name, JsonSerializer.SerializeToElement(new { similarityThreshold = 0.99 }), "test");
        for (int i = 100; i < 103; i++)
        {
            await SendAsync(bed, i, i + 1);
            await bed.Keep.BackUpAsync(StreamBed.Name);
        }

        store.Content().ShouldNotContain(o => o.Key.EndsWith("/log/0000000000000001", StringComparison.Ordinal), "the log from the beginning is let go");
        byte[] expected = await bed.StateAsync();

        await using StreamBed revived = new(new FragileStore(store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))));

        (await revived.StateAsync()).ShouldBe(expected);
        (await revived.Browse.StatsAsync(StreamBed.Name)).Opened.Damaged.ShouldBeEmpty();
    }
}
