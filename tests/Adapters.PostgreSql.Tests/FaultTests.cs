using System.Globalization;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.PostgreSql.Tests;

/// <summary>A server that is killed, and a network that breaks, at any moment of a write.</summary>
[TestClass]
public sealed class FaultTests
{
    [TestMethod]
    public async Task A_server_that_is_killed_again_and_again_in_the_middle_of_batches_loses_nothing_acknowledged_and_doubles_nothing()
    {
        using PostgreSqlServer server = new();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.On(server, attempts: 20);
        await warehouse.InitializeAsync();
        using CancellationTokenSource stop = new();
        List<string> acknowledged = [];

        Task writing = Task.Run(async () =>
        {
            for (int batch = 0; !stop.IsCancellationRequested || batch < 40; batch++)
            {
                Incident[] incidents = [.. Enumerable.Range(0, 40).Select(i => Incident($"{batch:0000}-{i:00}", new string('x', 500)))];
                (await warehouse.UpsertIncidentsAsync(incidents)).ShouldBe(new UpsertOutcome(40, 0, 0), "what a broken commit has stored is not stored anew");
                await warehouse.SaveMeasuresAsync([new Measure(Day(1), null, null, "batch", batch)]);
                acknowledged.AddRange(incidents.Select(i => i.Number));
            }
        });
        Random random = new(5);
        for (int kill = 0; kill < 4; kill++)
        {
            await Task.Delay(random.Next(60, 250));
            server.Crash();
            server.Start();
        }

        await stop.CancelAsync();
        await writing;

        IReadOnlyList<IncidentChange> stored = await warehouse.ReadChangesAsync(0, int.MaxValue);
        stored.Select(c => c.Incident.Number).ShouldBe(acknowledged);
        stored.Select(c => c.Sequence).ShouldBe(Enumerable.Range(1, acknowledged.Count).Select(i => (long)i));
        (await warehouse.ReadMeasuresAsync(Day(1), Day(2)).Select(m => (int)m.Value).ToListAsync()).ShouldBe(Enumerable.Range(0, acknowledged.Count / 40));
    }

    [TestMethod]
    public async Task A_connection_that_breaks_at_any_byte_of_a_write_leaves_it_done_once()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        using BreakableRelay relay = new(server.Port);
        await using PostgreSqlWarehouse warehouse = TestWarehouses.On(server, port: relay.Port);
        await warehouse.InitializeAsync();
        int broken = 0;
        for (int bytes = 20; bytes < 900; bytes += 35)
        {
            // The first write warms the connection up, so that the break hits the second one: its lock, its rows, its commit or the answer to that.
            await warehouse.SaveMeasuresAsync([new Measure(Day(1), null, null, "before", bytes)]);
            relay.BreakAfter(bytes, once: true);
            await warehouse.SaveMeasuresAsync([new Measure(Day(1), null, null, "broken", bytes)]);
            relay.Mend();
            broken++;
        }

        List<int> stored = await warehouse.ReadMeasuresAsync(Day(1), Day(2), "broken").Select(m => (int)m.Value).ToListAsync();
        stored.ShouldBe(Enumerable.Range(0, broken).Select(i => 20 + (35 * i)));
    }

    [TestMethod]
    public async Task While_the_network_is_gone_a_step_fails_with_what_to_do_and_works_again_afterwards()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        using BreakableRelay relay = new(server.Port);
        await using PostgreSqlWarehouse warehouse = TestWarehouses.On(server, port: relay.Port, attempts: 2);
        await warehouse.UpsertIncidentsAsync([Incident("A")]);
        relay.BreakAfter(10);

        (await Should.ThrowAsync<WarehouseException>(() => warehouse.UpsertIncidentsAsync([Incident("B")]))).Message.ShouldContain(string.Create(CultureInfo.InvariantCulture, $"port {relay.Port}"));
        relay.Mend();

        (await warehouse.UpsertIncidentsAsync([Incident("B")])).Added.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_disk_that_is_full_is_told_and_nothing_of_the_step_is_stored()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        await warehouse.InitializeAsync();
        // The server raises what it raises where a disk is full.
        server.Execute($"CREATE FUNCTION {schema}.full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; CREATE TRIGGER full_disk BEFORE INSERT ON {schema}.watermarks EXECUTE FUNCTION {schema}.full_disk()");

        string message = (await Should.ThrowAsync<WarehouseException>(() => warehouse.SavePreprocessedAsync([Preprocessed("A")], [], "w", 1))).Message;

        message.ShouldContain("on a disk that is full");
        (await warehouse.ListTechCentersAsync()).ShouldBeEmpty();
    }
}
