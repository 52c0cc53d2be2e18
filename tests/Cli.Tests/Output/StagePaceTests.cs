namespace Pipeline.Cli.Tests.Output;

[TestClass]
public sealed class StagePaceTests
{
    private readonly SteppedClock _clock = new();

    [TestMethod]
    public void A_stage_tells_its_count_rate_and_time_left()
    {
        StagePace pace = new(At(1_000), _clock);
        pace.Describe(At(1_000)).ShouldBe("1,000 of 20,000 incidents");

        _clock.Pass(10);

        pace.Describe(At(5_000)).ShouldBe("5,000 of 20,000 incidents, 400 a second, 38 s left");
    }

    [TestMethod]
    public void A_stage_that_is_done_tells_how_long_it_took_and_goes_on_telling_that()
    {
        StagePace pace = new(At(0), _clock);
        _clock.Pass(10);
        pace.Describe(At(20_000)).ShouldBe("20,000 of 20,000 incidents in 10 s");
        _clock.Pass(60);
        pace.Describe(At(20_000)).ShouldBe("20,000 of 20,000 incidents in 10 s");
    }

    [TestMethod]
    public void A_stage_of_tech_centers_names_the_one_that_is_worked_on()
    {
        StagePace pace = new(new PipelineProgress("Training", 0, 15, "SAP", "tech center"), _clock);
        _clock.Pass(30);
        pace.Describe(new PipelineProgress("Training", 3, 15, "Network", "tech center")).ShouldBe("3 of 15 tech centers, 2 min left, Network");
        pace.Describe(new PipelineProgress("Training", 0, 1, "default", "tech center")).ShouldBe("0 of 1 tech center, (no tech center)");
    }

    [TestMethod]
    public void A_stage_with_nothing_to_do_says_so() => new StagePace(new PipelineProgress("Preprocessing", 0, 0, Unit: "incident"), _clock).Describe(new PipelineProgress("Preprocessing", 0, 0, Unit: "incident")).ShouldBe("nothing to do");

    private static PipelineProgress At(long done) => new("Preprocessing", done, 20_000, Unit: "incident");

    private sealed class SteppedClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds;

        public void Pass(int seconds) => _seconds += seconds;
    }
}
