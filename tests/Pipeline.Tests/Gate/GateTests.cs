using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Rollout;
using Pipeline.Runs;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Gate;

/// <summary>What a version has to keep before it serves, on real trainings.</summary>
[TestClass]
public sealed class GateTests
{
    private static readonly string[] EveryTest = ["answers", "edges", "latency", "memory", "repeatable", "window", "noise", "problems", "dbcv", "stability", "agreement"];

    [TestMethod]
    public async Task The_first_version_passes_every_test_and_serves()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);

        TrainingOutcome outcome = (await company.TrainAsync()).TechCenters.Single();

        (outcome.Status, outcome.Stage, outcome.FailedTests).ShouldBe((TrainingStatus.Published, ModelStage.Production, null));
        ModelValidation validation = await ValidationAsync(company, "2026_q2");
        validation.Tests.Select(t => t.Name).ShouldBe(EveryTest);
        validation.Tests.ShouldAllBe(t => t.Passed);
        validation.Against.ShouldBeNull();
        CenterStages stages = await company.StagesAsync();
        stages.Production!.Version.ShouldBe("2026_q2");
        stages.History.Select(c => (c.Who.Split(' ')[0], c.To)).ShouldBe([("training", ModelStage.Candidate), ("training", ModelStage.Production)]);
    }

    [TestMethod]
    public async Task A_version_that_learned_vectors_of_other_texts_is_refused_and_the_one_before_serves_on()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await ShuffleVectorsAsync(company);

        TrainingOutcome outcome = (await company.TrainAsync()).TechCenters.Single();

        (outcome.Status, outcome.Version, outcome.Stage).ShouldBe((TrainingStatus.Refused, "2026_q2_r2", ModelStage.Candidate));
        outcome.FailedTests!.Split(", ").ShouldBe(["answers", "agreement"]);
        outcome.Detail!.ShouldStartWith("The gate refused 2026_q2_r2, and 2026_q2 serves on.");
        (await company.Models.FindServingAsync(SmallCompany.TechCenter))!.Version.ShouldBe("2026_q2");
        (await company.Cache().GetAsync(SmallCompany.TechCenter))!.Model.Manifest.Version.ShouldBe("2026_q2");
        (await new RunLog(company.Objects).ListAsync()).Select(r => (r.Tags["version"], r.Tags["gate"])).ShouldBe([("2026_q2_r2", "refused"), ("2026_q2", "passed")], ignoreOrder: true);
    }

    [TestMethod]
    public async Task The_first_version_of_vectors_of_other_texts_is_refused_too_and_nothing_serves()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await ShuffleVectorsAsync(company);

        TrainingOutcome outcome = (await company.TrainAsync()).TechCenters.Single();

        (outcome.Status, outcome.FailedTests).ShouldBe((TrainingStatus.Refused, "answers"));
        outcome.Detail!.ShouldContain("no version serves");
        (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_version_of_half_the_data_is_refused_by_its_window()
    {
        MemoryObjectStore objects = new();
        await using (SmallCompany whole = await SmallCompany.OpenAsync(objects))
        {
            await whole.ReportAsync(SmallCompany.TechCenter, 125);
            await whole.TrainAsync();
        }

        await using SmallCompany half = await SmallCompany.OpenAsync(objects);
        await half.ReportAsync(SmallCompany.TechCenter, 62);
        TrainingOutcome outcome = await half.Trainer.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), trainingRun: 99);

        (outcome.Status, outcome.Stage).ShouldBe((TrainingStatus.Refused, ModelStage.Candidate));
        outcome.FailedTests!.Split(", ").ShouldContain("window", StringComparer.Ordinal);
        outcome.Detail!.ShouldContain("The window holds 62 incidents, 2026_q2 learned from 125.");
    }

    [TestMethod]
    public async Task A_sample_with_holes_in_it_is_drawn_anew()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        company.Objects.Objects["hdbscan-models/office-it/sample.json"] = "[null]"u8.ToArray();
        company.Objects.Objects["hdbscan-models/office-it/sample-vectors.json"] = "{\"embedder\": \"x\", \"vectors\": {\"a\": null}}"u8.ToArray();

        (await company.TrainAsync()).TechCenters.Single().Status.ShouldBe(TrainingStatus.Published);

        System.Text.Encoding.UTF8.GetString(company.Objects.Objects["hdbscan-models/office-it/sample.json"]).ShouldContain("hash");
    }

    [TestMethod]
    public async Task The_sample_is_embedded_once_and_anew_where_the_embedder_has_changed_under_its_name()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        ModelManifest version = await company.Models.RequireAsync(SmallCompany.TechCenter, "2026_q2");
        List<PreprocessedIncident> rows = await company.Warehouse.ReadWindowAsync(SmallCompany.TechCenter, company.Preprocess.Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ToListAsync();
        CountingEmbedder counting = new(company.Embedder);
        ModelGate gate = new(company.Models, company.Objects, counting, company.Summaries, company.Limits, company.Clock);

        (await gate.RunAsync(version, rows)).Passed.ShouldBeTrue();
        counting.Taken().ShouldBe(8, "five texts of the sample, and three odd ones; the empty one has no embedding");

        counting.IsChanged = true;
        (await gate.RunAsync(version, rows)).Tests.Single(t => t.Name == "answers").Passed.ShouldBeFalse("what was kept says nothing of the embedder as it is now");
        counting.Taken().ShouldBeGreaterThan(8);
    }

    [TestMethod]
    public async Task A_refused_version_is_continued_by_no_later_one()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await ShuffleVectorsAsync(company);
        await company.TrainAsync();
        await company.ReportAsync("Elsewhere", 1);
        await RestoreVectorsAsync(company);

        await company.TrainAsync(new TrainingRequest(TechCenters: [SmallCompany.TechCenter]));

        ModelManifest third = await company.Models.RequireAsync(SmallCompany.TechCenter, "2026_q2_r3");
        third.PreviousVersion.ShouldBe("2026_q2");
        (await company.StagesAsync()).Production!.Version.ShouldBe("2026_q2_r3");
    }

    [TestMethod]
    [DataRow(PromotionPolicy.Auto, ModelStage.Production)]
    [DataRow(PromotionPolicy.Canary, ModelStage.Canary)]
    [DataRow(PromotionPolicy.Manual, ModelStage.Candidate)]
    public async Task The_policy_says_what_becomes_of_a_version_that_passes(PromotionPolicy policy, ModelStage stage)
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.Versions.SetPolicyAsync(SmallCompany.TechCenter, policy);

        TrainingOutcome outcome = (await company.TrainAsync()).TechCenters.Single();

        (outcome.Status, outcome.Stage).ShouldBe((TrainingStatus.Published, stage));
        (await company.StagesAsync()).Find("2026_q2_r2").Passed.ShouldBe(true);
    }

    [TestMethod]
    public async Task A_refused_version_is_promoted_only_by_force_and_with_a_reason()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await ShuffleVectorsAsync(company);
        await company.TrainAsync();

        RequestException refused = await SmallCompany.RefusedAsync(() => company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2_r2", new StageOrder("Ada")));
        RequestException unreasoned = await SmallCompany.RefusedAsync(() => company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2_r2", new StageOrder("Ada", Force: true)));
        StageResult forced = await company.Versions.PromoteAsync(SmallCompany.TechCenter, "2026_q2_r2", new StageOrder("Ada", "The test of the alarm.", Force: true));

        (refused.Problem, unreasoned.Problem).ShouldBe((RequestProblem.Conflict, RequestProblem.Invalid));
        refused.Errors.Keys.ShouldBe(["answers", "agreement"], ignoreOrder: true);
        (forced.Production, forced.Previous).ShouldBe(("2026_q2_r2", "2026_q2"));
        StageChange last = (await company.StagesAsync()).History[^1];
        (last.Who, last.Why, last.Forced).ShouldBe(("Ada", "The test of the alarm.", true));
    }

    [TestMethod]
    public async Task A_training_that_was_killed_before_the_gate_is_tested_when_it_is_begun_again()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest());
        await company.Steps.RunAsync(plan);
        string folder = $"{ModelPaths.Root}/office-it";
        company.Objects.Objects.Remove($"{folder}/2026_q2/{ModelPaths.ValidationFile}");
        company.Objects.Objects[$"{folder}/{ModelPaths.StagesFile}"] = JsonSerializer.SerializeToUtf8Bytes(new CenterStages(SmallCompany.TechCenter, [], []), PipelineJson.Indented);
        (await company.Models.FindServingAsync(SmallCompany.TechCenter)).ShouldBeNull("it was published, and not tested");

        OpenedTraining again = await company.Steps.OpenAsync(plan);
        TrainingOutcome outcome = await company.Trainer.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), again.RunId);

        (outcome.Version, outcome.Stage).ShouldBe(("2026_q2", ModelStage.Production));
        (await company.Models.ListAsync(SmallCompany.TechCenter)).Count.ShouldBe(1);
    }

    private static async Task<ModelValidation> ValidationAsync(SmallCompany company, string version) =>
        (await company.Gate.FindAsync(await company.Models.RequireAsync(SmallCompany.TechCenter, version))).ShouldNotBeNull();

    // Each text gets the vector of another one: the clusters are as clean as before, and say nothing of the texts.
    private static async Task ShuffleVectorsAsync(SmallCompany company)
    {
        PreprocessedIncident[] rows = await RowsAsync(company);
        ReadOnlyMemory<float>[] vectors = [.. rows.Select(r => r.Embedding)];
        new Random(5).Shuffle(vectors);
        Dictionary<string, ReadOnlyMemory<float>> ofText = rows.Zip(vectors).DistinctBy(r => r.First.ContentHash, StringComparer.Ordinal).ToDictionary(r => r.First.ContentHash, r => r.Second, StringComparer.Ordinal);
        await company.Warehouse.SavePreprocessedAsync([.. rows.Select(r => r with { Embedding = ofText[r.ContentHash] })], [], null, long.MaxValue);
    }

    private static async Task RestoreVectorsAsync(SmallCompany company)
    {
        List<PreprocessedIncident> restored = [];
        foreach (PreprocessedIncident row in await RowsAsync(company))
        {
            restored.Add(row with { Embedding = (await company.Embedder.GenerateAsync([row.Summary]))[0].Vector });
        }

        await company.Warehouse.SavePreprocessedAsync(restored, [], null, long.MaxValue);
    }

    private static async Task<PreprocessedIncident[]> RowsAsync(SmallCompany company) =>
        await company.Warehouse.ReadWindowAsync(SmallCompany.TechCenter, company.Preprocess.Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue).ToArrayAsync();

    /// <summary>An embedder that counts texts, and that can become another one.</summary>
    private sealed class CountingEmbedder(IEmbeddingGenerator<string, Embedding<float>> inner) : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
    {
        private int _texts;

        public bool IsChanged { get; set; }

        public int Taken() => Interlocked.Exchange(ref _texts, 0);

        public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            string[] texts = [.. values];
            _texts += texts.Length;
            return await base.GenerateAsync(IsChanged ? texts.Select(text => string.Concat(text.Reverse())) : texts, options, cancellationToken);
        }
    }
}
