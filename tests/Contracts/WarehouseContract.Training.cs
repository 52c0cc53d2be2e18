using Pipeline.Training;

namespace Pipeline.Contracts;

/// <content>What is promised of the journal of training runs, and settings.</content>
public abstract partial class WarehouseContract
{
    [TestMethod]
    public async Task An_unfinished_training_is_resumed_and_a_closed_one_is_not()
    {
        TrainingRun run = await Journal.OpenTrainingRunAsync(2026, 2, "all");
        await Journal.FinishTrainingCenterAsync(run.Id, "network", "{\"clusters\":4}");
        await Journal.FinishTrainingCenterAsync(run.Id, "network", "{\"clusters\":9}");

        TrainingRun resumed = await Journal.OpenTrainingRunAsync(2026, 2, "all");
        resumed.Id.ShouldBe(run.Id);
        resumed.Finished.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["network"] = "{\"clusters\":4}" });
        (await Journal.OpenTrainingRunAsync(2026, 2, "network only")).Id.ShouldNotBe(run.Id);
        (await Journal.OpenTrainingRunAsync(2026, 4, "all")).Id.ShouldNotBe(run.Id);

        await Journal.CloseTrainingRunAsync(run.Id);
        TrainingRun next = await Journal.OpenTrainingRunAsync(2026, 2, "all");
        next.Id.ShouldBeGreaterThan(run.Id);
        next.Finished.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_training_run_that_does_not_exist_is_refused()
    {
        (await Should.ThrowAsync<ArgumentException>(() => Journal.FinishTrainingCenterAsync(41, "network", "{}"))).Message.ShouldContain("41");
        await Should.ThrowAsync<ArgumentException>(() => Journal.CloseTrainingRunAsync(41));
    }

    [TestMethod]
    public async Task A_setting_is_kept_until_it_is_set_again()
    {
        (await Settings.GetSettingAsync("columns")).ShouldBeNull();
        await Settings.SetSettingAsync("columns", "{}");
        await Settings.SetSettingAsync("columns", "{\"text\":1}");
        (await Settings.GetSettingAsync("columns")).ShouldBe("{\"text\":1}");
    }
}
