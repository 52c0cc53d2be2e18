using Npgsql;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.TestSupport;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Adapters.PostgreSql.Tests;

/// <summary>Two warehouses on one schema, as two processes have.</summary>
[TestClass]
public sealed class SeveralProcessesTests
{
    [TestMethod]
    public async Task A_change_of_a_transaction_that_commits_late_is_not_passed_by_the_watermark_of_those_after_it()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse first = TestWarehouses.New(schema);
        await using PostgreSqlWarehouse second = TestWarehouses.New(schema);
        await first.InitializeAsync();
        TaskCompletionSource allocated = new(), mayCommit = new();
        await using PostgreSqlDatabase slow = new(new PostgreSqlOptions { ConnectionString = PostgreSqlServer.Require().Connection(), Schema = schema }, () => PostgreSqlServer.Password, (_, _) => Task.CompletedTask);

        // It has its sequence, and is not committed.
        Task late = slow.WriteAsync(
            async session =>
            {
                await session.RunAsync("INSERT INTO incidents (number, texts, tech_center, change_sequence) VALUES ('LATE', '[]', 'network', 1)");
                allocated.SetResult();
                await mayCommit.Task;
                return 0;
            },
            CancellationToken.None);
        await allocated.Task;
        Task<UpsertOutcome> next = second.UpsertIncidentsAsync([Incident("NEXT")]);
        await WaitsForAsync(schema);

        next.IsCompleted.ShouldBeFalse("it would have the sequence after, and be seen before");
        (await first.ReadChangesAsync(0, 10)).ShouldBeEmpty();
        mayCommit.SetResult();
        await late;
        await next;

        (await first.ReadChangesAsync(0, 10)).Select(c => (c.Sequence, c.Incident.Number)).ShouldBe([(1, "LATE"), (2, "NEXT")]);
    }

    [TestMethod]
    public async Task A_reader_that_follows_the_sequences_misses_nothing_of_many_writers_and_finds_no_gap()
    {
        const int Batches = 40;
        const int Rows = 25;
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse reader = TestWarehouses.New(schema);
        await reader.InitializeAsync();
        PostgreSqlWarehouse[] writers = [.. Enumerable.Range(0, 4).Select(_ => TestWarehouses.New(schema))];
        List<IncidentChange> seen = [];

        Task writing = Task.WhenAll(writers.Select((writer, w) => Task.Run(async () =>
        {
            for (int batch = 0; batch < Batches; batch++)
            {
                await writer.UpsertIncidentsAsync([.. Enumerable.Range(0, Rows).Select(i => Incident($"{w}-{batch}-{i}"))]);
            }
        })));
        bool isLast;
        do
        {
            isLast = writing.IsCompleted;
            while (await reader.ReadChangesAsync(seen.Count == 0 ? 0 : seen[^1].Sequence, 500) is { Count: > 0 } page)
            {
                seen.AddRange(page);
            }
        }
        while (!isLast);
        await writing;
        foreach (PostgreSqlWarehouse writer in writers)
        {
            await writer.DisposeAsync();
        }

        seen.Select(c => c.Sequence).ShouldBe(Enumerable.Range(1, writers.Length * Batches * Rows).Select(i => (long)i));
        seen.Select(c => c.Incident.Number).Distinct(StringComparer.Ordinal).Count().ShouldBe(seen.Count);
    }

    [TestMethod]
    public async Task The_same_alert_and_the_same_training_of_two_processes_at_once_are_one()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse first = TestWarehouses.New(schema);
        await using PostgreSqlWarehouse second = TestWarehouses.New(schema);
        PostgreSqlWarehouse[] both = [first, second];

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => both[i % 2].RaiseAlertAsync(
            new Alerts.Alert { Id = $"{i:00}", Fingerprint = "f", Rule = "r", Severity = Alerts.AlertSeverity.Warning, Title = "t", Text = "x", RaisedAt = Day(1), LastAt = Day(1) }, Day(1)))));
        Training.TrainingRun[] runs = await Task.WhenAll(both.Select(warehouse => warehouse.OpenTrainingRunAsync(2026, 1, "all")));

        (await first.ReadAlertsAsync(100)).ShouldHaveSingleItem().Count.ShouldBe(20);
        runs.Select(run => run.Id).Distinct().Count().ShouldBe(1);
    }

    [TestMethod]
    public async Task Many_processes_that_start_at_once_make_the_tables_once()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        PostgreSqlWarehouse[] all = [.. Enumerable.Range(0, 6).Select(_ => TestWarehouses.New(schema))];

        await Task.WhenAll(all.Select(warehouse => Task.Run(() => warehouse.UpsertIncidentsAsync([Incident("A")]))));

        (await all[0].CountChangesAsync(0)).ShouldBe(1);
        foreach (PostgreSqlWarehouse warehouse in all)
        {
            await warehouse.DisposeAsync();
        }
    }

    [TestMethod]
    public async Task What_somebody_else_s_transaction_deadlocks_is_tried_again()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        await warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
        await warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "w", 2);
        await using NpgsqlConnection other = server.Open();
        await using NpgsqlTransaction transaction = await other.BeginTransactionAsync();
        await RunAsync(other, $"LOCK TABLE {schema}.incident_predictions IN ACCESS EXCLUSIVE MODE");

        // It holds the rows of the incidents, and waits for the predictions.
        Task<RemovedRows> removing = warehouse.EraseAsync("A");
        await WaitsForAsync(schema);
        try
        {
            await RunAsync(other, $"LOCK TABLE {schema}.incidents IN ACCESS EXCLUSIVE MODE");
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.DeadlockDetected)
        {
            // Either of the two may be the one that the server takes back.
        }

        await transaction.RollbackAsync();
        (await removing).Incidents.ShouldBe(1);
        (await warehouse.ReadChangesAsync(0, 10)).ShouldHaveSingleItem().Incident.Number.ShouldBe("B");
    }

    [TestMethod]
    public async Task The_turn_to_write_is_one_process_s_until_it_ends_it_or_is_not_heard_of()
    {
        PostgreSqlServer server = PostgreSqlServer.Require();
        string schema = server.NewSchema();
        await using PostgreSqlWarehouse first = TestWarehouses.New(schema);
        await using PostgreSqlWarehouse second = TestWarehouses.New(schema);

        WriterTurn[] asked = await Task.WhenAll(first.TryAcquireAsync("one"), second.TryAcquireAsync("two"));
        asked.Count(turn => turn.IsHeld).ShouldBe(1);
        string holder = asked.Single(turn => turn.IsHeld).Holder;
        string other = holder is "one" ? "two" : "one";
        asked.Single(turn => !turn.IsHeld).Holder.ShouldBe(holder);
        (await second.TryAcquireAsync(holder)).ShouldBe(asked.Single(turn => turn.IsHeld), "renewed");
        await second.ReleaseAsync(other);
        (await second.TryAcquireAsync(other)).IsHeld.ShouldBeFalse("nobody ends another's turn");

        server.Execute($"UPDATE {schema}.writer_lease SET expires_at = now() - interval '1 second'");
        WriterTurn taken = await second.TryAcquireAsync(other);
        (taken.IsHeld, taken.Holder).ShouldBe((true, other));
        (await first.TryAcquireAsync(holder)).ShouldBe(taken with { IsHeld = false });
        await second.ReleaseAsync(other);
        (await first.TryAcquireAsync(holder)).IsHeld.ShouldBeTrue();
    }

    [TestMethod]
    public async Task The_turn_is_renewed_while_another_write_takes_long()
    {
        string schema = PostgreSqlServer.Require().NewSchema();
        await using PostgreSqlWarehouse warehouse = TestWarehouses.New(schema);
        await warehouse.InitializeAsync();
        TaskCompletionSource mayCommit = new();
        await using PostgreSqlDatabase slow = new(new PostgreSqlOptions { ConnectionString = PostgreSqlServer.Require().Connection(), Schema = schema }, () => PostgreSqlServer.Password, (_, _) => Task.CompletedTask);
        TaskCompletionSource begun = new();
        Task writing = slow.WriteAsync(
            async _ =>
            {
                begun.SetResult();
                await mayCommit.Task;
                return 0;
            },
            CancellationToken.None);
        await begun.Task;

        (await warehouse.TryAcquireAsync("one")).IsHeld.ShouldBeTrue();
        mayCommit.SetResult();
        await writing;
    }

    // Until a statement on the schema waits for a lock.
    private static async Task WaitsForAsync(string schema)
    {
        while (PostgreSqlServer.Require().One<long>(
            $"SELECT COUNT(*) FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid) WHERE NOT l.granted AND (l.locktype = 'advisory' AND l.objid::bigint = {(uint)PostgreSqlDatabase.KeyOf(schema)} OR l.relation::regclass::text LIKE '{schema}.%')") == 0)
        {
            await Task.Delay(10);
        }
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100
        await using NpgsqlCommand command = new(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}
