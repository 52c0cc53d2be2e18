using System.Collections.Concurrent;
using Dapper;
using DurableTask.Core.Exceptions;
using Microsoft.Data.Sqlite;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.LocalHost.Durable;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Durable;

[TestClass]
public sealed class RecoveryTests
{
    [TestMethod]
    public async Task After_a_crash_finished_activities_are_not_run_again_and_unfinished_ones_are()
    {
        using TempFolder folder = new();
        ConcurrentQueue<string> ran = new();
        TaskCompletionSource never = new(), stuck = new();
        Engine Make(string journal, Func<string, Task<int>> work) => new Engine(journal)
            .Orchestrator("two", async context => await context.CallActivityAsync<int>("work", "a") + await context.CallActivityAsync<int>("work", "b"))
            .ActivityAsync("work", work);
        Engine crashed = Make(folder["o.db"], async input =>
        {
            ran.Enqueue($"first {input}");
            if (input is "b")
            {
                stuck.SetResult();
                await never.Task;
            }

            return 1;
        }).Start();
        string id = await crashed.Schedule("two");
        await stuck.Task;

        Copy(folder["o.db"], folder["after.db"]);
        await using Engine next = Make(folder["after.db"], input =>
        {
            ran.Enqueue($"second {input}");
            return Task.FromResult(10);
        }).Start();

        (await next.End(id)).ReadOutputAs<int>().ShouldBe(11);
        ran.ShouldBe(["first a", "first b", "second b"]);
        never.SetResult();
        await crashed.DisposeAsync();
    }

    [TestMethod]
    public async Task Killed_after_any_transaction_everything_ends_the_same_and_no_stored_activity_runs_again()
    {
        using TempFolder folder = new();
        List<string> copies = [];
        ConcurrentQueue<string> undisturbed = new();
        string expected;
        await using (Engine engine = Scenario(folder["o.db"], undisturbed))
        {
            engine.Start(() =>
            {
                copies.Add(folder[$"copy-{copies.Count}.db"]);
                Copy(folder["o.db"], copies[^1]);
            });
            await engine.Client.ScheduleNewOrchestrationInstanceAsync("train", 6, new StartOrchestrationOptions("the-one"));
            await engine.Client.RaiseEventAsync("the-one", "approve", "yes");
            await engine.End("the-one");
            expected = await EndState(engine);
        }

        copies.Count.ShouldBeGreaterThan(10);
        Dictionary<string, string> stored = new(StringComparer.Ordinal);
        foreach (string copy in copies)
        {
            foreach ((string call, string activity) in StoredActivities(copy))
                stored[call] = activity;
            ConcurrentQueue<string> again = new();
            await using Engine engine = Scenario(copy, again).Start();
            await engine.Client.RaiseEventAsync("the-one", "approve", "yes");
            await engine.End("the-one");

            (await EndState(engine)).ShouldBe(expected, copy);
            again.Concat(stored.Values).Order(StringComparer.Ordinal).ShouldBe(undisturbed.Order(StringComparer.Ordinal), copy);
        }
    }

    [TestMethod]
    public async Task Timers_go_on_across_restarts()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        Engine Make() => new Engine(folder["o.db"], time).Orchestrator("sleep", async context =>
        {
            context.SetCustomStatus("asleep");
            await context.CreateTimer(TimeSpan.FromHours(5), CancellationToken.None);
            return context.CurrentUtcDateTime;
        });
        string id;
        await using (Engine first = Make().Start())
        {
            id = await first.Schedule("sleep");
            await first.UntilCustomStatus(id, "asleep");
        }

        time.Advance(TimeSpan.FromHours(9));
        await using Engine second = Make().Start();

        (await second.End(id)).ReadOutputAs<DateTime>().ShouldBe(time.GetUtcNow().UtcDateTime);
    }

    [TestMethod]
    public async Task A_retry_that_waits_goes_on_across_restarts()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        int attempts = 0;
        Engine Make() => new Engine(folder["o.db"], time)
            .Orchestrator("retry", context => context.CallActivityAsync<int>("flaky", options: new TaskOptions(new RetryPolicy(2, TimeSpan.FromHours(1)))))
            .Activity<string, int>("flaky", _ => ++attempts == 1 ? throw new IOException("no") : attempts);
        string id;
        await using (Engine first = Make().Start())
        {
            id = await first.Schedule("retry");
            (await first.NextTimer(id)).ShouldBe(time.GetUtcNow().UtcDateTime.AddHours(1));
        }

        time.Advance(TimeSpan.FromHours(1));
        await using Engine second = Make().Start();

        (await second.End(id)).ReadOutputAs<int>().ShouldBe(2);
    }

    [TestMethod]
    public async Task A_suspended_instance_is_still_suspended_after_a_restart_and_misses_nothing()
    {
        using TempFolder folder = new();
        Engine Make() => new Engine(folder["o.db"])
            .Orchestrator("held", async context => await context.CallActivityAsync<int>("next", await context.WaitForExternalEvent<int>("go")))
            .Activity<int, int>("next", i => i + 1);
        string id;
        await using (Engine first = Make().Start())
        {
            id = await first.Schedule("held");
            await first.Client.SuspendInstanceAsync(id);
            await first.Client.RaiseEventAsync(id, "go", 6);
            await first.Until(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        }

        await using Engine second = Make().Start();
        (await second.Client.GetInstanceAsync(id))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        await second.Client.ResumeInstanceAsync(id);

        (await second.End(id)).ReadOutputAs<int>().ShouldBe(7);
    }

    [TestMethod]
    public async Task A_stop_cancels_activities_and_the_next_start_runs_them_again()
    {
        using TempFolder folder = new();
        TaskCompletionSource started = new();
        bool wasCancelled = false;
        Engine Make(Func<TaskActivityContext, object?, CancellationToken, Task<object?>> work) => new Engine(folder["o.db"])
            .Orchestrator("one", context => context.CallActivityAsync<string>("work"))
            .Activity("work", work);
        Engine first = Make(async (_, _, token) =>
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, token);
            }
            catch (OperationCanceledException)
            {
                wasCancelled = true;
                throw;
            }

            return null;
        }).Start();
        string id = await first.Schedule("one");
        await started.Task;
        await first.Stop();
        wasCancelled.ShouldBeTrue();

        await using Engine second = Make((_, _, _) => Task.FromResult<object?>("again")).Start();

        (await second.End(id)).ReadOutputAs<string>().ShouldBe("again");
        await Should.ThrowAsync<InvalidOperationException>(() => first.Schedule("one"));
    }

    [TestMethod]
    [DataRow("other name")]
    [DataRow("other kind")]
    [DataRow("fewer")]
    [DataRow("ends")]
    public async Task An_orchestrator_whose_code_was_changed_fails_and_says_where(string change)
    {
        using TempFolder folder = new();
        string id;
        await using (Engine before = Changed(folder["o.db"], "").Start())
        {
            id = await before.Schedule("changing");
            await before.Until(id, instance => instance.IsRunning);
        }

        await using Engine after = Changed(folder["o.db"], change).Start();
        await after.Client.RaiseEventAsync(id, "go");
        OrchestrationMetadata end = await after.End(id);

        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.IsCausedBy<NonDeterministicOrchestrationException>().ShouldBeTrue();
        end.FailureDetails.ErrorMessage.ShouldContain("first");
    }

    [TestMethod]
    public async Task An_orchestrator_that_is_gone_fails_its_instances()
    {
        using TempFolder folder = new();
        string id;
        await using (Engine before = Changed(folder["o.db"], "").Start())
            id = await before.Schedule("changing");

        await using Engine after = new Engine(folder["o.db"]).Start();
        await after.Client.RaiseEventAsync(id, "go");

        (await after.End(id)).FailureDetails!.ErrorMessage.ShouldContain("'changing'");
    }

    [TestMethod]
    public void A_file_of_another_program_is_refused_and_left_alone()
    {
        using TempFolder folder = new();
        using (SqliteConnection other = new($"Data Source={folder["o.db"]};Pooling=False"))
        {
            other.Open();
            other.Execute("CREATE TABLE mine (x)");
        }

        Should.Throw<CommandException>(() => new OrchestrationJournal(folder["o.db"], DateTime.UtcNow)).Message.ShouldContain("another program");
    }

    [TestMethod]
    public async Task The_history_of_a_run_is_appended_to_and_never_rewritten()
    {
        using TempFolder folder = new();
        Engine Make() => new Engine(folder["o.db"])
            .Orchestrator("steps", async context =>
            {
                for (int i = 0; i < 5; i++)
                    await context.CallActivityAsync<int>("step", i);
                return await context.WaitForExternalEvent<int>("go");
            })
            .Activity<int, int>("step", i => i);
        await using (Make().Start())
        {
            // The tables are made.
        }

        using (SqliteConnection journal = new($"Data Source={folder["o.db"]};Pooling=False"))
        {
            journal.Execute("""
                CREATE TRIGGER no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'rewritten'); END;
                CREATE TRIGGER no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'deleted'); END;
                """);
        }

        await using Engine engine = Make().Start();
        string id = await engine.Schedule("steps");
        await engine.Client.RaiseEventAsync(id, "go", 7);

        (await engine.End(id)).ReadOutputAs<int>().ShouldBe(7);
    }

    /// <summary>An orchestration whose first activity never ends, and the same with changed code.</summary>
    private static Engine Changed(string journal, string change) => new Engine(journal)
        .Orchestrator("changing", async context =>
        {
            Task go = context.WaitForExternalEvent<object>("go");
            switch (change)
            {
                case "other kind":
                    await context.CreateTimer(TimeSpan.FromDays(1), CancellationToken.None);
                    break;
                case "fewer":
                    await go;
                    break;
                case "ends":
                    return 0;
                default:
                    await context.CallActivityAsync(change.Length > 0 ? "renamed" : "first");
                    break;
            }

            return 1;
        })
        .Activity<object?>("first", (_, _, token) => Task.Delay(Timeout.Infinite, token).ContinueWith<object?>(_ => throw new OperationCanceledException(token), TaskScheduler.Default));

    /// <summary>Everything at once: fan-out, retries, a sub-orchestration, a timer, an event, a custom status and a second run.</summary>
    private static Engine Scenario(string journal, ConcurrentQueue<string> ran) => new Engine(journal)
        .Orchestrator("train", async context =>
        {
            int centers = context.GetInput<int>();
            if (centers < 0)
                return $"second run of {-centers}";

            var retry = new TaskOptions(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)));
            string[] models = await Task.WhenAll(Enumerable.Range(0, centers).Select(i => context.CallActivityAsync<string>("fit", i, retry)));
            context.SetCustomStatus(string.Join(' ', models));
            string evaluated = await context.CallSubOrchestratorAsync<string>("evaluate", models, new TaskOptions(retry: null).WithInstanceId($"{context.InstanceId}-evaluate"));
            await context.CreateTimer(TimeSpan.FromMilliseconds(1), CancellationToken.None);
            string approval = await context.WaitForExternalEvent<string>("approve");
            await context.CallActivityAsync("publish", $"{evaluated} {approval}");
            context.ContinueAsNew(-centers);
            return "";
        })
        .Orchestrator("evaluate", async context =>
        {
            string[] models = context.GetInput<string[]>()!;
            string[] scores = await Task.WhenAll(models.Select(model => context.CallActivityAsync<string>("score", model)));
            return string.Join(' ', scores);
        })
        .Activity<int>("fit", (call, center, _) =>
        {
            // The first attempt at one of them fails.
            bool isUnlucky = center == 1 && !StoredActivities(journal).ContainsValue($"{call.InstanceId} unlucky");
            return Note(ran, call, isUnlucky ? "unlucky" : $"model-{center}");
        })
        .Activity<string>("score", (call, model, _) => Note(ran, call, $"{model}:1"))
        .Activity<string>("publish", (call, evaluated, _) => Note(ran, call, evaluated));

    private static Task<object?> Note(ConcurrentQueue<string> ran, TaskActivityContext call, string output)
    {
        ran.Enqueue($"{call.InstanceId} {output}");
        return output is "unlucky" ? throw new IOException(output) : Task.FromResult<object?>(output);
    }

    private static async Task<string> EndState(Engine engine)
    {
        List<string> state = [];
        await foreach (OrchestrationMetadata instance in engine.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)))
            state.Add($"{instance.InstanceId} {instance.Name} {instance.RuntimeStatus} {instance.SerializedInput} {instance.SerializedOutput} {instance.SerializedCustomStatus} {instance.FailureDetails}");
        return string.Join('\n', state);
    }

    /// <summary>The activities whose ends a journal knows: which call of which instance, and how it ended.</summary>
    private static Dictionary<string, string> StoredActivities(string journal)
    {
        using SqliteConnection connection = new($"Data Source={journal};Pooling=False");
        return connection.Query<(string Call, string End)>("""
            SELECT instance_id || '#' || (event ->> 'TaskScheduledId'), instance_id || ' ' || coalesce(trim(event ->> 'Result', '"'), event ->> 'Reason')
            FROM (SELECT instance_id, kind, event FROM history UNION ALL SELECT instance_id, kind, event FROM inbox)
            WHERE kind IN ('TaskCompletedEvent', 'TaskFailedEvent')
            """).ToDictionary(row => row.Call, row => row.End, StringComparer.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        using SqliteConnection connection = new($"Data Source={from};Pooling=False");
        connection.Execute("VACUUM INTO @to", new { to });
    }
}
