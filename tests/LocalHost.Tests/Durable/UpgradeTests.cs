using Dapper;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask.Client;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Durable;

[TestClass]
public sealed class UpgradeTests
{
    // The tables of version 1, with an instance that has ended, one under way with a sub-orchestration and two events, one that is suspended, and one whose start is delayed.
    private const string Version1 = """
        PRAGMA application_id = 1347178314; PRAGMA user_version = 1;
        CREATE TABLE instances (row_id INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL UNIQUE, execution_id TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
            created_at TEXT NOT NULL, updated_at TEXT NOT NULL, input TEXT, output TEXT, custom_status TEXT, failure TEXT, parent_id TEXT, parent_execution_id TEXT, parent_name TEXT, parent_task INTEGER);
        CREATE INDEX instances_by_parent ON instances (parent_id) WHERE parent_id IS NOT NULL;
        CREATE TABLE history (instance_id TEXT NOT NULL, position INTEGER NOT NULL, kind TEXT NOT NULL, at TEXT NOT NULL, task_id INTEGER NOT NULL, name TEXT, payload TEXT, failure TEXT, target TEXT,
            PRIMARY KEY (instance_id, position)) WITHOUT ROWID;
        CREATE TABLE inbox (message_id INTEGER PRIMARY KEY AUTOINCREMENT, instance_id TEXT NOT NULL, execution_id TEXT, kind TEXT NOT NULL, at TEXT NOT NULL, task_id INTEGER NOT NULL, name TEXT, payload TEXT, failure TEXT);
        CREATE INDEX inbox_by_instance ON inbox (instance_id, message_id);
        CREATE TABLE activities (instance_id TEXT NOT NULL, execution_id TEXT NOT NULL, task_id INTEGER NOT NULL, name TEXT NOT NULL, input TEXT, PRIMARY KEY (instance_id, execution_id, task_id));
        CREATE TABLE timers (instance_id TEXT NOT NULL, execution_id TEXT NOT NULL, task_id INTEGER NOT NULL, fire_at TEXT NOT NULL, PRIMARY KEY (instance_id, execution_id, task_id));
        INSERT INTO instances (instance_id, execution_id, name, status, created_at, updated_at, input, output, custom_status, parent_id) VALUES
            ('done', 'e1', 'sum', 'Completed', '2026-01-01T00:00:00.0000000Z', '2026-01-02T00:00:00.0000000Z', '1', '42', '"all"', NULL),
            ('under way', 'e2', 'sum', 'Running', '2026-01-01T00:00:00.0000000Z', '2026-01-02T00:00:00.0000000Z', '100', NULL, '"half"', NULL),
            ('called', 'e3', 'child', 'Running', '2026-01-01T00:00:00.0000000Z', '2026-01-02T00:00:00.0000000Z', '5', NULL, NULL, 'under way'),
            ('held', 'e4', 'sum', 'Suspended', '2026-01-01T00:00:00.0000000Z', '2026-01-02T00:00:00.0000000Z', '200', NULL, NULL, NULL),
            ('later', 'e5', 'sum', 'Pending', '2026-01-01T00:00:00.0000000Z', '2026-01-01T00:00:00.0000000Z', '300', NULL, NULL, NULL);
        INSERT INTO history (instance_id, position, kind, at, task_id, name, payload) VALUES
            ('under way', 0, 'TurnStarted', '2026-01-01T00:00:00.0000000Z', -1, NULL, NULL),
            ('under way', 1, 'ExecutionStarted', '2026-01-01T00:00:00.0000000Z', -1, NULL, '100'),
            ('under way', 2, 'EventRaised', '2026-01-01T00:00:00.0000000Z', -1, 'add', '20'),
            ('held', 0, 'ExecutionStarted', '2026-01-01T00:00:00.0000000Z', -1, NULL, '200'),
            ('held', 1, 'ExecutionSuspended', '2026-01-01T00:00:00.0000000Z', -1, NULL, NULL);
        INSERT INTO inbox (instance_id, execution_id, kind, at, task_id, name, payload) VALUES ('under way', NULL, 'EventRaised', '2026-01-01T00:00:00.0000000Z', -1, 'add', '3');
        INSERT INTO activities VALUES ('under way', 'e2', 0, 'child', '5');
        INSERT INTO timers VALUES ('later', 'e5', -1, '2026-06-01T00:00:00.0000000Z');
        """;

    [TestMethod]
    public async Task What_a_journal_of_version_1_has_not_ended_begins_again_with_its_input_and_its_events()
    {
        using TempFolder folder = new();
        using (SqliteConnection old = new($"Data Source={folder["o.db"]};Pooling=False"))
            old.Execute(Version1);
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("sum", async context =>
            {
                int child = await context.CallSubOrchestratorAsync<int>("child", 5);
                return context.GetInput<int>() + child + await context.WaitForExternalEvent<int>("add") + await context.WaitForExternalEvent<int>("add");
            })
            .Orchestrator("child", context => Task.FromResult(context.GetInput<int>()))
            .Start();

        (await engine.End("under way")).ReadOutputAs<int>().ShouldBe(128);
        OrchestrationMetadata done = await engine.End("done");
        done.ReadOutputAs<int>().ShouldBe(42);
        done.ReadCustomStatusAs<string>().ShouldBe("all");
        (await engine.Client.GetInstanceAsync("called")).ShouldBeNull("its caller calls it anew");
        await engine.Until("held", instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        (await engine.Client.GetInstanceAsync("later"))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        time.Advance(TimeSpan.FromDays(120));
        foreach (string id in new[] { "held", "later" })
        {
            await engine.Client.ResumeInstanceAsync(id);
            await engine.Client.RaiseEventAsync(id, "add", 1);
            await engine.Client.RaiseEventAsync(id, "add", 2);
        }

        (await engine.End("held")).ReadOutputAs<int>().ShouldBe(208);
        (await engine.End("later")).ReadOutputAs<int>().ShouldBe(308);
    }
}
