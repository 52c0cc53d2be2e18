using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.LocalHost.Hosting.Invocations;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class PurgeHistoryTests
{
    [TestMethod]
    public async Task An_orchestration_that_ended_is_forgotten_by_the_schedule_once_it_is_old_enough()
    {
        LaterClock clock = new();
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["PurgeHistorySchedule"] = "* * * * * *", ["History:RetentionDays"] = "30" }, clock);
        await api.ReportAsync("Network", 300);
        await api.PreprocessAsync();
        await api.PostAsync("/api/train", new { });
        await api.TrainedAsync("/api/train/train-2026-q2");

        clock.Ahead = TimeSpan.FromDays(29);
        await PurgedAfterAsync(api, clock.GetUtcNow());
        (await api.Orchestrations.GetInstanceAsync("train-2026-q2")).ShouldNotBeNull().RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed);

        clock.Ahead = TimeSpan.FromDays(31);
        await PurgedAfterAsync(api, clock.GetUtcNow());
        (await api.Orchestrations.GetInstanceAsync("train-2026-q2")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_retention_out_of_its_range_stops_the_start_with_the_range()
    {
        ArgumentOutOfRangeException refused = await Should.ThrowAsync<ArgumentOutOfRangeException>(
            () => Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["History:RetentionDays"] = "0" }));
        refused.Message.ShouldStartWith("History:RetentionDays is 0; it must be from 1 to 3650.");
    }

    private static async Task PurgedAfterAsync(Api api, DateTimeOffset time)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(4));
        InvocationLog log = api.Services.GetRequiredService<InvocationLog>();
        while (!log.Recent().Any(run => run is { Function: "PurgeHistoryOnSchedule", Outcome: InvocationOutcome.Succeeded } && run.Started >= time))
        {
            await Task.Delay(50, patience.Token);
        }
    }

    /// <summary>The system's clock, set ahead.</summary>
    private sealed class LaterClock : TimeProvider
    {
        private long _ahead;

        public TimeSpan Ahead
        {
            set => Interlocked.Exchange(ref _ahead, value.Ticks);
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
    }
}
