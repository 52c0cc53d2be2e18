using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Rollout;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Rollout;

/// <summary>What a look at a version on trial finds, on real models.</summary>
[TestClass]
public sealed class CanaryTrialTests
{
    private const string Tried = "2026_q2_r2";

    [TestMethod]
    public async Task A_version_as_good_as_the_one_in_production_is_good()
    {
        await using SmallCompany company = await OnTrialAsync();

        TrialReport report = await LookAsync(company);

        (report.State, report.Reasons.Count).ShouldBe((TrialState.Good, 0));
        (report.Tried!.Version, report.Tried.Answers, report.Production!.Version).ShouldBe((Tried, 125, "2026_q2"));
    }

    [TestMethod]
    public async Task A_version_that_answers_nothing_is_worse_by_its_errors()
    {
        await using SmallCompany company = await OnTrialAsync();
        company.Objects.Objects[$"hdbscan-models/office-it/{Tried}/model.safetensors"] = [1, 2, 3];

        TrialReport report = await LookAsync(company);

        report.State.ShouldBe(TrialState.Worse);
        report.Reasons.ShouldHaveSingleItem().ShouldBe("errors: 100.0 % of the answers fail, 0.0 % in production; 0.5 % may.");
    }

    [TestMethod]
    public async Task A_version_that_is_slower_is_worse_by_its_latency()
    {
        await using SmallCompany company = await OnTrialAsync();

        TrialReport report = await LookAsync(company, clock: new TiringClock());

        report.State.ShouldBe(TrialState.Worse);
        report.Reasons.ShouldHaveSingleItem().ShouldStartWith("latency: an answer takes ");
    }

    [TestMethod]
    public async Task A_version_whose_clusters_mean_nothing_is_worse_by_its_quality()
    {
        await using SmallCompany company = await OnTrialAsync(arrays =>
        {
            int[] clusters = arrays["texts.cluster"].ToArray<int>();
            new Random(1).Shuffle(clusters);
            arrays["texts.cluster"] = SafeTensor.From<int>(clusters, clusters.Length);
        });

        TrialReport report = await LookAsync(company);

        report.State.ShouldBe(TrialState.Worse);
        report.Reasons.ShouldHaveSingleItem().ShouldStartWith("quality: the silhouette is ");
    }

    [TestMethod]
    public async Task A_share_of_few_incidents_says_nothing()
    {
        await using SmallCompany company = await OnTrialAsync(percent: 10);

        TrialReport report = await LookAsync(company, answers: 50);

        report.State.ShouldBe(TrialState.TooFew);
        report.Reasons.ShouldHaveSingleItem().ShouldMatch("^The share holds [0-9]+ incidents; 50 are needed.$");
    }

    [TestMethod]
    public async Task A_trial_that_was_ended_is_over()
    {
        await using SmallCompany company = await OnTrialAsync();
        await company.Versions.RetireAsync(SmallCompany.TechCenter, Tried, new StageOrder("Ada"));

        (await LookAsync(company)).State.ShouldBe(TrialState.Over);
    }

    [TestMethod]
    public async Task While_a_version_is_on_trial_it_answers_its_share_and_no_more_and_after_the_end_nothing()
    {
        await using SmallCompany company = await OnTrialAsync(percent: 30);
        await company.ReportAsync(SmallCompany.TechCenter, 60, new DateTimeOffset(2026, 6, 10, 0, 0, 0, TimeSpan.Zero));
        await company.PredictAsync();

        Dictionary<string, string> answeredBy = await AnsweredByAsync(company);
        answeredBy.Where(a => a.Key.StartsWith("Office IT-20260610-", StringComparison.Ordinal)).ShouldAllBe(a => a.Value == (CanaryShare.Includes(a.Key, 30) ? $"office-it/{Tried}" : "office-it/2026_q2"));
        answeredBy.Values.ShouldContain($"office-it/{Tried}", StringComparer.Ordinal);

        await company.Versions.EndCanaryAsync(SmallCompany.TechCenter, Tried, promoted: false, new StageOrder("Ada"));
        await company.PredictAsync();
        (await AnsweredByAsync(company)).Values.Distinct(StringComparer.Ordinal).ShouldBe(["office-it/2026_q2"]);
    }

    private static async Task<Dictionary<string, string>> AnsweredByAsync(SmallCompany company) =>
        await company.Warehouse.ReadPredictedAsync().ToDictionaryAsync(p => p.Prediction.IncidentId, p => p.Prediction.ModelVersion, StringComparer.Ordinal);

    private static Task<TrialReport> LookAsync(SmallCompany company, int answers = 100, TimeProvider? clock = null) =>
        new CanaryTrial(company.Models, company.Warehouse, new RolloutOptions { MinAnswers = answers }, clock ?? company.Clock).RunAsync(SmallCompany.TechCenter, Tried);

    /// <summary>A company with a second version on trial, whose arrays were changed before it was published.</summary>
    private static async Task<SmallCompany> OnTrialAsync(Action<Dictionary<string, SafeTensor>>? change = null, int percent = 100)
    {
        SmallCompany company = await SmallCompany.TrainedAsync();
        ModelManifest first = (await company.Models.FindServingAsync(SmallCompany.TechCenter))!;
        ModelContent content = await company.Models.ReadAsync(first);
        Dictionary<string, SafeTensor> arrays = content.Arrays.ToDictionary(StringComparer.Ordinal);
        change?.Invoke(arrays);
        await company.Models.PublishAsync(first with { Version = Tried, PreviousVersion = first.Version }, content with { Arrays = arrays });
        await company.Versions.BeginCanaryAsync(SmallCompany.TechCenter, Tried, percent, new StageOrder("Ada", "The test wants it.", Force: true));
        return company;
    }

    /// <summary>A clock on which everything takes longer than what came before.</summary>
    private sealed class TiringClock : TimeProvider
    {
        private long _now;
        private long _step;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now += _step += TimeSpan.TicksPerSecond / 10;
    }
}
