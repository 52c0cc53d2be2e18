using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Alerts;
using Pipeline.Telemetry;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class StreamsApiTests
{
    [TestMethod]
    public async Task Items_become_clusters_that_can_be_looked_into_and_searched()
    {
        await using Api api = await Api.StartAsync();
        (await api.PostAsync("/api/streams", new { name = "desk" })).StatusCode.ShouldBe(HttpStatusCode.Created);

        HttpResponseMessage sent = await api.PostAsync("/api/streams/desk/items", Items("printer shows a paper jam in the hall", 8, "p"));

        sent.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await Api.ReadAsync(sent)).GetProperty("accepted").GetInt32().ShouldBe(8);
        JsonElement clusters = await api.GetAsync("/api/streams/desk/clusters");
        JsonElement largest = clusters.GetProperty("clusters")[0];
        largest.GetProperty("size").GetInt32().ShouldBe(8);
        (await api.GetAsync($"/api/streams/desk/clusters/{largest.GetProperty("id")}/items")).GetProperty("items").GetArrayLength().ShouldBe(8);
        (await api.GetAsync("/api/streams/desk/search?text=paper%20jam%20in%20the%20printer")).GetProperty("clusters")[0].GetProperty("cluster").GetProperty("id").GetInt64().ShouldBe(largest.GetProperty("id").GetInt64());
        (await api.GetAsync("/api/streams")).GetProperty("streams")[0].GetString().ShouldBe("desk");
    }

    [TestMethod]
    public async Task A_problem_that_begins_is_told_to_whoever_listens_and_again_from_the_number_that_a_reader_has()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk", config = new { emergingItems = 5, falseAlarmsPerYear = 1000 } });
        await api.PostAsync("/api/streams/desk/items", Items("mailbox is full and refuses mail", 1, "old", hoursAgo: 23));
        using HttpResponseMessage response = await api.Client.GetAsync(new Uri("/api/streams/desk/events?seconds=60", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");

        await api.PostAsync("/api/streams/desk/items", Items("badge reader at the gate rejects every card", 40, "b"));

        SseItem<string> first = await FirstAsync(response);
        first.EventType.ShouldBe("begins");
        first.EventId.ShouldBe("1");
        JsonElement told = JsonDocument.Parse(first.Data).RootElement;
        told.GetProperty("kind").GetString().ShouldBe("emerging");
        told.GetProperty("examples")[0].GetString()!.ShouldContain("badge reader");
        told.GetProperty("centers")[0].GetString().ShouldBe("Desk");
        using HttpRequestMessage later = new(HttpMethod.Get, new Uri("/api/streams/desk/events?seconds=0", UriKind.Relative));
        later.Headers.Add("Last-Event-ID", "1");
        (await (await api.Client.SendAsync(later)).Content.ReadAsStringAsync()).ShouldNotContain("event: begins");
    }

    [TestMethod]
    public async Task The_stream_of_a_tech_center_is_reached_by_its_name_with_the_slash_escaped()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "emerging/network" });

        (await api.GetAsync("/api/streams/emerging%2Fnetwork/stats")).GetProperty("stream").GetString().ShouldBe("emerging/network");
    }

    [TestMethod]
    [DataRow("/api/streams/desk/items")]
    [DataRow("/api/tweets")]
    public async Task Half_a_character_costs_its_item_only(string path)
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk" });
        using StringContent body = new("""[{"id":"a","text":"paper jam \ud800"},{"id":"b","\udc00":1,"text":"paper jam"},{"id":"c","text":"paper jam"}]""", System.Text.Encoding.UTF8, "application/json");

        HttpResponseMessage sent = await api.Client.PostAsync(new Uri(path, UriKind.Relative), body);

        sent.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        JsonElement answer = await Api.ReadAsync(sent);
        answer.GetProperty("accepted").GetInt32().ShouldBe(1);
        answer.GetProperty("rejected").EnumerateArray().Select(r => (r.GetProperty("index").GetInt32(), r.GetProperty("field").GetString())).ShouldBe([(0, "text"), (1, "items")]);
    }

    [TestMethod]
    [DataRow("""{"name":"\ud800"}""", "half a character")]
    [DataRow("""{"\ud800":"desk"}""", "half a character")]
    [DataRow("""{"name":"desk","name":"desk"}""", "not valid JSON, or has a property twice")]
    public async Task A_stream_is_not_made_of_a_body_that_is_no_text(string json, string reason)
    {
        await using Api api = await Api.StartAsync();
        using StringContent body = new(json, System.Text.Encoding.UTF8, "application/json");

        HttpResponseMessage refused = await api.Client.PostAsync(new Uri("/api/streams", UriKind.Relative), body);

        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await Api.ReadAsync(refused)).GetProperty("detail").GetString()!.ShouldContain(reason);
    }

    [TestMethod]
    public async Task Requests_and_items_are_measured_under_the_names_that_dashboards_know()
    {
        ConcurrentDictionary<string, double> measured = new(StringComparer.Ordinal);
        using MeterListener listener = new()
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name is PipelineMetrics.Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => measured.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/tweets", Items("printer shows a paper jam", 3, "p"));
        await api.PostAsync("/api/streams/tweets/backup", new { });

        listener.RecordObservableInstruments();

        // Other tests of this process measure too.
        measured["stream.items.processed"].ShouldBeGreaterThanOrEqualTo(3);
        measured["birch.tweets.processed"].ShouldBeGreaterThanOrEqualTo(3);
        measured["birch.clusters.active"].ShouldBeGreaterThanOrEqualTo(1);
        measured["birch.backup.success"].ShouldBeGreaterThanOrEqualTo(1);
        measured["birch.api.request.duration"].ShouldBeGreaterThan(0);
    }

    [TestMethod]
    public async Task A_configuration_in_the_object_store_comes_into_force_while_a_hundred_send()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk" });
        await File.WriteAllTextAsync(api.ObjectPath("streams/desk/config.json"), """{ "branchingFactor": 30 }""");

        Task<HttpResponseMessage>[] senders = [.. Enumerable.Range(0, 100).Select(i => api.PostAsync("/api/streams/desk/items", Items("printer shows a paper jam", 3, $"p{i}-")))];
        HttpResponseMessage reloaded = await api.PostAsync("/api/streams/desk/config/reload", new { });

        (await Api.ReadAsync(reloaded)).GetProperty("config").GetProperty("branchingFactor").GetInt32().ShouldBe(30);
        (await Task.WhenAll(senders)).ShouldAllBe(r => r.StatusCode == HttpStatusCode.Accepted);
        (await api.GetAsync("/api/streams/desk/stats")).GetProperty("items").GetInt32().ShouldBe(300);
    }

    [TestMethod]
    public async Task A_body_of_several_mebibytes_is_taken_and_one_of_more_than_sixteen_is_not()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk" });
        object[] large = [.. Enumerable.Range(0, 200).Select(i => new { id = $"i{i}", text = $"printer jam {new string('x', 15_000)}" })];

        (await api.PostAsync("/api/streams/desk/items", large)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await api.Client.PostAsJsonAsync("/api/streams/desk/items", new { id = "huge", text = new string('x', 17_000_000) })).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
    }

    [TestMethod]
    public async Task A_snapshot_that_cannot_be_made_by_the_clock_raises_an_alert()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk" });
        await api.PostAsync("/api/streams/desk/items", Items("printer jam", 2, "p"));
        await File.WriteAllTextAsync(api.ObjectPath("streams/desk/snapshots"), "Nothing can be written below a file.");

        await ActivatorUtilities.CreateInstance<StreamKeepingFunctions>(api.Services).OnScheduleAsync(new TimerInfo(), CancellationToken.None);

        Alert alert = (await api.Warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem();
        alert.Rule.ShouldBe(AlertRules.BackupFailed);
        alert.Text.ShouldStartWith("No snapshot of the stream 'desk' could be made: ");
    }

    [TestMethod]
    public async Task A_damaged_log_is_answered_as_that_and_with_the_object_that_is_damaged()
    {
        await using Api api = await Api.StartAsync();
        await api.PostAsync("/api/streams", new { name = "desk" });
        Directory.CreateDirectory(api.ObjectPath("streams/desk/log"));
        await File.WriteAllTextAsync(api.ObjectPath("streams/desk/log/0000000000000001"), "This is no part of a log.");

        HttpResponseMessage refused = await api.Client.GetAsync(new Uri("/api/streams/desk/stats", UriKind.Relative));

        refused.StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        JsonElement problem = await Api.ReadAsync(refused);
        problem.GetProperty("type").GetString().ShouldBe("urn:problem-type:pipeline:stream-damaged");
        problem.GetProperty("title").GetString().ShouldBe("The stream's log is damaged.");
        problem.GetProperty("detail").GetString()!.ShouldContain("streams/desk/log/0000000000000001");
    }

    private static object[] Items(string text, int count, string prefix, double hoursAgo = 0) =>
        [.. Enumerable.Range(0, count).Select(i => new { id = $"{prefix}{i}", text = $"{text} {i}", time = DateTimeOffset.UtcNow.AddHours(-hoursAgo), attributes = new { techCenter = "Desk" } })];

    private static async Task<SseItem<string>> FirstAsync(HttpResponseMessage response)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        await using Stream stream = await response.Content.ReadAsStreamAsync(patience.Token);
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            if (item.EventType is not "follows")
            {
                return item;
            }
        }

        throw new InvalidOperationException("Nothing was told.");
    }
}
