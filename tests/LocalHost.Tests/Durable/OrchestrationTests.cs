using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.TestSupport;
using TaskFailedException = Microsoft.DurableTask.TaskFailedException;

namespace Pipeline.LocalHost.Tests.Durable;

[TestClass]
public sealed class OrchestrationTests
{
    [TestMethod]
    public async Task Fans_out_and_back_in()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("squares", async context =>
            {
                int[] squares = await Task.WhenAll(Enumerable.Range(1, context.GetInput<int>()).Select(i => context.CallActivityAsync<int>("square", i)));
                return squares.Sum();
            })
            .Activity<int, int>("square", i => i * i)
            .Start();

        OrchestrationMetadata end = await engine.Run("squares", 20);

        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        end.ReadOutputAs<int>().ShouldBe(2870);
        end.ReadInputAs<int>().ShouldBe(20);
    }

    [TestMethod]
    public async Task No_more_activities_run_at_once_than_configured()
    {
        using TempFolder folder = new();
        int running = 0, most = 0;
        Lock gate = new();
        await using Engine engine = new Engine(folder["o.db"], activities: 3)
            .Orchestrator("many", async context =>
            {
                await Task.WhenAll(Enumerable.Range(0, 12).Select(i => context.CallActivityAsync("work", i)));
                return 0;
            })
            .ActivityAsync<int, int>("work", async _ =>
            {
                lock (gate)
                    most = Math.Max(most, ++running);
                await Task.Delay(5);
                lock (gate)
                    return --running;
            })
            .Start();

        await engine.Run("many");

        most.ShouldBeInRange(1, 3);
    }

    [TestMethod]
    public async Task An_orchestrator_can_bound_its_own_fan_out()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("bounded", async context =>
            {
                var running = new List<Task<int>>();
                int sum = 0;
                for (int i = 0; i < 9; i++)
                {
                    if (running.Count == 2)
                    {
                        Task<int> first = await Task.WhenAny(running);
                        running.Remove(first);
                        sum += await first;
                    }

                    running.Add(context.CallActivityAsync<int>("same", i));
                }

                return sum + (await Task.WhenAll(running)).Sum();
            })
            .Activity<int, int>("same", i => i)
            .Start();

        (await engine.Run("bounded")).ReadOutputAs<int>().ShouldBe(36);
    }

    [TestMethod]
    public async Task An_activitys_failure_reaches_the_orchestrator_and_the_client_with_its_details()
    {
        using TempFolder folder = new();
        TaskFailedException? seen = null;
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("caller", async context =>
            {
                try
                {
                    await context.CallActivityAsync("broken", "x");
                }
                catch (TaskFailedException e)
                {
                    seen = e;
                    throw;
                }

                return 0;
            })
            .Activity<string, int>("broken", input => throw new InvalidDataException($"no {input}", new IOException("disk")))
            .Start();

        OrchestrationMetadata end = await engine.Run("caller");

        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.ErrorType.ShouldBe(typeof(TaskFailedException).FullName);
        end.FailureDetails.InnerFailure!.IsCausedBy<InvalidDataException>().ShouldBeTrue();
        seen.ShouldNotBeNull();
        seen.TaskName.ShouldBe("broken");
        seen.TaskId.ShouldBe(0);
        seen.FailureDetails.ErrorMessage.ShouldBe("no x");
        seen.FailureDetails.IsCausedBy<SystemException>().ShouldBeTrue();
        seen.FailureDetails.IsCausedBy<IOException>().ShouldBeFalse();
        seen.FailureDetails.InnerFailure!.ErrorMessage.ShouldBe("disk");
    }

    [TestMethod]
    public async Task An_unknown_activity_fails_its_call_and_an_unknown_orchestrator_is_refused()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"]).Orchestrator("caller", context => context.CallActivityAsync<int>("nowhere")).Start();

        (await engine.Run("caller")).FailureDetails!.InnerFailure!.ErrorMessage.ShouldContain("nowhere");
        (await Should.ThrowAsync<ArgumentException>(() => engine.Schedule("nobody"))).Message.ShouldContain("nobody");
    }

    [TestMethod]
    public async Task Values_travel_as_the_worker_serialises_them()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("echo", async context => await context.CallActivityAsync<Parcel>("echo", context.GetInput<Parcel>()))
            .Activity<Parcel, Parcel>("echo", parcel => parcel with { Tags = [.. parcel.Tags, "seen"] })
            .Start();

        OrchestrationMetadata end = await engine.Run("echo", new { name = "a", sentAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), tags = Array.Empty<string>() });

        Parcel parcel = end.ReadOutputAs<Parcel>()!;
        parcel.Name.ShouldBe("a");
        parcel.SentAt.Year.ShouldBe(2026);
        parcel.Tags.ShouldBe(["seen"]);
        end.SerializedOutput.ShouldStartWith("{\"Name\":\"a\"");
    }

    [TestMethod]
    public async Task Custom_status_is_seen_while_the_orchestration_runs_and_after()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("report", async context =>
            {
                context.SetCustomStatus("waiting");
                await context.WaitForExternalEvent<string>("go");
                context.SetCustomStatus("gone");
                return 1;
            })
            .Start();

        string id = await engine.Schedule("report");
        await engine.UntilCustomStatus(id, "waiting");
        (await engine.Client.GetInstanceAsync(id))!.SerializedCustomStatus.ShouldBeNull("inputs and outputs were not asked for");
        await engine.Client.RaiseEventAsync(id, "go");

        (await engine.End(id)).ReadCustomStatusAs<string>().ShouldBe("gone");
    }

    [TestMethod]
    public async Task A_sub_orchestration_answers_its_caller_and_knows_it()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("parent", async context => await context.CallSubOrchestratorAsync<string>("child", "in", new TaskOptions(retry: null).WithInstanceId("the-child")))
            .Orchestrator("child", context => Task.FromResult($"{context.GetInput<string>()} {context.Parent!.Name} {context.Parent.InstanceId}"))
            .Orchestrator("careful", async context =>
            {
                try
                {
                    return await context.CallSubOrchestratorAsync<string>("bad");
                }
                catch (TaskFailedException e)
                {
                    return e.FailureDetails.ErrorMessage;
                }
            })
            .Orchestrator<string>("bad", _ => throw new InvalidOperationException("never works"))
            .Start();

        string id = await engine.Schedule("parent", id: "the-parent");
        (await engine.End(id)).ReadOutputAs<string>().ShouldBe("in parent the-parent");
        (await engine.End("the-child")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (await engine.Run("careful")).ReadOutputAs<string>().ShouldBe("never works");
    }

    [TestMethod]
    public async Task An_id_in_use_is_refused_and_one_that_has_ended_is_used_again()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("wait", context => context.WaitForExternalEvent<int>("go"))
            .Start();

        await engine.Schedule("wait", id: "one");
        await Should.ThrowAsync<OrchestrationAlreadyExistsException>(() => engine.Schedule("wait", id: "one"));
        await engine.Client.RaiseEventAsync("one", "go", 1);
        (await engine.End("one")).ReadOutputAs<int>().ShouldBe(1);

        await engine.Schedule("wait", id: "one");
        (await engine.Client.WaitForInstanceStartAsync("one")).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Running);
        await engine.Client.RaiseEventAsync("one", "go", 2);
        (await engine.End("one")).ReadOutputAs<int>().ShouldBe(2);
    }

    [TestMethod]
    [DataRow("@x")]
    [DataRow("a/b")]
    [DataRow("a#b")]
    [DataRow("a?b")]
    [DataRow("a\\b")]
    public async Task An_id_that_Durable_Functions_refuses_is_refused(string id)
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"]).Orchestrator("any", _ => Task.FromResult(1)).Start();

        await Should.ThrowAsync<ArgumentException>(() => engine.Schedule("any", id: id));
    }

    [TestMethod]
    public async Task Identifiers_of_the_context_differ_within_a_run_and_between_runs()
    {
        using TempFolder folder = new();
        ConcurrentBag<Guid> seen = [];
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("guids", async context =>
            {
                Guid[] mine = [context.NewGuid(), context.NewGuid()];
                await context.CallActivityAsync("note", mine);
                return mine;
            })
            .Activity<Guid[], int>("note", guids =>
            {
                foreach (Guid guid in guids)
                    seen.Add(guid);
                return 0;
            })
            .Start();

        Guid[] first = (await engine.Run("guids")).ReadOutputAs<Guid[]>()!;
        Guid[] second = (await engine.Run("guids")).ReadOutputAs<Guid[]>()!;

        seen.Distinct().Count().ShouldBe(4);
        seen.ShouldBe(first.Concat(second), ignoreOrder: true, "replay gives the same ones");
    }

    [TestMethod]
    public async Task Continue_as_new_begins_again_with_its_new_input_and_the_events_nobody_read()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("loop", async context =>
            {
                int round = context.GetInput<int>();
                int add = await context.WaitForExternalEvent<int>("add");
                if (round + add >= 10)
                    return round + add;
                context.ContinueAsNew(round + add);
                return -1;
            })
            .Start();

        string id = await engine.Schedule("loop", 0);
        foreach (int add in new[] { 1, 2, 3, 4 })
            await engine.Client.RaiseEventAsync(id, "add", add);

        (await engine.End(id)).ReadOutputAs<int>().ShouldBe(10);
    }

    [TestMethod]
    public async Task Continue_as_new_can_leave_unread_events_behind()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("once", async context =>
            {
                if (context.GetInput<int>() == 1)
                {
                    context.SetCustomStatus("second run");
                    return await context.WaitForExternalEvent<string>("unread");
                }

                await context.WaitForExternalEvent<int>("go");
                context.ContinueAsNew(1, preserveUnprocessedEvents: false);
                return "";
            })
            .Start();

        string id = await engine.Schedule("once", 0);
        await engine.Client.RaiseEventAsync(id, "unread", "old");
        await engine.Client.RaiseEventAsync(id, "go", 1);
        await engine.UntilCustomStatus(id, "second run");
        await engine.Client.RaiseEventAsync(id, "unread", "new");

        (await engine.End(id)).ReadOutputAs<string>().ShouldBe("new");
    }

    [TestMethod]
    public async Task An_orchestrator_that_awaits_something_foreign_fails_and_says_why()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("foreign", async _ =>
            {
                await Task.Delay(1);
                return 1;
            })
            .Start();

        OrchestrationMetadata end = await engine.Run("foreign");

        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Failed);
        end.FailureDetails!.ErrorMessage.ShouldContain("'foreign'");
    }

    [TestMethod]
    public async Task Many_instances_at_once_each_end_with_their_own_output()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("twice", async context =>
            {
                int doubled = await context.CallActivityAsync<int>("double", context.GetInput<int>());
                return await context.CallActivityAsync<int>("double", doubled);
            })
            .Activity<int, int>("double", i => 2 * i)
            .Start();

        await Task.WhenAll(Enumerable.Range(0, 150).Select(i => engine.Schedule("twice", i, $"many-{i}")));

        for (int i = 0; i < 150; i++)
            (await engine.End($"many-{i}")).ReadOutputAs<int>().ShouldBe(4 * i);
    }

    private sealed record Parcel(string Name, DateTimeOffset SentAt, string[] Tags);
}
