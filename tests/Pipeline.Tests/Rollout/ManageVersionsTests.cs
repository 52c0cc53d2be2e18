using Pipeline.EmergencyStop;
using Pipeline.Models;
using Pipeline.Monitoring;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Rollout;

[TestClass]
public sealed class ManageVersionsTests
{
    [TestMethod]
    public async Task A_version_on_trial_answers_its_share_of_texts_at_hand_by_their_number_or_by_themselves()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.TrainAsync();
        await company.Versions.RollBackAsync(SmallCompany.TechCenter, new StageOrder("Ada"));
        await company.Versions.BeginCanaryAsync(SmallCompany.TechCenter, "2026_q2_r2", 50, new StageOrder("Ada", "A second try.", Force: true));
        Pipeline.Classification.ClassifyTexts classify = company.Classify();
        string[] texts = [.. Enumerable.Range(0, 40).Select(i => $"Printer amber on floor {i} shows a paper jam")];
        string[] numbers = [.. texts.Select((_, i) => $"INC{i}")];

        Pipeline.Classification.ClassifyResult byNumber = await classify.RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, Texts: texts, Numbers: numbers));
        string[] byText = await VersionsAsync(classify, texts);

        byNumber.Version.ShouldBe("2026_q2");
        byNumber.Texts.Select(t => t.Version == "2026_q2_r2").ShouldBe(numbers.Select(number => CanaryShare.Includes(number, 50)), "as the predictions of the same incidents");
        byText.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ShouldBe(["2026_q2", "2026_q2_r2"]);
        (await VersionsAsync(classify, texts)).ShouldBe(byText, "the same text is answered by the same version");
        (await SmallCompany.RefusedAsync(() => classify.RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, Texts: texts, Numbers: ["INC1"])))).Errors.Keys.ShouldBe(["numbers"]);

        static async Task<string[]> VersionsAsync(Pipeline.Classification.ClassifyTexts classify, string[] texts) =>
            [.. (await classify.RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, Texts: texts))).Texts.Select(t => t.Version)];
    }

    [TestMethod]
    public async Task After_a_promotion_and_after_a_rollback_the_incidents_are_predicted_by_the_version_that_serves()
    {
        await using SmallCompany company = await TwoVersionsAsync();

        StageResult back = await company.Versions.RollBackAsync(SmallCompany.TechCenter, new StageOrder("Ada", "It looked wrong."));
        await company.PredictAsync();
        string[] after = await ModelsAsync(company);
        await company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2_r2", new StageOrder("Ada"));
        await company.PredictAsync();

        (back.Production, back.Previous).ShouldBe(("2026_q2", null));
        after.ShouldBe(["office-it/2026_q2"]);
        (await ModelsAsync(company)).ShouldBe(["office-it/2026_q2_r2"]);
    }

    [TestMethod]
    public async Task A_version_on_trial_begins_no_rollout_in_steps_beside_and_keeps_its_share()
    {
        await using SmallCompany company = await TwoVersionsAsync();
        await company.Versions.BeginCanaryAsync(SmallCompany.TechCenter, "2026_q2", 10, new StageOrder("Ada"));

        RequestException refused = await SmallCompany.RefusedAsync(() => company.Versions.BeginBlueGreenAsync(SmallCompany.TechCenter, "2026_q2", 20, new StageOrder("Ada")));

        refused.Problem.ShouldBe(RequestProblem.Conflict);
        refused.Message.ShouldContain("Promote it without blueGreen, or retire it");
        (await company.StagesAsync()).Canary!.Percent.ShouldBe(10);
        StageResult ended = await company.Versions.EndCanaryAsync(SmallCompany.TechCenter, "2026_q2", promoted: false, new StageOrder("rollout"));
        (ended.Stage, ended.Previous).ShouldBe((ModelStage.Previous, "2026_q2"));
        (await company.Versions.BeginBlueGreenAsync(SmallCompany.TechCenter, "2026_q2", 20, new StageOrder("Ada"))).Stage.ShouldBe(ModelStage.Canary);
    }

    [TestMethod]
    public async Task Damaged_stages_fail_the_check_of_the_center_show_in_each_version_and_promote_nothing_until_a_person_decides()
    {
        await using SmallCompany company = await TwoVersionsAsync();
        await company.Versions.RollBackAsync(SmallCompany.TechCenter, new StageOrder("Ada", "It looked wrong."));
        company.Objects.Objects["hdbscan-models/office-it/stages.json"] = "{\"versions\":"u8.ToArray();
        PipelineMonitor monitor = new(company.Warehouse, company.Warehouse, company.Warehouse, company.Objects, company.Models, company.Tuned, company.Preprocess, company.Embedder, new OperatingModes(company.Objects, company.Clock), company.Clock);

        TrainingOutcome trained = (await company.TrainAsync()).TechCenters.Single();

        (trained.Status, trained.Stage).ShouldBe((TrainingStatus.Published, ModelStage.Candidate), "it waits for a person");
        Check check = (await monitor.ValidateAsync()).Single(c => c.Name == "model of Office IT");
        check.Passed.ShouldBeFalse();
        check.Detail.ShouldContain("office-it/stages.json could not be read");
        (await monitor.StatusAsync()).TechCenters.Single().Problem.ShouldBe(check.Detail);
        (await company.Versions.ShowAsync(SmallCompany.TechCenter, "2026_q2")).History.ShouldContain(c => c.Why.StartsWith("The file before could not be read", StringComparison.Ordinal));
        (await new ModelCatalog(company.Known, company.Models).ListAsync()).Single().Policy.ShouldBe(PromotionPolicy.Manual);
        await company.Versions.SetPolicyAsync(SmallCompany.TechCenter, PromotionPolicy.Auto);
        (await monitor.ValidateAsync()).Single(c => c.Name == "model of Office IT").Passed.ShouldBeTrue();
    }

    [TestMethod]
    public async Task Of_two_promotions_at_once_one_wins_whole()
    {
        await using SmallCompany company = await TwoVersionsAsync();
        await company.TrainAsync();
        string[] asked = ["2026_q2", "2026_q2_r2"];

        bool[] won = await Task.WhenAll(asked.Select(version => Task.Run(async () =>
        {
            try
            {
                await company.Versions.PromoteAsync(SmallCompany.TechCenter, version, new StageOrder("Ada"));
                return true;
            }
            catch (RequestException e) when (e.Problem == RequestProblem.Conflict)
            {
                return false;
            }
        })));

        CenterStages stages = await company.StagesAsync();
        won.ShouldContain(true);
        stages.Versions.Count(v => v.Stage == ModelStage.Production).ShouldBe(1);
        stages.Versions.Count(v => v.Stage == ModelStage.Previous).ShouldBe(1);
        asked.Zip(won).Where(a => a.Second).Select(a => a.First).ShouldContain(stages.Production!.Version, StringComparer.Ordinal);
        stages.History.Count(c => c.To == ModelStage.Production && c.Who == "Ada").ShouldBe(won.Count(w => w));
    }

    [TestMethod]
    public async Task Of_two_trainings_at_once_each_is_tested_against_what_serves_and_one_serves_whole()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();

        await Task.WhenAll(Enumerable.Range(50, 2).Select(run => Task.Run(() =>
            company.Trainer.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), run))));

        CenterStages stages = await company.StagesAsync();
        (await company.Models.ListAsync(SmallCompany.TechCenter)).Select(v => v.Version).ShouldBe(["2026_q2", "2026_q2_r2", "2026_q2_r3"]);
        stages.Versions.Count(v => v.Stage == ModelStage.Production).ShouldBe(1);
        stages.Production!.Version.ShouldBe("2026_q2_r3", "the newer one, whichever ended first");
        await company.PredictAsync();
        (await ModelsAsync(company)).ShouldBe(["office-it/2026_q2_r3"]);
    }

    [TestMethod]
    public async Task A_version_can_be_asked_by_its_name()
    {
        await using SmallCompany company = await TwoVersionsAsync();

        (await company.Classify().RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, "Printer amber shows a paper jam", Version: "2026_q2"))).Version.ShouldBe("2026_q2");
        (await company.Classify().RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, "Printer amber shows a paper jam"))).Version.ShouldBe("2026_q2_r2");
        RequestException unknown = await SmallCompany.RefusedAsync(() => company.Classify().RunAsync(new Pipeline.Classification.ClassifyRequest(SmallCompany.TechCenter, "x", Version: "2020_q1")));
        unknown.Message.ShouldContain("Published: 2026_q2_r2, 2026_q2.");
    }

    [TestMethod]
    public async Task A_damaged_version_cannot_be_promoted()
    {
        await using SmallCompany company = await TwoVersionsAsync();
        company.Objects.Objects["hdbscan-models/office-it/2026_q2/clusters.json"] = [1];

        await Should.ThrowAsync<ModelException>(() => company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2", new StageOrder("Ada")));
        await Should.ThrowAsync<ModelException>(() => company.Versions.RollBackAsync(SmallCompany.TechCenter, new StageOrder("Ada")));
        (await company.StagesAsync()).Production!.Version.ShouldBe("2026_q2_r2");
    }

    [TestMethod]
    public async Task A_comparison_tells_what_was_kept_what_is_new_and_which_incidents_change_their_problem()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 30, new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero), ["Conference room {0} projector {1} lamp broken, picture flickers"]);
        await company.TrainAsync();
        CompareVersions compare = new(company.Known, company.Models, company.Warehouse);

        VersionComparison comparison = await compare.RunAsync(SmallCompany.TechCenter, "2026_q2", "2026_q2_r2");
        VersionComparison same = await compare.RunAsync(SmallCompany.TechCenter, "2026_q2", "2026_q2");

        comparison.Incidents.ShouldBe(155);
        (comparison.Counts[ClusterChangeKind.Kept], comparison.Counts[ClusterChangeKind.New]).ShouldBe((5, 1));
        comparison.Clusters.Single(c => c.Kind == ClusterChangeKind.New).Incidents.ShouldBe(30);
        comparison.Changed.ShouldBeInRange(30, 40);
        comparison.ChangedIncidents.Count(c => c.Number.Contains("20260501", StringComparison.Ordinal)).ShouldBe(30);
        (same.Changed, same.Counts.Keys.ShouldHaveSingleItem()).ShouldBe((0, ClusterChangeKind.Kept));
    }

    private static async Task<SmallCompany> TwoVersionsAsync()
    {
        SmallCompany company = await SmallCompany.TrainedAsync();
        await company.TrainAsync();
        await company.PredictAsync();
        return company;
    }

    private static async Task<string[]> ModelsAsync(SmallCompany company) =>
        await company.Warehouse.ReadPredictedAsync().Select(p => p.Prediction.ModelVersion).Distinct().ToArrayAsync();
}
