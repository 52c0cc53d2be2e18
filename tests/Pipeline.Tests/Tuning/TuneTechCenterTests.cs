using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Requests;
using Pipeline.Runs;
using Pipeline.Tests.Support;
using Pipeline.Training;
using Pipeline.Tuning;

namespace Pipeline.Tests.Tuning;

[TestClass]
public sealed class TuneTechCenterTests
{
    private static readonly TuningSearch TwoSizes = new() { Algorithms = [ClusteringAlgorithm.Hdbscan], MinClusterSizes = [8, 40], Neighbors = [15] };

    [TestMethod]
    public async Task Every_combination_is_kept_as_a_run_and_tried_once()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        RunLog runs = new(company.Objects);

        TuningResult first = await Tune(company, runs).RunAsync(SmallCompany.TechCenter, new TuningSearch { MinClusterSizes = [8], Neighbors = [15] });
        TuningResult again = await Tune(company, runs).RunAsync(SmallCompany.TechCenter, new TuningSearch { MinClusterSizes = [8], Neighbors = [15] });

        first.Trials.Select(t => t.Parameters.Algorithm).ShouldBe([null, ClusteringAlgorithm.AdaptiveDbscan, ClusteringAlgorithm.Layers], "what holds now is a trial as well, and Hdbscan is what holds now");
        again.Trials.Select(t => t.Run).ShouldBe(first.Trials.Select(t => t.Run));
        (await runs.ListAsync(kind: RunKind.Trial)).Select(r => r.Id).ShouldBe(first.Trials.Select(t => t.Run), ignoreOrder: true);
        RunRecord tuning = (await runs.FindAsync(first.Id))!;
        (tuning.Kind, tuning.Tags["best"]).ShouldBe((RunKind.Tuning, first.Best.Run));
        tuning.Metrics.Count(m => m.Key == "score").ShouldBe(3);
        first.Best.Score.ShouldBe(first.Trials.Max(t => t.Score));
    }

    [TestMethod]
    public async Task The_best_is_trained_passes_the_gate_and_holds_for_later_trainings()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.Tuned.KeepAsync(SmallCompany.TechCenter, new TunedParameters(MinClusterSize: 40));
        await company.Versions.SetPolicyAsync(SmallCompany.TechCenter, PromotionPolicy.Manual);
        TuneTechCenter tune = Tune(company, new RunLog(company.Objects));
        TuningResult result = await tune.RunAsync(SmallCompany.TechCenter, TwoSizes);
        result.IsBetter.ShouldBeTrue("with clusters of 40 and more, problems of 25 incidents are none");

        TrainingOutcome outcome = await tune.PromoteAsync(result, "Ada");

        (outcome.Status, outcome.Stage).ShouldBe((TrainingStatus.Published, ModelStage.Production), "whoever asks for it has decided");
        (await company.Models.RequireAsync(SmallCompany.TechCenter, outcome.Version!)).Parameters.MinClusterSize.ShouldBe(8);
        TrainingOutcome later = (await company.TrainAsync()).TechCenters.Single();
        (await company.Models.RequireAsync(SmallCompany.TechCenter, later.Version!)).Parameters.MinClusterSize.ShouldBe(8);
        (await company.StagesAsync()).History.ShouldContain(c => c.Who == "Ada" && c.To == ModelStage.Production);
    }

    [TestMethod]
    public async Task Parameters_that_the_gate_refuses_do_not_hold()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync(limits: new() { MaxProblemRatio = 1, MinProblems = 1, MinAgreement = 1, MaxNoiseRise = 0 });
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.TrainAsync();
        TuneTechCenter tune = Tune(company, new RunLog(company.Objects));
        TuningResult tried = await tune.RunAsync(SmallCompany.TechCenter, TwoSizes);
        TuningResult worst = tried with { Best = tried.Trials.MinBy(t => t.Score)! };

        TrainingOutcome outcome = await tune.PromoteAsync(worst, "Ada");

        outcome.Status.ShouldNotBe(TrainingStatus.Published);
        (await company.Tuned.FindAsync(SmallCompany.TechCenter)).ShouldBeNull();
        (await company.StagesAsync()).Production!.Version.ShouldBe("2026_q2");
    }

    [TestMethod]
    public async Task A_promotion_that_is_stopped_in_its_training_leaves_what_held_before_and_goes_on_when_asked_again()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.Tuned.KeepAsync(SmallCompany.TechCenter, new TunedParameters(MinClusterSize: 40));
        TuneTechCenter tune = Tune(company, new RunLog(company.Objects));
        using CancellationTokenSource stopped = new();

        TuningResult tried = await tune.RunAsync(SmallCompany.TechCenter, TwoSizes);
        await Should.ThrowAsync<OperationCanceledException>(() => tune.PromoteAsync(tried, "Ada", new Stopping(stopped), stopped.Token));

        (await company.Tuned.FindAsync(SmallCompany.TechCenter)).ShouldBe(new TunedParameters(MinClusterSize: 40));
        TuningResult again = await tune.RunAsync(SmallCompany.TechCenter, TwoSizes);
        again.IsBetter.ShouldBeTrue("what was stopped is not what holds");
        (await tune.PromoteAsync(again, "Ada")).Status.ShouldBe(TrainingStatus.Published);
        (await company.Tuned.FindAsync(SmallCompany.TechCenter))!.MinClusterSize.ShouldBe(8);
    }

    [TestMethod]
    [DataRow("""{"minClusterSize": 0}""", "MinClusterSize")]
    [DataRow("""{"neighbors": 100000}""", "Neighbors")]
    [DataRow("""{"algorithm": 7}""", "algorithm")]
    [DataRow("null", "null")]
    public async Task A_file_of_parameters_out_of_range_is_passed_over_and_named(string content, string why)
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        company.Objects.Objects["hdbscan-models/office-it/tuned.json"] = System.Text.Encoding.UTF8.GetBytes(content);
        PipelineMonitor monitor = new(company.Warehouse, company.Warehouse, company.Warehouse, company.Objects, company.Models, company.Tuned, company.Preprocess, company.Embedder, new OperatingModes(company.Objects, company.Clock), company.Clock);

        TrainingOutcome outcome = (await company.TrainAsync()).TechCenters.Single();
        Check check = (await monitor.ValidateAsync()).Single(c => c.Name == "model of Office IT");

        outcome.Status.ShouldBe(TrainingStatus.Published);
        (await company.Models.RequireAsync(SmallCompany.TechCenter, outcome.Version!)).Parameters.MinClusterSize.ShouldBe(8, "the settings hold");
        foreach (string? told in new[] { outcome.Detail, check.Detail, (await monitor.StatusAsync()).TechCenters.Single().Problem })
        {
            told.ShouldNotBeNull().ShouldContain("office-it/tuned.json");
            told.ShouldContain(why);
            told.ShouldContain("--reset");
        }

        check.Passed.ShouldBeFalse();
        await Tune(company, new RunLog(company.Objects)).ResetAsync(SmallCompany.TechCenter);
        (await monitor.ValidateAsync()).Single(c => c.Name == "model of Office IT").Passed.ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_random_search_draws_the_same_again_and_never_more_than_is_asked_for()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        TuningSearch search = new() { Random = 2, Seed = 3 };
        Pipeline.Datasets.Dataset incidents = Pipeline.Datasets.DatasetCatalog.BuiltIn[0];

        IReadOnlyList<TunedParameters> drawn = search.Combine(company.Options, incidents, 125);

        drawn.Count.ShouldBeInRange(2, 3, "what holds now, and two more unless it was drawn");
        search.Combine(company.Options, incidents, 125).ShouldBe(drawn);
        Should.Throw<ArgumentOutOfRangeException>(() => new TuningSearch { Neighbors = [1] }.Combine(company.Options, incidents, 125)).Message.ShouldContain("Training:Neighbors");
        Should.Throw<ArgumentOutOfRangeException>(() => new TuningSearch { Dimensions = [.. Enumerable.Range(2, 200)] }.Combine(company.Options, incidents, 100_000)).Message.ShouldContain("--random");
    }

    [TestMethod]
    public async Task A_window_of_a_few_incidents_is_not_tuned()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 9);

        (await SmallCompany.RefusedAsync(() => Tune(company, new RunLog(company.Objects)).RunAsync(SmallCompany.TechCenter, new TuningSearch()))).Problem.ShouldBe(RequestProblem.Conflict);
    }

    private static TuneTechCenter Tune(SmallCompany company, RunLog runs) =>
        new(company.Reader, company.Planner, company.Steps, company.Tuned, company.Versions, runs, company.Options, company.Limits, company.Clock);

    // The signal comes as the training of the tech center begins.
    private sealed class Stopping(CancellationTokenSource stop) : IProgress<PipelineProgress>
    {
        public void Report(PipelineProgress value) => stop.Cancel();
    }
}
