using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Durable;

[TestClass]
public sealed class TimerTests
{
    [TestMethod]
    public async Task A_timer_goes_off_when_its_time_has_come_and_not_before()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("sleep", async context =>
            {
                DateTime begin = context.CurrentUtcDateTime;
                context.SetCustomStatus("asleep");
                await context.CreateTimer(TimeSpan.FromDays(3), CancellationToken.None);
                return (context.CurrentUtcDateTime - begin).TotalHours;
            })
            .Start();
        string id = await engine.Schedule("sleep");
        await engine.UntilCustomStatus(id, "asleep");

        time.Advance(TimeSpan.FromDays(2));
        (await engine.Client.GetInstanceAsync(id))!.IsRunning.ShouldBeTrue();
        time.Advance(TimeSpan.FromDays(1));

        (await engine.End(id)).ReadOutputAs<double>().ShouldBe(72);
    }

    [TestMethod]
    public async Task A_timer_may_be_longer_than_the_worker_sets_one_at_once()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("sleep", async context =>
            {
                DateTime begin = context.CurrentUtcDateTime;
                await context.CreateTimer(TimeSpan.FromDays(8), CancellationToken.None);
                return (context.CurrentUtcDateTime - begin).TotalDays;
            })
            .Start();
        string id = await engine.Schedule("sleep");
        int timers = 0;
        DateTime? before = null;
        while (await engine.NextTimer(id) is { } fireAt)
        {
            if (fireAt != before)
            {
                timers++;
                time.Advance(fireAt - time.GetUtcNow().UtcDateTime);
            }

            before = fireAt;
        }

        (await engine.End(id)).ReadOutputAs<double>().ShouldBe(8);
        timers.ShouldBe(3, "the worker splits a timer into parts of three days");
    }

    [TestMethod]
    public async Task An_orchestration_does_not_end_before_its_timers_unless_they_are_cancelled()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("left", context =>
            {
                _ = context.CreateTimer(TimeSpan.FromHours(1), CancellationToken.None);
                return Task.FromResult("end");
            })
            .Orchestrator("cancelled", async context =>
            {
                using CancellationTokenSource cancellation = new();
                Task timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
                cancellation.Cancel();
                try
                {
                    await timer;
                    return "went off";
                }
                catch (TaskCanceledException)
                {
                    return "end";
                }
            })
            .Start();

        (await engine.Run("cancelled")).ReadOutputAs<string>().ShouldBe("end");
        string id = await engine.Schedule("left");
        (await engine.Client.WaitForInstanceStartAsync(id)).IsRunning.ShouldBeTrue();
        time.Advance(TimeSpan.FromHours(1));

        (await engine.End(id)).ReadOutputAs<string>().ShouldBe("end");
    }

    [TestMethod]
    public async Task Waiting_for_an_event_ends_with_the_event_or_the_timeout()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("patient", async context =>
            {
                context.SetCustomStatus("waiting");
                try
                {
                    return await context.WaitForExternalEvent<string>("answer", TimeSpan.FromMinutes(5));
                }
                catch (TaskCanceledException)
                {
                    return "too late";
                }
            })
            .Start();
        string answered = await engine.Schedule("patient"), forgotten = await engine.Schedule("patient");
        await engine.UntilCustomStatus(answered, "waiting");
        await engine.UntilCustomStatus(forgotten, "waiting");

        await engine.Client.RaiseEventAsync(answered, "answer", "yes");
        (await engine.End(answered)).ReadOutputAs<string>().ShouldBe("yes");
        time.Advance(TimeSpan.FromMinutes(5));

        (await engine.End(forgotten)).ReadOutputAs<string>().ShouldBe("too late");
    }

    [TestMethod]
    public async Task Retries_wait_longer_each_time_and_end_with_success()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        List<DateTimeOffset> attempts = [];
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("stubborn", context => context.CallActivityAsync<string>("flaky", options: TaskOptions.FromRetryPolicy(
                new RetryPolicy(5, TimeSpan.FromMinutes(1), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromMinutes(5)))))
            .Activity<string, string>("flaky", _ =>
            {
                lock (attempts)
                    attempts.Add(time.GetUtcNow());
                return attempts.Count < 4 ? throw new IOException("not yet") : "at last";
            })
            .Start();

        string id = await engine.Schedule("stubborn");
        DateTime? before = null;
        while (await engine.NextTimer(id) is { } fireAt)
        {
            if (fireAt != before)
                time.Advance(fireAt - time.GetUtcNow().UtcDateTime);
            before = fireAt;
        }

        (await engine.End(id)).ReadOutputAs<string>().ShouldBe("at last");
        attempts.Zip(attempts.Skip(1), (a, b) => b - a).ShouldBe([TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(5)]);
    }

    [TestMethod]
    public async Task Retries_end_with_the_last_failure_or_at_once_where_the_failure_is_not_worth_it()
    {
        using TempFolder folder = new();
        int attempts = 0;
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("hopeless", context => context.CallActivityAsync<string>("broken", options: new TaskOptions(new RetryPolicy(3, TimeSpan.FromMilliseconds(1)))))
            .Orchestrator("wise", context => context.CallActivityAsync<string>("broken", options: new TaskOptions(
                new RetryPolicy(3, TimeSpan.FromMilliseconds(1)) { HandleFailure = failure => !failure.IsCausedBy<IOException>() })))
            .Activity<string, string>("broken", _ => throw new IOException($"attempt {Interlocked.Increment(ref attempts)}"))
            .Start();

        (await engine.Run("hopeless")).FailureDetails!.InnerFailure!.ErrorMessage.ShouldBe("attempt 3");
        (await engine.Run("wise")).FailureDetails!.InnerFailure!.ErrorMessage.ShouldBe("attempt 4");
    }

    [TestMethod]
    public async Task A_failed_sub_orchestration_is_tried_again()
    {
        using TempFolder folder = new();
        int runs = 0;
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<string>("child", options: new TaskOptions(new RetryPolicy(2, TimeSpan.FromMilliseconds(1)))))
            .Orchestrator("child", _ => Interlocked.Increment(ref runs) == 1 ? throw new IOException("no") : Task.FromResult("yes"))
            .Start();

        (await engine.Run("parent")).ReadOutputAs<string>().ShouldBe("yes");
    }

    [TestMethod]
    public async Task A_delayed_start_is_pending_until_its_time()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time).Orchestrator("later", context => Task.FromResult(context.GetInput<int>())).Start();

        string id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("later", 5, new StartOrchestrationOptions(StartAt: time.GetUtcNow().AddHours(2)));
        time.Advance(TimeSpan.FromHours(1));
        (await engine.Client.GetInstanceAsync(id))!.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Pending);
        time.Advance(TimeSpan.FromHours(1));

        (await engine.End(id)).ReadOutputAs<int>().ShouldBe(5);
    }

    [TestMethod]
    public async Task An_instance_terminated_before_its_delayed_start_never_runs()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        int runs = 0;
        await using Engine engine = new Engine(folder["o.db"], time).Orchestrator("later", _ => Task.FromResult(Interlocked.Increment(ref runs))).Start();
        string id = await engine.Client.ScheduleNewOrchestrationInstanceAsync("later", new StartOrchestrationOptions(StartAt: time.GetUtcNow().AddHours(2)));

        await engine.Client.TerminateInstanceAsync(id);
        (await engine.End(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        time.Advance(TimeSpan.FromHours(3));
        await engine.Run("later");

        runs.ShouldBe(1, "the other instance");
    }
}
