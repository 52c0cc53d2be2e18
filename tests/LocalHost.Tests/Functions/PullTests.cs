using System.Text.Json;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Feeds that are pulled on schedule, by the functions that both hosts run.</summary>
[TestClass]
public sealed class PullTests
{
    [TestMethod]
    public async Task The_schedule_takes_every_step_of_the_feeds_that_lie_elsewhere_and_one_that_fails_keeps_no_other_from_it()
    {
        FakeFeed broken = new("Broken", isInWarehouse: false, steps: 0);
        FakeFeed sound = new("Sound", isInWarehouse: false, steps: 3);
        FakeFeed inside = new("Inside", isInWarehouse: true, steps: 1);
        await using Api api = await StartAsync(broken, sound, inside);

        await ActivatorUtilities.CreateInstance<PullOrchestration>(api.Services).OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);
        IReadOnlyList<PullOutcome> outcomes = await EndAsync<IReadOnlyList<PullOutcome>>(api, "pull-all");

        outcomes.Select(o => (o.Feed, o.Added, o.HasMore)).ShouldBe([("Broken", 0, false), ("Sound", 3, false)]);
        outcomes[0].Problem.ShouldBe("It is away. Call it back.");
        (await NumbersAsync(api)).ShouldBe(["Sound-1", "Sound-2", "Sound-3"]);
    }

    [TestMethod]
    public async Task A_feed_within_the_warehouse_is_pulled_at_the_beginning_of_the_scheduled_preprocessing()
    {
        await using Api api = await StartAsync(new FakeFeed("Inside", isInWarehouse: true, steps: 2), new FakeFeed("Elsewhere", isInWarehouse: false, steps: 1));

        JsonElement asked = await api.PreprocessAsync();
        await PreprocessFunctions.OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);
        JsonElement scheduled = (await api.TrainedAsync("/api/preprocess/preprocess-all")).GetProperty("result");

        asked.GetProperty("stored").GetInt32().ShouldBe(0);
        scheduled.GetProperty("stored").GetInt32().ShouldBe(2);
        (await NumbersAsync(api)).ShouldBe(["Inside-1", "Inside-2"]);
    }

    [TestMethod]
    public async Task Without_a_feed_the_schedule_starts_nothing()
    {
        await using Api api = await StartAsync();

        await ActivatorUtilities.CreateInstance<PullOrchestration>(api.Services).OnScheduleAsync(new(), api.Orchestrations, CancellationToken.None);

        (await api.Orchestrations.GetInstanceAsync("pull-all")).ShouldBeNull();
    }

    private static async Task<Api> StartAsync(params FakeFeed[] feeds)
    {
        Api api = await Api.StartAsync(services: services =>
        {
            foreach (FakeFeed feed in feeds)
            {
                services.AddSingleton<IIncidentFeed>(feed);
            }
        });
        foreach (FakeFeed feed in feeds)
        {
            feed.Incidents = api.Warehouse;
        }

        return api;
    }

    private static async Task<T> EndAsync<T>(Api api, string instanceId)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        OrchestrationMetadata ended = await api.Orchestrations.WaitForInstanceCompletionAsync(instanceId, getInputsAndOutputs: true, patience.Token);
        ended.RuntimeStatus.ShouldBe(OrchestrationRuntimeStatus.Completed, ended.FailureDetails?.ErrorMessage);
        return ended.ReadOutputAs<T>()!;
    }

    private static async Task<string[]> NumbersAsync(Api api) => [.. (await api.Warehouse.ReadChangesAsync(0, 100)).Select(c => c.Incident.Number)];

    /// <summary>A feed with one incident a step; without steps, one that fails.</summary>
    private sealed class FakeFeed(string name, bool isInWarehouse, int steps) : IIncidentFeed
    {
        private int _step;

        public string Name => name;

        public bool IsInWarehouse => isInWarehouse;

        public Adapters.Local.SqliteWarehouse Incidents { get; set; } = null!;

        public async Task<PullOutcome> PullAsync(CancellationToken cancellationToken = default)
        {
            if (steps == 0)
            {
                throw new FeedException("It is away. Call it back.");
            }

            _step++;
            DateTimeOffset created = new(2026, 5, 1, 8, 0, 0, TimeSpan.Zero);
            UpsertOutcome stored = await Incidents.UpsertIncidentsAsync([new Incident { Number = $"{name}-{_step}", CreatedOn = created, Texts = ["VPN drops"], TechCenter = "Network" }], cancellationToken);
            return new PullOutcome(name, 1, 0, stored.Added, stored.Changed, created) { HasMore = _step < steps };
        }
    }
}
