using System.Text;
using System.Text.Json;
using Pipeline.Datasets;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class TrainingStepsTests
{
    [TestMethod]
    public async Task A_step_that_is_repeated_after_a_crash_answers_with_the_version_that_it_had_published()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 125);
        OpenedTraining training = await company.Steps.OpenAsync(await company.Planner.PlanAsync(new TrainingRequest()));
        TechCenterTraining step = new(training.RunId, training.Year, training.Quarter, "Network");

        TrainingOutcome first = await company.Steps.TrainAsync(step);
        TrainingOutcome again = await company.Steps.TrainAsync(step);

        (first.TechCenter, first.Status, first.Version).ShouldBe(("Network", TrainingStatus.Published, "2026_q2"));
        again.ShouldBe(first with { Seconds = again.Seconds });
        (await company.Models.ListAsync("Network")).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task An_interrupted_training_is_taken_up_and_a_closed_one_is_begun_anew()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 125);
        await company.ReportAsync("Voice", 5);
        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest());
        OpenedTraining training = await company.Steps.OpenAsync(plan);
        await company.Steps.TrainAsync(new TechCenterTraining(training.RunId, plan.Year, plan.Quarter, "Voice"));

        OpenedTraining resumed = await company.Steps.OpenAsync(plan);
        await company.Steps.CloseAsync(training.Ended([]));
        OpenedTraining next = await company.Steps.OpenAsync(plan);

        training.Finished.ShouldBeEmpty();
        resumed.RunId.ShouldBe(training.RunId);
        resumed.TechCenters.ShouldBe(["Network", "Voice"]);
        TrainingOutcome voice = resumed.Finished.ShouldHaveSingleItem();
        (voice.TechCenter, voice.Status, voice.Detail).ShouldBe(("Voice", TrainingStatus.TooFewIncidents, "The window holds too few incidents: 5, at least 16 are needed."));
        next.RunId.ShouldBeGreaterThan(training.RunId);
        next.Finished.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_failure_is_thrown_so_that_it_is_tried_again()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        Exchange(company, '1', '2');
        OpenedTraining training = await company.Steps.OpenAsync(await company.Planner.PlanAsync(new TrainingRequest(2026, 3)));

        TrainingFailedException error = await Should.ThrowAsync<TrainingFailedException>(() => company.Steps.TrainAsync(new TechCenterTraining(training.RunId, 2026, 3, SmallCompany.TechCenter)));

        error.Message.ShouldStartWith("hdbscan-models/office-it/2026_q2/manifest.json has format 2");
        (await company.Steps.OpenAsync(await company.Planner.PlanAsync(new TrainingRequest(2026, 3)))).Finished.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_record_of_a_training_is_kept_with_the_reasons()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 5);
        OpenedTraining training = await company.Steps.OpenAsync(await company.Planner.PlanAsync(new TrainingRequest()));
        TrainingRecord record = training.Ended([new TrainingOutcome { TechCenter = "Network", Status = TrainingStatus.Failed, Detail = "The disk is full." }]);

        await company.Steps.CloseAsync(record);
        await company.Steps.CloseAsync(record);

        string kept = (await company.Warehouse.GetSettingAsync(TrainingSteps.LastTrainingSetting))!;
        JsonSerializer.Deserialize<TrainingRecord>(kept, PipelineJson.Compact)!.TechCenters.ShouldBe(record.TechCenters);
    }

    [TestMethod]
    public async Task A_training_in_one_process_takes_every_tech_center_and_is_not_repeated_before_it_is_closed()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Voice", 125);
        await company.ReportAsync("Network", 125);
        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest());
        Told told = new();

        TrainingRecord first = await company.Steps.RunAsync(plan, told);
        TrainingRecord again = await company.Steps.RunAsync(plan);
        await company.Steps.CloseAsync(again);
        TrainingRecord next = await company.Steps.RunAsync(plan);

        told.Lines.ShouldBe(["0 of 2: Network", "0 of 2: Voice", "2 of 2: "]);
        first.TechCenters.Select(c => (c.TechCenter, c.Version)).ShouldBe([("Network", "2026_q2"), ("Voice", "2026_q2")]);
        (again.RunId, again.Resumed).ShouldBe((first.RunId, 2));
        again.TechCenters.ShouldBe(first.TechCenters);
        (next.RunId > first.RunId, next.Resumed).ShouldBe((true, 0));
        next.TechCenters.Select(c => c.Version).ShouldBe(["2026_q2_r2", "2026_q2_r2"]);
    }

    [TestMethod]
    public async Task Tech_centers_that_are_trained_side_by_side_get_the_models_that_they_get_one_by_one()
    {
        byte[][] alone = await ModelsAsync(atOnce: 1), together = await ModelsAsync(atOnce: 3);

        alone.Length.ShouldBe(3);
        together.Length.ShouldBe(3);
        together.Zip(alone).ShouldAllBe(models => models.First.SequenceEqual(models.Second));
    }

    [TestMethod]
    public async Task A_text_that_was_reported_often_is_held_once()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync("Network", 120, problems: ["Printer {0} shows a paper jam and does not print"]);
        TrainingWindow window = company.Planner.Window(2026, 2);
        IReadOnlyList<PreprocessedIncident> rows = await company.Reader.ReadAsync("Network", DatasetCatalog.BuiltIn[0], window);

        WindowIncidents prepared = await company.Reader.PrepareAsync(rows, DatasetCatalog.BuiltIn[0], window, 1);

        prepared.Texts.Count.ShouldBe(12);
        prepared.Vectors.Length.ShouldBe(12 * prepared.Dimensions);
        prepared.Rows.Select(row => row.Number).ShouldBe(rows.Select(row => row.Number));
        foreach ((int place, PreprocessedIncident row) in prepared.Rows.Index())
        {
            row.Embedding.Span.SequenceEqual(rows[place].Embedding.Span).ShouldBeTrue();
            prepared.VectorOf(place).Overlaps(row.Embedding.Span).ShouldBeTrue();
        }
    }

    [TestMethod]
    public async Task A_tech_center_that_fails_is_told_with_the_reason_the_others_go_on_and_a_resumed_training_tries_it_again()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.ReportAsync("Network", 125);
        Exchange(company, '1', '2');
        TrainingPlan plan = await company.Planner.PlanAsync(new TrainingRequest(2026, 3));

        TrainingRecord broken = await company.Steps.RunAsync(plan);
        Exchange(company, '2', '1');
        TrainingRecord mended = await company.Steps.RunAsync(plan);

        broken.TechCenters.Select(c => (c.TechCenter, c.Status)).ShouldBe([("Network", TrainingStatus.Published), (SmallCompany.TechCenter, TrainingStatus.Failed)]);
        broken.TechCenters[1].Incidents.ShouldBe(125);
        broken.TechCenters[1].Detail!.ShouldContain("Use a newer program.");
        (mended.RunId, mended.Resumed).ShouldBe((broken.RunId, 1));
        mended.TechCenters.Select(c => c.Version).ShouldBe(["2026_q3", "2026_q3"]);
    }

    private static async Task<byte[][]> ModelsAsync(int atOnce)
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        foreach (string center in new[] { "Network", "Servers", "Voice" })
        {
            await company.ReportAsync(center, 125);
        }

        TrainingSteps steps = new(
            company.Warehouse, company.Warehouse, company.Warehouse, company.Trainer, company.Planner, new TrainingFanOutOptions { TechCentersAtOnce = atOnce }, new TrainingOptions { MaxDegreeOfParallelism = atOnce });
        await steps.RunAsync(await company.Planner.PlanAsync(new TrainingRequest()));
        return [.. company.Objects.Objects.Where(o => o.Key.EndsWith("/model.safetensors", StringComparison.Ordinal)).Select(o => o.Value)];
    }

    // A version of a newer program is not passed over: its training fails until that program is there.
    private static void Exchange(SmallCompany company, char format, char by)
    {
        string name = "hdbscan-models/office-it/2026_q2/manifest.json";
        company.Objects.Objects[name] = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(company.Objects.Objects[name]).Replace($"\"format\": {format}", $"\"format\": {by}", StringComparison.Ordinal));
    }

    private sealed class Told : IProgress<PipelineProgress>
    {
        public List<string> Lines { get; } = [];

        public void Report(PipelineProgress value) => Lines.Add($"{value.Done} of {value.Total}: {value.Detail}");
    }
}
