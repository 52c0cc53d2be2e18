using System.Collections.Concurrent;
using System.Globalization;
using Dapper;
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

        copies.Count.ShouldBeGreaterThan(20);
        HashSet<string> stored = new(StringComparer.Ordinal);
        foreach (string copy in copies)
        {
            stored.UnionWith(StoredActivities(copy));
            ConcurrentQueue<string> again = new();
            await using Engine engine = Scenario(copy, again).Start();
            await engine.Client.RaiseEventAsync("the-one", "approve", "yes");
            await engine.End("the-one");

            (await EndState(engine)).ShouldBe(expected, copy);
            again.Concat(stored).Order(StringComparer.Ordinal).ShouldBe(undisturbed.Order(StringComparer.Ordinal), copy);
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
        Engine Make(Func<ActivityInvocation, CancellationToken, Task<object?>> work) => new Engine(folder["o.db"])
            .Orchestrator("one", context => context.CallActivityAsync<string>("work"))
            .Activity("work", work);
        Engine first = Make(async (_, token) =>
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

        await using Engine second = Make((_, _) => Task.FromResult<object?>("again")).Start();

        (await second.End(id)).ReadOutputAs<string>().ShouldBe("again");
        await Should.ThrowAsync<InvalidOperationException>(() => first.Schedule("one"));
    }

    [TestMethod]
    [DataRow("other name", "at position 2 the history has activity 'first', the orchestrator now asks for activity 'renamed'")]
    [DataRow("other kind", "at position 2 the history has activity 'first', the orchestrator now asks for a timer")]
    [DataRow("fewer", "at position 2 the history has activity 'first', the orchestrator now asks for nothing")]
    [DataRow("ends", "at position 2 the history has activity 'first', the orchestrator now asks for its end")]
    [DataRow("more", "at position 3 the history has nothing more before it waits, the orchestrator now asks for activity 'second'")]
    public async Task An_orchestrator_whose_code_was_changed_fails_and_says_where(string change, string expected)
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
        end.FailureDetails.ErrorMessage.ShouldContain($"'{id}'");
        end.FailureDetails.ErrorMessage.ShouldContain(expected);
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

        Should.Throw<CommandException>(() => new OrchestrationJournal(folder["o.db"])).Message.ShouldContain("another program");
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
                case "more":
                    await Task.WhenAll(context.CallActivityAsync("first"), context.CallActivityAsync("second"));
                    break;
                default:
                    await context.CallActivityAsync(change.Length > 0 ? "renamed" : "first");
                    break;
            }

            return 1;
        })
        .Activity("first", (_, token) => Task.Delay(Timeout.Infinite, token).ContinueWith<object?>(_ => throw new OperationCanceledException(token), TaskScheduler.Default));

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
        .Activity("fit", async (call, _) =>
        {
            object? model = await Note(ran, call, $"model-{call.ReadInput<int>()}");
            return call.TaskId == 1 ? throw new IOException("unlucky") : model;
        })
        .Activity("score", (call, _) => Note(ran, call, $"{call.ReadInput<string>()}:1"))
        .Activity("publish", (call, _) => Note(ran, call, call.ReadInput<string>()!));

    private static Task<object?> Note(ConcurrentQueue<string> ran, ActivityInvocation call, string output)
    {
        ran.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{call.InstanceId}#{call.TaskId}"));
        return Task.FromResult<object?>(output);
    }

    private static async Task<string> EndState(Engine engine)
    {
        List<string> state = [];
        await foreach (OrchestrationMetadata instance in engine.Client.GetAllInstancesAsync(new OrchestrationQuery(FetchInputsAndOutputs: true)))
            state.Add($"{instance.InstanceId} {instance.Name} {instance.RuntimeStatus} {instance.SerializedInput} {instance.SerializedOutput} {instance.SerializedCustomStatus} {instance.FailureDetails}");
        return string.Join('\n', state);
    }

    /// <summary>The activities whose ends a journal knows.</summary>
    private static HashSet<string> StoredActivities(string journal)
    {
        using SqliteConnection connection = new($"Data Source={journal};Pooling=False");
        return connection.Query<string>("""
            SELECT instance_id || '#' || task_id FROM history WHERE kind IN ('ActivityCompleted', 'ActivityFailed')
            UNION SELECT instance_id || '#' || task_id FROM inbox WHERE kind IN ('ActivityCompleted', 'ActivityFailed')
            """).ToHashSet(StringComparer.Ordinal);
    }

    private static void Copy(string from, string to)
    {
        using SqliteConnection connection = new($"Data Source={from};Pooling=False");
        connection.Execute("VACUUM INTO @to", new { to });
    }
}
