using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Durable;

[TestClass]
public sealed class ClientTests
{
    [TestMethod]
    public async Task An_event_raised_before_it_is_awaited_is_kept()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("two", async context =>
            {
                string first = await context.WaitForExternalEvent<string>("first");
                return first + await context.WaitForExternalEvent<string>("SECOND");
            })
            .Start();

        string id = await engine.Schedule("two");
        await engine.Client.RaiseEventAsync(id, "second", "b");
        await engine.Client.RaiseEventAsync(id, "first", "a");

        (await engine.End(id)).ReadOutputAs<string>().ShouldBe("ab");
    }

    [TestMethod]
    public async Task An_orchestration_raises_an_event_for_another()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("waits", context => context.WaitForExternalEvent<string>("news"))
            .Orchestrator("tells", context =>
            {
                context.SendEvent(context.GetInput<string>()!, "news", "good");
                return Task.FromResult("told");
            })
            .Start();
        string waiting = await engine.Schedule("waits");

        (await engine.Run("tells", waiting)).ReadOutputAs<string>().ShouldBe("told");

        (await engine.End(waiting)).ReadOutputAs<string>().ShouldBe("good");
    }

    [TestMethod]
    public async Task Nothing_happens_to_instances_that_do_not_run()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"]).Orchestrator("short", _ => Task.FromResult(1)).Start();
        string id = (await engine.Run("short")).InstanceId;

        await engine.Client.RaiseEventAsync(id, "late", 1);
        await engine.Client.TerminateInstanceAsync(id);
        await engine.Client.RaiseEventAsync("nobody", "lost", 1);

        (await engine.End(id)).RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);
        (await engine.Client.GetInstanceAsync("nobody")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_terminated_instance_ends_with_the_given_output_and_begins_nothing_more()
    {
        using TempFolder folder = new();
        TaskCompletionSource started = new(), release = new();
        int begun = 0;
        await using Engine engine = new Engine(folder["o.db"], activities: 1)
            .Orchestrator("long", async context =>
            {
                await Task.WhenAll(context.CallActivityAsync("slow", 1), context.CallActivityAsync("slow", 2));
                return "done";
            })
            .ActivityAsync<int, int>("slow", async i =>
            {
                Interlocked.Increment(ref begun);
                started.TrySetResult();
                await release.Task;
                return i;
            })
            .Orchestrator("after", context => context.CallActivityAsync<int>("slow", 3))
            .Start();

        string id = await engine.Schedule("long");
        await started.Task;
        await engine.Client.TerminateInstanceAsync(id, (object)"stopped");
        OrchestrationMetadata end = await engine.End(id);
        release.SetResult();
        await engine.Run("after");

        end.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Terminated);
        end.ReadOutputAs<string>().ShouldBe("stopped");
        begun.ShouldBe(2, "the one under way and the one of the other orchestration");
    }

    [TestMethod]
    [DataRow(true, OrchestrationRuntimeStatus.Terminated)]
    [DataRow(false, OrchestrationRuntimeStatus.Running)]
    public async Task Sub_orchestrations_are_terminated_where_asked_for(bool isRecursive, OrchestrationRuntimeStatus expected)
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<int>("child", options: new TaskOptions(retry: null).WithInstanceId("child-1")))
            .Orchestrator("child", context => context.WaitForExternalEvent<int>("never"))
            .Start();
        string id = await engine.Schedule("parent");
        await engine.Until("child-1", child => child.IsRunning);

        await engine.Client.TerminateInstanceAsync(id, new TerminateInstanceOptions(Recursive: isRecursive));
        await engine.End(id);

        await engine.Until("child-1", child => child.RuntimeStatus == expected);
    }

    [TestMethod]
    public async Task A_terminated_sub_orchestration_fails_its_call()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<int>("child", options: new TaskOptions(retry: null).WithInstanceId("child-1")))
            .Orchestrator("child", context => context.WaitForExternalEvent<int>("never"))
            .Start();
        string id = await engine.Schedule("parent");
        await engine.Until("child-1", child => child.IsRunning);

        await engine.Client.TerminateInstanceAsync("child-1");

        (await engine.End(id)).FailureDetails!.InnerFailure!.ErrorMessage.ShouldContain("child-1");
    }

    [TestMethod]
    public async Task A_suspended_instance_goes_on_where_it_was_when_resumed()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("held", async context =>
            {
                context.SetCustomStatus("waiting");
                int value = await context.WaitForExternalEvent<int>("go");
                context.SetCustomStatus("moved");
                return await context.CallActivityAsync<int>("same", value);
            })
            .Activity<int, int>("same", i => i)
            .Start();
        string id = await engine.Schedule("held");
        await engine.UntilCustomStatus(id, "waiting");

        await engine.Client.SuspendInstanceAsync(id, "maintenance");
        await engine.Until(id, instance => instance.RuntimeStatus == OrchestrationRuntimeStatus.Suspended);
        DateTimeOffset before = (await engine.Client.GetInstanceAsync(id))!.LastUpdatedAt;
        await engine.Client.RaiseEventAsync(id, "go", 7);
        OrchestrationMetadata held = await engine.Until(id, instance => instance.LastUpdatedAt > before);
        held.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Suspended);
        held.ReadCustomStatusAs<string>().ShouldBe("waiting");

        await engine.Client.ResumeInstanceAsync(id);

        (await engine.End(id)).ReadOutputAs<int>().ShouldBe(7);
    }

    [TestMethod]
    public async Task Only_instances_that_have_ended_are_purged()
    {
        using TempFolder folder = new();
        ManualTime time = new();
        await using Engine engine = new Engine(folder["o.db"], time)
            .Orchestrator("short", _ => Task.FromResult(1))
            .Orchestrator("wait", context => context.WaitForExternalEvent<int>("go"))
            .Start();
        await engine.End(await engine.Schedule("short", id: "old"));
        await engine.Schedule("wait", id: "old-running");
        await engine.Client.WaitForInstanceStartAsync("old-running");
        time.Advance(TimeSpan.FromDays(40));
        await engine.End(await engine.Schedule("short", id: "new"));

        PurgeResult one = await engine.Client.PurgeInstanceAsync("old-running");
        PurgeResult all = await engine.Client.PurgeAllInstancesAsync(new PurgeInstancesFilter(CreatedTo: time.GetUtcNow() - TimeSpan.FromDays(30)));

        one.PurgedInstanceCount.ShouldBe(0);
        all.PurgedInstanceCount.ShouldBe(1);
        (await engine.Client.GetInstanceAsync("old")).ShouldBeNull();
        (await Ids(engine.Client.GetAllInstancesAsync())).ShouldBe(["old-running", "new"]);
    }

    [TestMethod]
    public async Task A_recursive_purge_takes_sub_orchestrations_along()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("parent", context => context.CallSubOrchestratorAsync<int>("child"))
            .Orchestrator("child", _ => Task.FromResult(1))
            .Start();
        string id = (await engine.Run("parent")).InstanceId;

        PurgeResult purged = await engine.Client.PurgeInstanceAsync(id, new PurgeInstanceOptions(Recursive: true));

        purged.PurgedInstanceCount.ShouldBe(2);
        (await Ids(engine.Client.GetAllInstancesAsync())).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Instances_are_listed_page_by_page_by_prefix_and_status()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"])
            .Orchestrator("short", _ => Task.FromResult(1))
            .Orchestrator<int>("bad", _ => throw new InvalidOperationException("no"))
            .Start();
        for (int i = 0; i < 5; i++)
            await engine.End(await engine.Schedule("short", id: $"a-{i}"));
        await engine.End(await engine.Schedule("bad", id: "a-bad"));
        await engine.End(await engine.Schedule("short", id: "b"));

        (await Ids(engine.Client.GetAllInstancesAsync(new OrchestrationQuery(InstanceIdPrefix: "a-", PageSize: 2)))).ShouldBe(["a-0", "a-1", "a-2", "a-3", "a-4", "a-bad"]);
        (await Ids(engine.Client.GetAllInstancesAsync(new OrchestrationQuery(Statuses: [OrchestrationRuntimeStatus.Failed])))).ShouldBe(["a-bad"]);
    }

    [TestMethod]
    public async Task Outputs_that_were_not_asked_for_cannot_be_read()
    {
        using TempFolder folder = new();
        await using Engine engine = new Engine(folder["o.db"]).Orchestrator("short", _ => Task.FromResult(1)).Start();
        string id = (await engine.Run("short")).InstanceId;

        OrchestrationMetadata without = (await engine.Client.GetInstanceAsync(id))!;

        without.SerializedOutput.ShouldBeNull();
        Should.Throw<InvalidOperationException>(() => without.ReadOutputAs<int>());
    }

    private static async Task<List<string>> Ids(AsyncPageable<OrchestrationMetadata> instances)
    {
        List<string> ids = [];
        await foreach (OrchestrationMetadata instance in instances)
            ids.Add(instance.InstanceId);
        return ids;
    }
}
