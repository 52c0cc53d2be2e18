using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Runs;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class TechCenterTrainerTests
{
    [TestMethod]
    public async Task A_version_knows_every_problem_of_its_window_by_name_examples_and_dates()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);

        TrainingOutcome outcome = (await company.TrainAsync(new TrainingRequest(2026, 2))).TechCenters.Single();

        ModelManifest manifest = (await company.Models.FindServingAsync(SmallCompany.TechCenter))!;
        ModelContent content = await company.Models.ReadAsync(manifest);
        (outcome.Status, outcome.Incidents, outcome.Problems, outcome.Clusters, outcome.Unclustered).ShouldBe((TrainingStatus.Published, 125, 5, 5, manifest.Unclustered));
        (manifest.Incidents, manifest.Clusters, manifest.PreviousVersion, manifest.Window).ShouldBe((125, 5, null, TrainingWindow.Ending(2026, 2, 24)));
        content.Clusters.Clusters.Sum(c => c.Size).ShouldBe(125 - manifest.Unclustered);
        content.Clusters.Clusters.ShouldAllBe(c => c.Origin == ClusterChangeKind.New && c.Examples.Count > 0 && c.Label.Length > 0 && c.FirstSeen < c.LastSeen);
        content.Clusters.Clusters.Select(c => c.Id).ShouldBe(Enumerable.Range(0, 5), ignoreOrder: true);
        content.Clusters.Problems.ShouldAllBe(p => p.Origin == ClusterChangeKind.New && p.Variants.Count == 1 && p.Label.Length > 0 && p.Keywords.Count > 0);
        content.Clusters.Problems.Select(p => p.Id).ShouldBe(Enumerable.Range(0, 5), ignoreOrder: true);
        content.Clusters.Domains.Select(d => d.Id).ShouldBe(content.Clusters.Clusters.Select(c => c.DomainId).Where(id => id != ModelDomain.None).Distinct(), ignoreOrder: true);
        content.Metrics.Incidents.ShouldBe(125);
    }

    [TestMethod]
    public async Task Only_incidents_of_the_window_are_learned_from()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.ReportAsync(SmallCompany.TechCenter, 125, new DateTimeOffset(2023, 1, 1, 0, 0, 0, TimeSpan.Zero));

        TrainingOutcome outcome = (await company.TrainAsync(new TrainingRequest(2026, 1))).TechCenters.Single();

        outcome.Incidents.ShouldBe(58, "those of 2 February to 31 March 2026");
    }

    [TestMethod]
    public async Task A_version_continues_the_quarter_before_it_and_not_a_later_one_that_was_trained_earlier()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);

        await company.TrainAsync(new TrainingRequest(2026, 3));
        await company.TrainAsync(new TrainingRequest(2026, 1));
        await company.TrainAsync(new TrainingRequest(2026, 2));

        IReadOnlyList<ModelManifest> versions = await company.Models.ListAsync(SmallCompany.TechCenter);
        versions.Select(v => (v.Version, v.PreviousVersion)).ShouldBe([("2026_q1", null), ("2026_q2", "2026_q1"), ("2026_q3", null)]);
        int[][] ids = [.. await Task.WhenAll(versions.Select(async v => (await company.Models.ReadClustersAsync(v)).Clusters.Select(c => c.Id).ToArray()))];
        ids[0].Intersect(ids[2]).ShouldBeEmpty("no id is given twice, whatever the order of the trainings");
        ids[1].Intersect(ids[0]).ShouldNotBeEmpty();
        ids[1].Intersect(ids[2]).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Incidents_that_are_like_nothing_else_are_an_outcome_and_no_failure()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 40, problems: Unlike(40));

        TrainingOutcome outcome = (await company.TrainAsync(new TrainingRequest(2026, 2))).TechCenters.Single();

        (outcome.Status, outcome.Incidents, outcome.Unclustered, outcome.Version).ShouldBe((TrainingStatus.NoClusters, 40, 40, null));
        outcome.Detail.ShouldBe("None of the 40 incidents in the window is alike enough to others for a cluster.");
        (await company.Models.ListAsync(SmallCompany.TechCenter)).ShouldBeEmpty();
    }

    [TestMethod]
    [DataRow(ClusteringAlgorithm.AdaptiveDbscan)]
    [DataRow(ClusteringAlgorithm.Layers)]
    public async Task Every_algorithm_makes_a_version_that_passes_the_gate_and_answers(ClusteringAlgorithm algorithm)
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        TechCenterTrainer other = new(
            company.Reader, company.Models, new ReleaseCandidate(company.Models, company.Gate, company.Limits, company.Clock), new TrainingRunRecorder(new RunLog(company.Objects), company.Models, company.Clock), new ClusterNamer(new KeywordLabeller()), company.Options with { Algorithm = algorithm }, company.Tuned, company.Clock);

        TrainingOutcome outcome = await other.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), trainingRun: 1);
        await company.PredictAsync();

        (outcome.Status, outcome.Stage).ShouldBe((TrainingStatus.Published, ModelStage.Production), outcome.Detail);
        outcome.Problems.ShouldBe(5, outcome.Detail);
        (await company.Models.FindServingAsync(SmallCompany.TechCenter))!.Parameters.Algorithm.ShouldBe(algorithm);
        (await company.Warehouse.ReadPredictedAsync().CountAsync(p => p.Prediction.ClusterId >= 0)).ShouldBeGreaterThan(100);
    }

    [TestMethod]
    public async Task A_center_most_of_whose_incidents_belong_to_no_cluster_says_why()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 80, problems: Unlike(80));
        await company.ReportAsync(SmallCompany.TechCenter, 60, new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero));
        TechCenterTrainer strict = new(
            company.Reader, company.Models, new ReleaseCandidate(company.Models, company.Gate, company.Limits, company.Clock), new TrainingRunRecorder(new RunLog(company.Objects), company.Models, company.Clock), new ClusterNamer(new KeywordLabeller()), company.Options with { Dimensions = 100, MinCoherence = 2 }, company.Tuned, company.Clock);

        TrainingOutcome outcome = await strict.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), trainingRun: 1);

        (outcome.Status, outcome.Incidents).ShouldBe((TrainingStatus.Published, 140), outcome.Detail);
        outcome.Unclustered.ShouldBeGreaterThan(70);
        outcome.Detail!.ShouldStartWith($"{outcome.Unclustered} of the 140 incidents belong to no cluster: fewer than 8 of them are alike at a time.");
    }

    private static string[] Unlike(int count)
    {
        Random random = new(3);
        string Word() => new([.. Enumerable.Range(0, 8).Select(_ => (char)('a' + random.Next(26)))]);
        return [.. Enumerable.Range(0, count).Select(_ => string.Join(' ', Enumerable.Range(0, 6).Select(_ => Word())))];
    }
}
