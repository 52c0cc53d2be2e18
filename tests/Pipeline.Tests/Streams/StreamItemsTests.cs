using System.Globalization;
using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Streams;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class StreamItemsTests
{
    [TestMethod]
    public async Task Items_that_are_alike_are_one_cluster_with_its_name_examples_and_rate()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        await bed.SendAsync([.. Enumerable.Range(0, 6).Select(i => bed.Item($"p{i}", $"printer jam {i}", hoursAgo: 6 - i)), bed.Item("n", "network down", hoursAgo: 1)]);

        StreamClusterList list = await bed.Browse.ClustersAsync(StreamBed.Name);

        list.Total.ShouldBe(2);
        list.Clusters[0].ShouldSatisfyAllConditions(
            c => c.Size.ShouldBe(6),
            c => c.Label.ShouldContain("rinter"),
            c => c.Examples.Count.ShouldBe(3),
            c => c.LastSeen.ShouldBe(bed.Clock.GetUtcNow() - TimeSpan.FromHours(1)),
            c => c.FirstSeen.ShouldBe(bed.Clock.GetUtcNow() - TimeSpan.FromHours(6)),
            c => c.RatePerHour.ShouldBe(0.25),
            c => c.Trend.ShouldBe(StreamTrend.Growing));
        (await bed.Browse.ItemsAsync(StreamBed.Name, list.Clusters[0].Id)).Items.Select(i => i.Id).ShouldBe(["p5", "p4", "p3", "p2", "p1", "p0"]);
        (await bed.Browse.SearchAsync(StreamBed.Name, "printer is stuck"))[0].Cluster.Id.ShouldBe(list.Clusters[0].Id);
    }

    [TestMethod]
    public async Task An_id_that_is_known_is_ignored_in_the_same_request_and_later()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        AddedItems first = await bed.SendAsync(bed.Item("a", "printer jam"), bed.Item("a", "network down"));
        AddedItems again = await bed.SendAsync(bed.Item("a", "mailbox full"), bed.Item("b", "mailbox full"));

        first.ShouldSatisfyAllConditions(a => a.Accepted.ShouldBe(1), a => a.Duplicates.ShouldBe(1));
        again.ShouldSatisfyAllConditions(a => a.Accepted.ShouldBe(1), a => a.Duplicates.ShouldBe(1));
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(2);
    }

    [TestMethod]
    public async Task A_late_item_counts_by_its_own_time_and_one_that_is_too_old_is_counted_and_not_clustered()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        await bed.SendAsync(bed.Item("now", "printer jam"), bed.Item("late", "printer jam again", hoursAgo: 20), bed.Item("old", "printer jam before", hoursAgo: 25));

        StreamStats stats = await bed.Browse.StatsAsync(StreamBed.Name);

        stats.ShouldSatisfyAllConditions(s => s.Items.ShouldBe(3), s => s.KeptItems.ShouldBe(2), s => s.TooOld.ShouldBe(1));
        (await bed.Browse.ClustersAsync(StreamBed.Name)).Clusters.ShouldHaveSingleItem().ShouldSatisfyAllConditions(
            c => c.LastSeen.ShouldBe(bed.Clock.GetUtcNow()), c => c.FirstSeen.ShouldBe(bed.Clock.GetUtcNow() - TimeSpan.FromHours(20)));
    }

    [TestMethod]
    public async Task What_nothing_comes_to_any_more_is_not_shown_and_the_caps_hold()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync(new StreamConfig { MaximumItems = 10, MaximumClusters = 3 });
        await bed.SendAsync([.. Enumerable.Range(0, 50).Select(i => bed.Item($"i{i}", $"topic{i % 12} text", hoursAgo: 30 - (i * 0.1)))]);

        StreamStats stats = await bed.Browse.StatsAsync(StreamBed.Name);
        stats.KeptItems.ShouldBe(10);
        stats.Clusters.ShouldBeLessThanOrEqualTo(3);
        stats.SimilarityThresholdInForce.ShouldBe(0.8, "the lightest make room, and what is kept stays apart");

        await bed.SendAsync(bed.Item("new", "entirely else"));
        (await bed.Browse.ClustersAsync(StreamBed.Name)).Clusters.ShouldAllBe(c => bed.Clock.GetUtcNow() - c.LastSeen <= TimeSpan.FromHours(24));
    }

    [TestMethod]
    [DataRow("""{"id":"a"}""", "text", "missing")]
    [DataRow("""{"id":"a","text":"  "}""", "text", "blank")]
    [DataRow("""{"text":"printer jam"}""", "id", "missing")]
    [DataRow("""{"id":7,"text":"printer jam"}""", "id", "must be a text")]
    [DataRow("""{"id":"a","text":"printer jam","time":"yesterday"}""", "time", "2026-03-01T14:05:00Z")]
    [DataRow("""{"id":"a","text":"printer jam","time":"2026-06-01T10:00:00"}""", "time", "offset")]
    [DataRow("""{"id":"a","text":"printer jam","time":"2031-01-01T00:00:00Z"}""", "time", "future")]
    [DataRow("""{"id":"a","text":"printer jam","attributes":{"x":1}}""", "attributes", "texts")]
    [DataRow("""{"id":"a","text":"printer jam","colour":"red"}""", "colour", "Fields: id, text, time, attributes")]
    [DataRow("""{"id":"a","text":"---"}""", "text", "Nothing is left")]
    [DataRow("""{"id":"a","text":"printer jam \ud800"}""", "text", "half a character")]
    [DataRow("""{"id":"\udc00","text":"printer jam"}""", "id", "half a character")]
    [DataRow("""{"id":"a","text":"printer jam","time":"\ud800"}""", "time", "half a character")]
    [DataRow("""{"id":"a","text":"printer jam","attributes":{"x":"\ud800"}}""", "attributes", "half a character")]
    [DataRow("""{"id":"a","text":"printer jam","attributes":{"\ud800":"x"}}""", "items", "half a character")]
    [DataRow("""{"id":"a","text":"printer jam","\ud800":"x"}""", "items", "half a character")]
    public async Task A_wrong_item_is_named_with_the_fix_and_the_rest_of_the_request_goes_on(string wrong, string field, string fix)
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        RequestException alone = await Should.ThrowAsync<RequestException>(() => bed.SendJsonAsync(wrong));
        AddedItems beside = await bed.SendJsonAsync($$"""{"items":[{{wrong}},{"id":"good","text":"network down"}]}""");

        alone.Message.ShouldContain(fix);
        alone.Errors.Keys.ShouldBe([$"items[0].{field}"]);
        beside.Accepted.ShouldBe(1);
        beside.Rejected.ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.Index.ShouldBe(0), r => r.Field.ShouldBe(field), r => r.Reason.ShouldContain(fix));
    }

    [TestMethod]
    public async Task A_property_that_is_there_twice_is_named_without_a_place_that_nobody_knows()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        RequestException twice = await Should.ThrowAsync<RequestException>(() => bed.SendJsonAsync("""[{"id":"a","id":"b","text":"printer jam"}]"""));
        RequestException broken = await Should.ThrowAsync<RequestException>(() => bed.SendJsonAsync("[{\"id\":\n}]"));

        twice.Message.ShouldStartWith("The body is not valid JSON, or has a property twice. Send one item");
        broken.Message.ShouldStartWith("The body is not valid JSON near line 2, byte 1. Send one item");
    }

    [TestMethod]
    public async Task A_text_of_a_megabyte_is_refused_and_the_others_are_not()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        AddedItems added = await bed.SendAsync(bed.Item("huge", new string('x', 1_000_000)), bed.Item("good", "printer jam"));

        added.Accepted.ShouldBe(1);
        added.Rejected.ShouldHaveSingleItem().Reason.ShouldContain("32768");
    }

    [TestMethod]
    public async Task More_items_than_a_request_may_hold_are_refused_as_a_whole()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        RequestException refused = await Should.ThrowAsync<RequestException>(() => bed.SendAsync([.. Enumerable.Range(0, 1_001).Select(i => bed.Item($"i{i}", "printer jam"))]));

        refused.Message.ShouldContain("1001");
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(0);
        (await Should.ThrowAsync<RequestException>(() => bed.SendJsonAsync("[]"))).Message.ShouldContain("0 items");
        (await Should.ThrowAsync<RequestException>(() => bed.SendJsonAsync("[{"))).Message.ShouldContain("not valid JSON");
    }

    [TestMethod]
    public async Task A_stream_that_is_not_there_is_named_beside_those_that_are()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        RequestException refused = await Should.ThrowAsync<RequestException>(() => bed.Browse.StatsAsync("nowhere"));

        refused.Problem.ShouldBe(RequestProblem.NotFound);
        refused.Message.ShouldContain(StreamBed.Name);
        foreach (string name in new[] { "", "Big", "../x", "a/b", "a..b", new string('a', 90), "emerging/" })
        {
            (await Should.ThrowAsync<RequestException>(() => bed.Keep.CreateAsync(name, new StreamConfig(), "test"))).Errors.Keys.ShouldBe(["name"], name);
        }
    }

    [TestMethod]
    public async Task Another_embedder_or_another_length_of_its_vectors_is_refused()
    {
        FragileStore store = new();
        StreamBed bed = new(store);
        await bed.CreateAsync();
        await bed.SendAsync(bed.Item("a", "printer jam"));
        await bed.DisposeAsync();

        await using (StreamBed longer = new(store, dimensions: 20))
        {
            RequestException refused = await Should.ThrowAsync<RequestException>(() => longer.SendAsync(longer.Item("b", "printer jam")));
            refused.Problem.ShouldBe(RequestProblem.Conflict);
            refused.Message.ShouldContain("16 dimensions");
        }

        await using StreamBed other = new(store, embedder: "other");
        (await Should.ThrowAsync<RequestException>(() => other.SendAsync(other.Item("b", "printer jam")))).Message.ShouldContain("'topics'");
    }

    [TestMethod]
    public async Task Personal_data_are_masked_before_they_reach_the_log()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        await bed.SendJsonAsync("""{"id":"a","text":"printer jam, write to anna.berg@example.org","attributes":{"from":"anna.berg@example.org"}}""");

        bed.Store.Content().Select(o => System.Text.Encoding.UTF8.GetString(o.Value)).ShouldAllBe(text => !text.Contains("anna.berg", StringComparison.Ordinal));
        long cluster = (await bed.Browse.ClustersAsync(StreamBed.Name)).Clusters[0].Id;
        (await bed.Browse.ItemsAsync(StreamBed.Name, cluster)).Items[0].Attributes["from"].ShouldBe("<email>");
    }

    [TestMethod]
    public async Task Nothing_is_accepted_while_the_disk_is_full_and_everything_afterwards()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        await bed.SendAsync(bed.Item("a", "printer jam"));
        bed.Store.IsFull = true;

        await Should.ThrowAsync<ObjectStoreException>(() => bed.SendAsync(bed.Item("b", "printer jam")));
        await Should.ThrowAsync<ObjectStoreException>(() => bed.Keep.BackUpAsync(StreamBed.Name));
        (await bed.Browse.StatsAsync(StreamBed.Name)).Items.ShouldBe(1);

        bed.Store.IsFull = false;
        (await bed.SendAsync(bed.Item("b", "printer jam"))).Accepted.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_configuration_holds_from_the_next_item_on_and_is_kept_with_who_brought_it()
    {
        FragileStore store = new();
        StreamBed bed = new(store);
        await bed.CreateAsync();
        await bed.SendAsync(bed.Item("a", "printer jam 1"), bed.Item("b", "printer jam 2"), bed.Item("c", "network down"));

        StreamConfigVersion version = await bed.Keep.ConfigureAsync(StreamBed.Name, Json("""{"similarityThreshold":1,"maximumItems":3}"""), "ann");
        await bed.SendAsync(bed.Item("d", "printer jam 3"));

        version.ShouldSatisfyAllConditions(v => v.Version.ShouldBe(2), v => v.By.ShouldBe("ann"), v => v.Config.SimilarityThreshold.ShouldBe(1), v => v.Config.BranchingFactor.ShouldBe(50));
        StreamStats stats = await bed.Browse.StatsAsync(StreamBed.Name);
        stats.ShouldSatisfyAllConditions(s => s.KeptItems.ShouldBe(3), s => s.ConfigVersion.ShouldBe(2));
        (await bed.Browse.ClustersAsync(StreamBed.Name)).Total.ShouldBe(3, "the two that were joined stay so, the new one stands alone");
        byte[] expected = await bed.StateAsync();
        await bed.DisposeAsync();
        await using StreamBed again = new(store);
        (await again.StateAsync()).ShouldBe(expected);
        (await again.Keep.ConfigsAsync(StreamBed.Name)).Select(c => c.By).ShouldBe(["test", "ann"]);
    }

    [TestMethod]
    [DataRow("""{"similarityThreshold":2}""", "similarityThreshold", "0 to 1")]
    [DataRow("""{"similarityThreshold":"high"}""", "similarityThreshold", "number")]
    [DataRow("""{"branchingFactor":2.5}""", "branchingFactor", "whole")]
    [DataRow("""{"branchingFactor":1}""", "branchingFactor", "2 to 1000")]
    [DataRow("""{"halfLifeHours":0}""", "halfLifeHours", "0.01")]
    [DataRow("""{"emergingItems":2}""", "emergingItems", "3 to")]
    [DataRow("""{"colour":1}""", "colour", "Fields: similarityThreshold")]
    [DataRow("[]", "config", "object")]
    public async Task A_wrong_configuration_changes_nothing_and_says_why(string fields, string field, string why)
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();

        RequestException refused = await Should.ThrowAsync<RequestException>(() => bed.Keep.ConfigureAsync(StreamBed.Name, Json(fields), "ann"));

        refused.Errors.Keys.ShouldBe([field]);
        refused.Errors[field][0].ShouldContain(why);
        (await bed.Keep.ConfigsAsync(StreamBed.Name)).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_configuration_in_the_object_store_is_taken_up_when_asked()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        (await Should.ThrowAsync<RequestException>(() => bed.Keep.ReloadAsync(StreamBed.Name, "ann"))).Problem.ShouldBe(RequestProblem.NotFound);

        await bed.Store.WriteAsync($"streams/{StreamBed.Name}/config.json", async (output, token) => await output.WriteAsync("""{"expiryHours":48}"""u8.ToArray(), token));

        (await bed.Keep.ReloadAsync(StreamBed.Name, "ann")).Config.ExpiryHours.ShouldBe(48);
        (await bed.Keep.ReloadAsync(StreamBed.Name, "ann")).Version.ShouldBe(2, "what is in force already is no new version");
    }

    [TestMethod]
    public async Task Configurations_that_change_while_many_send_lose_nothing()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync();
        Task<AddedItems>[] senders = [.. Enumerable.Range(0, 300).Select(i => Task.Run(() => bed.SendAsync(bed.Item($"i{i}", $"topic{i % 5} text {i}"))))];
        for (int change = 0; change < 20; change++)
        {
            await bed.Keep.ConfigureAsync(StreamBed.Name, Json(string.Create(CultureInfo.InvariantCulture, $$"""{"branchingFactor":{{change + 3}}}""")), "ann");
        }

        (await Task.WhenAll(senders)).Sum(a => a.Accepted).ShouldBe(300);
        (await bed.Browse.StatsAsync(StreamBed.Name)).ShouldSatisfyAllConditions(s => s.Items.ShouldBe(300), s => s.ConfigVersion.ShouldBe(21), s => s.Sequence.ShouldBe(320));
    }

    [TestMethod]
    public async Task Snapshots_come_with_the_items_and_are_kept_as_the_policy_says()
    {
        await using StreamBed bed = new();
        await bed.CreateAsync(new StreamConfig { SnapshotItems = 10, SnapshotSeconds = 0, KeptSnapshots = 2, KeptDays = 0 });
        for (int i = 0; i < 60; i++)
        {
            await bed.SendAsync(bed.Item($"i{i}", $"topic{i % 3} text"));
            bed.Clock.Advance(TimeSpan.FromMinutes(1));

            // Snapshots are made beside the items, and on a busy machine after all of them.
            while (i == 30 && (await bed.Keep.BackupsAsync(StreamBed.Name)).Count == 0)
            {
                await Task.Delay(1);
            }
        }

        await bed.Keep.BackUpAsync(StreamBed.Name);

        IReadOnlyList<StreamBackup> kept = await bed.Keep.BackupsAsync(StreamBed.Name);
        kept.Count.ShouldBe(2);
        kept[1].Sequence.ShouldBe(60);
        bed.Store.Content().Count(o => o.Key.Contains("/log/", StringComparison.Ordinal)).ShouldBeLessThan(60, "what lies before the oldest snapshot is not kept, and small objects are merged");
        (await bed.Keep.VerifyAsync(StreamBed.Name)).Sound.ShouldBeTrue();
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
