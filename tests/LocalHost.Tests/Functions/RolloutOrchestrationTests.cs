using System.Collections.Concurrent;
using Microsoft.DurableTask.Client;
using Pipeline.Classification;
using Pipeline.LocalHost.Tests.Durable;
using Pipeline.Rollout;
using Pipeline.TestSupport;
using Pipeline.Triggers;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>The course of rollouts under a clock that the test moves. What looks find is made up here; CanaryTrialTests has how it is found.</summary>
[TestClass]
public sealed class RolloutOrchestrationTests
{
    private static readonly TrialSide Production = new("2026_q1", 500, 0, 0.2, 0.4);

    [TestMethod]
    public async Task A_canary_that_does_well_is_promoted_after_its_time_and_the_incidents_are_predicted_anew()
    {
        World world = new(Good);

        RolloutEnd end = await world.RunAsync(blueGreen: false);

        (end.Promoted, world.Elapsed).ShouldBe((true, TimeSpan.FromSeconds(3_600)));
        world.Calls.Count(c => c is "look").ShouldBe(12, "every five minutes");
        world.Calls.TakeLast(2).ShouldBe(["end True", "repredict Network"]);
    }

    [TestMethod]
    [DataRow("errors")]
    [DataRow("latency")]
    [DataRow("quality")]
    public async Task A_canary_that_turns_out_worse_is_taken_back_at_once(string what)
    {
        World world = new(look => look < 3 ? Good(look) : new TrialReport(TrialState.Worse, Production with { Version = "2026_q2" }, Production, [$"{what}: worse."]));

        RolloutEnd end = await world.RunAsync(blueGreen: false);

        (end.Promoted, end.Reason, world.Elapsed).ShouldBe((false, $"{what}: worse.", TimeSpan.FromSeconds(900)));
        world.Calls.TakeLast(2).ShouldBe(["end False", "repredict Network"]);
    }

    [TestMethod]
    public async Task A_canary_with_too_few_answers_waits_for_more()
    {
        World world = new(look => look < 20 ? TooFew(look) : Good(look));

        RolloutEnd end = await world.RunAsync(blueGreen: false);

        (end.Promoted, world.Elapsed).ShouldBe((true, TimeSpan.FromSeconds(6_000)));
    }

    [TestMethod]
    public async Task A_canary_that_never_gets_enough_answers_goes_back_with_what_to_do()
    {
        World world = new(TooFew);

        RolloutEnd end = await world.RunAsync(blueGreen: false);

        (end.Promoted, world.Elapsed).ShouldBe((false, TimeSpan.FromDays(1)));
        end.Reason.ShouldBe("The share holds 12 incidents; 200 are needed. Give it a larger share, or promote it by hand.");
    }

    [TestMethod]
    public async Task A_canary_that_a_person_ended_is_over()
    {
        World world = new(_ => new TrialReport(TrialState.Over, null, null, ["2026_q2 is on trial no more."]));

        RolloutEnd end = await world.RunAsync(blueGreen: false);

        (end.Promoted, end.EndedOutside).ShouldBe((false, true), "it was not worse, so that nobody is alarmed");
    }

    [TestMethod]
    public async Task A_blue_green_rollout_goes_on_in_five_steps_of_a_minute_with_a_look_at_each()
    {
        World world = new(TooFew);

        RolloutEnd end = await world.RunAsync(blueGreen: true);

        (end.Promoted, world.Elapsed).ShouldBe((true, TimeSpan.FromMinutes(5)));
        world.Calls.ShouldBe(["begin", "share 20", "look", "share 40", "look", "share 60", "look", "share 80", "look", "share 100", "look", "end True", "repredict Network"]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(3)]
    [DataRow(5)]
    public async Task A_blue_green_rollout_is_taken_back_at_the_step_where_it_is_not_well(int step)
    {
        World world = new(look => look < step ? Good(look) : new TrialReport(TrialState.Worse, Production, Production, ["errors: worse."]));

        RolloutEnd end = await world.RunAsync(blueGreen: true);

        (end.Promoted, world.Elapsed).ShouldBe((false, TimeSpan.FromMinutes(step)));
    }

    private static TrialReport Good(int look) => new(TrialState.Good, Production with { Version = "2026_q2" }, Production, []);

    private static TrialReport TooFew(int look) => new(TrialState.TooFew, new TrialSide("2026_q2", 12, 0, 0.2, 0.4), Production, ["The share holds 12 incidents; 200 are needed."]);

    /// <summary>The rollout's orchestrator with activities that write down that they were called.</summary>
    private sealed class World(Func<int, TrialReport> look)
    {
        public ConcurrentQueue<string> Calls { get; } = new();

        public TimeSpan Elapsed { get; private set; }

        public async Task<RolloutEnd> RunAsync(bool blueGreen)
        {
            using TempFolder folder = new();
            ManualTime time = new();
            DateTimeOffset begun = time.GetUtcNow();
            await using Engine engine = new Engine(folder["o.db"], time)
                .Orchestrator(RolloutOrchestration.Orchestrator, RolloutOrchestration.RunAsync)
                .Activity<RolloutPlan, RolloutOptions>("RolloutBegin", _ => Called("begin", new RolloutOptions()))
                .Activity<RolloutStep, string>("RolloutShare", step => Called($"share {step.Percent}", ""))
                .Activity<RolloutStep, TrialReport>("RolloutLook", step => Called("look", look(step.Number)))
                .Activity<RolloutEnd, string>("RolloutEnd", end => Called($"end {end.Promoted}", ""))
                .Activity<PredictWork, PredictionOutcome>("PredictTechCenter", work => Called($"repredict {work.TechCenter}", new PredictionOutcome(work.TechCenter!, "2026_q2", 0, 0)))
                .Start();
            string id = await engine.Schedule(RolloutOrchestration.Orchestrator, new RolloutPlan("Network", "network", "2026_q2", blueGreen, "Ada", begun), "rollout");
            while (await engine.NextTimer(id) is DateTime due)
            {
                if (due > time.GetUtcNow().UtcDateTime)
                {
                    time.Advance(due - time.GetUtcNow().UtcDateTime);
                }
            }

            OrchestrationMetadata ended = await engine.End(id);
            Elapsed = time.GetUtcNow() - begun;
            return ended.ReadOutputAs<RolloutEnd>()!;
        }

        private T Called<T>(string call, T answer)
        {
            Calls.Enqueue(call);
            return answer;
        }
    }
}
