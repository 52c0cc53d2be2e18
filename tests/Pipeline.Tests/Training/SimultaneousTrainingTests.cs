using Pipeline.Gate;
using Pipeline.Models;
using Pipeline.Runs;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class SimultaneousTrainingTests
{
    private const long Run = 77;

    [TestMethod]
    public async Task A_training_whose_version_another_publishes_meanwhile_becomes_the_next_revision_and_continues_its_clusters()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);

        TrainingOutcome outcome = await TrainAsync(company, () => company.TrainAsync());

        outcome.Version.ShouldBe("2026_q2_r2");
        IReadOnlyList<ModelManifest> versions = await company.Models.ListAsync(SmallCompany.TechCenter);
        versions.Select(v => (v.Version, v.PreviousVersion)).ShouldBe([("2026_q2", null), ("2026_q2_r2", "2026_q2")]);
        versions[1].TrainingRun.ShouldBe(Run);
        int[][] ids = [.. await Task.WhenAll(versions.Select(async v => (await company.Models.ReadAsync(v)).Clusters.Clusters.Select(c => c.Id).ToArray()))];
        ids[1].ShouldBe(ids[0], ignoreOrder: true);
        versions[1].NextClusterId.ShouldBe(versions[0].NextClusterId);
    }

    [TestMethod]
    public async Task A_training_that_runs_twice_at_once_publishes_once()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);

        TrainingOutcome outcome = await TrainAsync(company, () => TrainAsync(company, () => Task.CompletedTask));

        outcome.Version.ShouldBe("2026_q2");
        (await company.Models.ListAsync(SmallCompany.TechCenter)).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task What_a_killed_training_left_of_a_version_is_passed_over()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        company.Objects.Objects[$"{ModelPaths.Root}/{ModelPaths.Slug(SmallCompany.TechCenter)}/2026_q2/model.safetensors"] = [1, 2, 3];

        TrainingOutcome outcome = await TrainAsync(company, () => Task.CompletedTask);

        outcome.Version.ShouldBe("2026_q2_r2");
        ModelManifest version = (await company.Models.ListAsync(SmallCompany.TechCenter)).Single();
        version.PreviousVersion.ShouldBeNull();
        (await company.Models.ReadAsync(version)).Clusters.Clusters.ShouldNotBeEmpty();
    }

    private static Task<TrainingOutcome> TrainAsync(SmallCompany company, Func<Task> meanwhile)
    {
        ModelStore models = new(new InterruptedObjectStore(company.Objects, meanwhile));
        TechCenterTrainer trainer = new(company.Reader, models, new ReleaseCandidate(models, company.Gate, company.Limits, company.Clock), new TrainingRunRecorder(new RunLog(company.Objects), models, company.Clock), new ClusterNamer(new KeywordLabeller()), company.Options, company.Tuned, company.Clock);
        return trainer.TrainAsync(SmallCompany.TechCenter, 2026, 2, TrainingWindow.Ending(2026, 2, 24), Run);
    }
}
