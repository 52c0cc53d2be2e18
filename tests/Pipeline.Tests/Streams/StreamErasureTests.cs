using System.Globalization;
using System.Text;
using Pipeline.Encryption;
using Pipeline.Incidents;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class StreamErasureTests
{
    private const string Number = "INC0815";
    private const string Phrase = "walrus";
    private static readonly string[] Topics = ["printer", "network", "mailbox", "password"];

    [TestMethod]
    public async Task An_erased_incident_is_in_no_part_of_the_log_no_snapshot_and_no_cluster_and_the_rest_follows_from_the_log()
    {
        await using StreamBed bed = new();
        await FillAsync(bed, KeepsAll);
        Everything(bed.Store).ShouldContain(Phrase);
        Everything(bed.Store).ShouldContain(Number);

        int found = await bed.Directory.EraseAsync(StreamBed.Name, Number, []);

        found.ShouldBe(3, "the part of the log, and the two snapshots after it");
        Everything(bed.Store).ShouldNotContain(Phrase);
        Everything(bed.Store).ShouldNotContain(Number);
        (await bed.Browse.StatsAsync(StreamBed.Name)).ShouldSatisfyAllConditions(s => s.Items.ShouldBe(30), s => s.KeptItems.ShouldBe(30), s => s.Sequence.ShouldBe(31));
        (await bed.Browse.ClustersAsync(StreamBed.Name)).Total.ShouldBe(Topics.Length);
        (await bed.Keep.VerifyAsync(StreamBed.Name)).ShouldSatisfyAllConditions(v => v.Sound.ShouldBeTrue(), v => v.Replayed.ShouldBe(true));
        FragileStore bare = new(bed.Store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal) && !o.Key.Contains("/snapshots/", StringComparison.Ordinal)));
        await using StreamBed fromLog = new(bare);
        (await fromLog.StateAsync()).ShouldBe(await bed.StateAsync());
        (await bed.Directory.EraseAsync(StreamBed.Name, Number, [])).ShouldBe(0, "there is nothing left to erase");
    }

    [TestMethod]
    public async Task A_restoration_to_a_moment_before_an_erasure_does_not_bring_the_incident_back()
    {
        await using StreamBed bed = new();
        DateTimeOffset moment = await FillAsync(bed, KeepsAll);
        await bed.Directory.EraseAsync(StreamBed.Name, Number, []);

        StreamOpening restored = await bed.Keep.RestoreAsync(StreamBed.Name, moment.ToString("O", CultureInfo.InvariantCulture));

        restored.Sequence.ShouldBe(21, "the items of that moment, the erased one in their number");
        (await bed.Browse.StatsAsync(StreamBed.Name)).KeptItems.ShouldBe(20);
        Everything(bed.Store).ShouldNotContain(Phrase);
        (await bed.Browse.SearchAsync(StreamBed.Name, $"{Phrase} on the stairs"))[0].Cluster.Examples.ShouldAllBe(e => !e.Contains(Phrase, StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task Where_the_log_does_not_reach_back_any_more_the_snapshots_lose_the_incident_and_the_cluster_of_it_alone()
    {
        await using StreamBed bed = new();
        await FillAsync(bed, new StreamConfig { SnapshotItems = 100_000, KeptSnapshots = 2, KeptDays = 0 });
        await bed.Keep.BackUpAsync(StreamBed.Name);
        bed.Store.Content().Where(o => o.Key.Contains("/log/", StringComparison.Ordinal)).ShouldAllBe(o => !Encoding.UTF8.GetString(o.Value).Contains(Phrase, StringComparison.Ordinal));
        Everything(bed.Store).ShouldContain(Phrase);
        (await bed.Browse.ClustersAsync(StreamBed.Name)).Total.ShouldBe(Topics.Length + 1);

        await bed.Directory.EraseAsync(StreamBed.Name, Number, []);

        Everything(bed.Store).ShouldNotContain(Phrase);
        Everything(bed.Store).ShouldNotContain(Number);
        (await bed.Browse.ClustersAsync(StreamBed.Name)).ShouldSatisfyAllConditions(c => c.Total.ShouldBe(Topics.Length), c => c.Clusters.Sum(k => k.Size).ShouldBe(30));
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(30);
        (await bed.SendAsync(bed.Item("later", "printer trouble again"))).Accepted.ShouldBe(1);
        (await bed.Keep.VerifyAsync(StreamBed.Name)).Sound.ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_snapshot_that_cannot_be_read_is_not_deleted_where_the_log_cannot_replace_it_and_the_erasure_says_so()
    {
        await using StreamBed bed = new();
        await FillAsync(bed, new StreamConfig { SnapshotItems = 100_000, KeptSnapshots = 2, KeptDays = 0 });
        string[] snapshots = [.. bed.Store.Content().Select(o => o.Key).Where(k => k.Contains("/snapshots/", StringComparison.Ordinal))];
        string[] damaged = [.. snapshots.SkipLast(1)];
        damaged.ShouldNotBeEmpty();
        bed.Store.Objects[damaged[0]][100] ^= 1;
        string[] before = [.. bed.Store.Objects.Keys.Where(k => !k.Contains("/lease/", StringComparison.Ordinal))];

        ObjectStoreException refused = await Should.ThrowAsync<ObjectStoreException>(() => bed.Directory.EraseAsync(StreamBed.Name, Number, []));

        refused.Message.ShouldContain(damaged[0]);
        refused.Message.ShouldContain("Whether the snapshot holds the incident is not known");
        bed.Store.Objects.Keys.Where(k => !k.Contains("/lease/", StringComparison.Ordinal)).ShouldBe(before);
        bed.Store.Objects[damaged[0]][100] ^= 1;
        (await bed.Directory.EraseAsync(StreamBed.Name, Number, [])).ShouldBeGreaterThan(0);
        Everything(bed.Store).ShouldNotContain(Phrase);
    }

    [TestMethod]
    public async Task A_snapshot_that_cannot_be_read_is_deleted_where_the_log_replaces_it()
    {
        await using StreamBed bed = new();
        await FillAsync(bed, KeepsAll);
        string damaged = bed.Store.Objects.Keys.Last(k => k.Contains("/snapshots/", StringComparison.Ordinal));
        bed.Store.Objects[damaged][100] ^= 1;

        await bed.Directory.EraseAsync(StreamBed.Name, Number, []);

        Everything(bed.Store).ShouldNotContain(Phrase);
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(30);
    }

    [TestMethod]
    public async Task Killed_at_any_change_an_erasure_goes_on_until_nothing_is_left()
    {
        StreamBed filled = new();
        await FillAsync(filled, KeepsAll);
        await filled.DisposeAsync();
        KeyValuePair<string, byte[]>[] content = WithoutLease(filled.Store);
        int kills = 0;
        for (bool died = true; died; kills++)
        {
            foreach (bool afterwards in new[] { false, true })
            {
                FragileStore dying = new(content) { DiesAt = kills + 1, DiesAfterwards = afterwards };
                try
                {
                    await new StreamBed(dying, filled.Clock).Directory.EraseAsync(StreamBed.Name, Number, []);
                }
                catch (ObjectStoreException)
                {
                    dying.IsDead.ShouldBeTrue();
                }

                died = dying.IsDead;
                await using StreamBed revived = new(new FragileStore(WithoutLease(dying)), filled.Clock);
                (await revived.Browse.StatsAsync(StreamBed.Name)).Sequence.ShouldBe(31, $"the stream opens after a kill at change {kills + 1}");
                await revived.Directory.EraseAsync(StreamBed.Name, Number, []);

                Everything(revived.Store).ShouldNotContain(Phrase, Case.Sensitive, $"after a kill at change {kills + 1}");
                (await revived.Keep.VerifyAsync(StreamBed.Name)).Sound.ShouldBeTrue();
            }
        }

        kills.ShouldBeGreaterThan(4);
    }

    [TestMethod]
    public async Task Senders_wait_while_an_incident_is_erased_and_lose_nothing()
    {
        await using StreamBed bed = new();
        await FillAsync(bed, KeepsAll);
        Task<AddedItems>[] senders = [.. Enumerable.Range(0, 60).Select(i => Task.Run(() => bed.SendAsync(bed.Item($"s{i}", $"{Topics[i % Topics.Length]} trouble {i}"))))];

        await bed.Directory.EraseAsync(StreamBed.Name, Number, []);

        (await Task.WhenAll(senders)).Sum(a => a.Accepted).ShouldBe(60);
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(90);
        Everything(bed.Store).ShouldNotContain(Phrase);
    }

    [TestMethod]
    public async Task The_number_of_an_incident_that_was_counted_for_storms_leaves_the_log_and_the_snapshots()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync(KeepsAll);
        DateTimeOffset now = bed.Clock.GetUtcNow();
        await bed.Directory.UseAsync(StreamBed.Name, async open => { await open.FeedAsync([new StreamEntry(0, Tallies: [new ProblemTally(Number, 3, "printer", now), new ProblemTally("INC1", 3, "printer", now)])], CancellationToken.None); return true; }, CancellationToken.None);
        await bed.Keep.BackUpAsync(StreamBed.Name);

        (await bed.Directory.EraseAsync(StreamBed.Name, Number, [])).ShouldBe(2);

        Everything(bed.Store).ShouldNotContain(Number);
        Everything(bed.Store).ShouldContain("INC1");
    }

    [TestMethod]
    public async Task An_item_whose_number_was_erased_is_refused_and_the_rest_of_the_request_goes_on()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        TakeStreamItems take = bed.TakeWithout(new ErasedNumbers(_ => Task.FromResult<IReadOnlySet<string>>(new HashSet<string>(StringComparer.Ordinal) { ErasedNumbers.HashOf(Number) }), bed.Clock));

        AddedItems added = await take.RunAsync(StreamBed.Name, new MemoryStream(Encoding.UTF8.GetBytes($$"""[{"id":"{{Number}}","text":"{{Phrase}} on the stairs"},{"id":"a","text":"printer jam"}]""")));
        RequestException alone = await Should.ThrowAsync<RequestException>(() => take.RunAsync(StreamBed.Name, new MemoryStream(Encoding.UTF8.GetBytes($$"""{"id":"{{Number}}","text":"{{Phrase}} on the stairs"}"""))));

        added.Accepted.ShouldBe(1);
        added.Rejected.ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Field.ShouldBe("id"), r => r.Reason.ShouldContain("erased"));
        alone.Errors.Keys.ShouldBe(["items[0].id"]);
        Everything(bed.Store).ShouldNotContain(Phrase);
    }

    [TestMethod]
    public async Task An_erased_incident_leaves_the_problems_that_were_told_with_its_number_and_its_text()
    {
        FragileStore store = new();
        EmergingProblems problems = new(store, EnvelopeSeal.WithoutKeys);
        await problems.UpdateAsync("network", [(Told("e1", $"{Phrase} on the stairs", "printer jam"), [Number, "INC1"]), (Told("e2", "mailbox full"), ["INC2"])], 5, _ => Task.CompletedTask, CancellationToken.None);

        (await problems.EraseAsync("network", Number, [$"{Phrase} on the stairs"], CancellationToken.None)).ShouldBe(1);

        Everything(store).ShouldNotContain(Phrase);
        Everything(store).ShouldNotContain(Number);
        IReadOnlyList<EmergingRecord> rest = await problems.ListAsync("network");
        rest.Select(r => (r.ProblemId, r.Incidents.Count, r.Event.Examples.Count)).ShouldBe([(5, 1, 1), (6, 1, 1)]);
    }

    [TestMethod]
    public async Task A_list_of_told_problems_that_cannot_be_read_is_reported_and_stops_neither_a_training_nor_an_erasure()
    {
        FragileStore store = new();
        List<string> told = [];
        EmergingProblems problems = new(store, EnvelopeSeal.WithoutKeys, told.Add);
        await problems.UpdateAsync("network", [(Told("e1", "printer jam"), ["INC1"])], 5, _ => Task.CompletedTask, CancellationToken.None);
        store.Objects.Values.Single()[60] ^= 1;

        (await problems.ListReadableAsync("network")).ShouldBeEmpty();

        told.ShouldHaveSingleItem().ShouldSatisfyAllConditions(t => t.ShouldContain("emerging/network/problems.json"), t => t.ShouldContain("Restore the object"));
        await Should.ThrowAsync<ObjectStoreException>(() => problems.ListAsync("network"));
        (await problems.EraseAsync("network", Number, [], CancellationToken.None)).ShouldBe(1, "what a damaged list holds is not known: it is deleted");
        store.Objects.ShouldBeEmpty();
    }

    private static StreamConfig KeepsAll => new() { SnapshotItems = 100_000 };

    // Ten items and a snapshot, the incident and ten more and a snapshot, ten more and a snapshot. Gives the moment before the last ten.
    private static async Task<DateTimeOffset> FillAsync(StreamBed bed, StreamConfig config)
    {
        await bed.CreateAsync(config);
        await SendAsync(bed, 0);
        await bed.SendAsync(bed.Item(Number, $"{Phrase} on the stairs"));
        await SendAsync(bed, 10);
        DateTimeOffset moment = bed.Clock.GetUtcNow();
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        await bed.Keep.BackUpAsync(StreamBed.Name);
        await SendAsync(bed, 20);
        await bed.Keep.BackUpAsync(StreamBed.Name);
        return moment;
    }

    private static async Task SendAsync(StreamBed bed, int first)
    {
        await bed.SendAsync([.. Enumerable.Range(first, 10).Select(i => bed.Item($"i{i}", $"{Topics[i % Topics.Length]} trouble {i}"))]);
        bed.Clock.Advance(TimeSpan.FromMinutes(1));
        if (first == 0)
        {
            await bed.Keep.BackUpAsync(StreamBed.Name);
        }
    }

    private static KeyValuePair<string, byte[]>[] WithoutLease(FragileStore store) => [.. store.Content().Where(o => !o.Key.Contains("/lease/", StringComparison.Ordinal))];

    private static string Everything(FragileStore store) => string.Concat(store.Content().Select(o => o.Key + Encoding.Latin1.GetString(o.Value)));

    private static StreamEvent Told(string id, params string[] examples) => new()
    {
        Id = id,
        Kind = StreamEventKind.Emerging,
        Cluster = 1,
        Label = "told",
        Examples = examples,
        FirstSeen = DateTimeOffset.UnixEpoch,
        LastSeen = DateTimeOffset.UnixEpoch,
        NoticedAt = DateTimeOffset.UnixEpoch,
        NoticedItems = 10,
        Items = 10,
        Rate = 1,
        RateBefore = 0,
        Chance = 0,
        Centers = [],
    };
}
