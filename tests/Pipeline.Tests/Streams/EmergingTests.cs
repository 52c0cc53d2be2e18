using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Encryption;
using Pipeline.Gate;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Reporting;
using Pipeline.Runs;
using Pipeline.Streams;
using Pipeline.Tests.Fakes;
using Pipeline.Tests.Support;
using Pipeline.Training;

namespace Pipeline.Tests.Streams;

[TestClass]
public sealed class EmergingTests
{
    private static readonly DateTimeOffset Start = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task A_problem_that_no_model_knows_is_told_and_the_next_training_takes_it_over_under_its_id()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        company.Clock.Advance(TimeSpan.FromDays(40));
        EnvelopeSeal seal = EnvelopeSeal.WithoutKeys;
        EmergingProblems emerging = new(company.Objects, seal);
        await using StreamDirectory streams = new(company.Objects, seal, company.Preprocess.Embedder, company.Clock);
        EmergingFeed feed = new(streams, emerging, company.Models, company.Warehouse, new EmergingOptions(), company.Clock, new RaiseAlert(company.Warehouse, new AlertOptions(), company.Clock));
        string folder = ModelPaths.Slug(SmallCompany.TechCenter);

        // A month of one-offs, then the badge readers.
        await ReportAsync(company, "ODD", 20, i => $"Question {Words[i % Words.Length]} about {Words[(i * 5) % Words.Length]} number {i * 37}", i => Start.AddDays(i));
        await ReportAsync(company, "NEW", 40, Badge, i => Start.AddDays(30).AddHours(2 * i));
        await PredictAsync(company, feed);

        EmergingRecord told = (await emerging.ListAsync(folder)).ShouldHaveSingleItem();
        told.Event.Label.ShouldContain("adge");
        told.Event.NoticedItems.ShouldBeLessThanOrEqualTo(30);
        told.Event.Centers.ShouldBe([SmallCompany.TechCenter]);
        told.Incidents.ShouldAllBe(number => number.StartsWith("NEW", StringComparison.Ordinal));
        ModelManifest before = (await company.Models.ListWithDamagedAsync(SmallCompany.TechCenter)).Select(v => v.Manifest!).Last();
        told.ProblemId.ShouldBe(before.FreeProblemId);
        Alert alert = (await company.Warehouse.ReadAlertsAsync(10)).ShouldHaveSingleItem();
        alert.ShouldSatisfyAllConditions(
            a => a.Rule.ShouldBe(AlertRules.EmergingProblem),
            a => a.TechCenter.ShouldBe(SmallCompany.TechCenter),
            a => a.Text.ShouldContain($"The problem {told.ProblemId}, '"),
            a => a.Count.ShouldBe(1));
        ReportBuilder report = new(company.Warehouse, company.Warehouse, company.Models, company.Clock, emerging);
        (await report.BuildAsync("All")).TechCenters[0].Emerging.ShouldHaveSingleItem().Id.ShouldBe(told.ProblemId);

        TechCenterTrainer trainer = new(
            company.Reader, company.Models, new ReleaseCandidate(company.Models, company.Gate, company.Limits, company.Clock), new TrainingRunRecorder(new RunLog(company.Objects), company.Models, company.Clock), new ClusterNamer(new KeywordLabeller()), company.Options, company.Tuned, company.Clock,
            told: async (center, token) => [.. (await emerging.ListAsync(center, token)).Select(r => new ToldProblem(r.ProblemId, r.Incidents))]);
        TrainingWindow window = company.Planner.Window(2026, 3);
        (await trainer.TrainAsync(SmallCompany.TechCenter, 2026, 3, window, trainingRun: 99)).Status.ShouldBe(TrainingStatus.Published);

        ModelManifest after = (await company.Models.ListWithDamagedAsync(SmallCompany.TechCenter)).Select(v => v.Manifest!).Last();
        ModelProblem taken = (await company.Models.ReadClustersAsync(after)).Problems.Single(p => p.Id == told.ProblemId);
        taken.Label.ShouldContain("card");
        taken.Origin.ShouldBe(ClusterChangeKind.New);
        after.FreeProblemId.ShouldBeGreaterThan(told.ProblemId);
        await PredictAsync(company, feed);
        (await report.BuildAsync("All")).TechCenters[0].Emerging.ShouldBeEmpty("the model knows it now");
        (await emerging.ListAsync(folder)).ShouldHaveSingleItem().ProblemId.ShouldBe(told.ProblemId);
    }

    [TestMethod]
    public async Task Predictions_go_on_though_another_process_has_the_stream()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        EnvelopeSeal seal = EnvelopeSeal.WithoutKeys;
        await using StreamDirectory other = new(company.Objects, seal, company.Preprocess.Embedder, company.Clock);
        string name = $"emerging/{ModelPaths.Slug(SmallCompany.TechCenter)}";
        await other.CreateAsync(name, new EmergingOptions().ConfigOver(0), "test");
        await other.UseAsync(name, _ => Task.FromResult(true), CancellationToken.None);
        await using StreamDirectory streams = new(company.Objects, seal, company.Preprocess.Embedder, company.Clock);
        await ReportAsync(company, "ODD", 5, i => $"Question {Words[i]} about {Words[i + 3]}", i => Start.AddDays(-i));

        IReadOnlyList<PredictionOutcome> outcomes = await PredictAsync(company, new EmergingFeed(streams, new EmergingProblems(company.Objects, seal), company.Models, company.Warehouse, new EmergingOptions(), company.Clock));

        outcomes.ShouldHaveSingleItem().ShouldSatisfyAllConditions(o => o.Failed.ShouldBeFalse(), o => o.Predicted.ShouldBeGreaterThan(0));
    }

    [TestMethod]
    public async Task Incidents_that_the_stream_has_dropped_stay_with_the_problem_that_was_told()
    {
        EmergingProblems emerging = new(new MemoryObjectStore(), EnvelopeSeal.WithoutKeys);
        StreamEvent told = Tell(known: null)[0];
        await emerging.UpdateAsync("desk", [(told, ["A", "B"])], freeId: 7, _ => Task.CompletedTask, CancellationToken.None);
        await emerging.UpdateAsync("desk", [(told, ["B", "C"])], freeId: 9, _ => Task.CompletedTask, CancellationToken.None);
        await emerging.UpdateAsync("desk", [(told, [])], freeId: 9, _ => Task.CompletedTask, CancellationToken.None);

        EmergingRecord record = (await emerging.ListAsync("desk")).ShouldHaveSingleItem();
        record.ProblemId.ShouldBe(7);
        record.Incidents.ShouldBe(["A", "B", "C"]);
    }

    [TestMethod]
    public async Task A_backlog_tells_what_daily_predictions_would_have_told()
    {
        IReadOnlyList<StreamEvent> daily = await EventsAsync(days: 1);
        daily.ShouldNotBeEmpty();
        (await EventsAsync(days: 60)).Select(e => (e.Kind, e.FirstSeen, e.NoticedAt, e.NoticedItems, e.Items)).ShouldBe(daily.Select(e => (e.Kind, e.FirstSeen, e.NoticedAt, e.NoticedItems, e.Items)));

        async Task<IReadOnlyList<StreamEvent>> EventsAsync(int days)
        {
            await using SmallCompany company = await SmallCompany.TrainedAsync();
            EnvelopeSeal seal = EnvelopeSeal.WithoutKeys;
            await using StreamDirectory streams = new(company.Objects, seal, company.Preprocess.Embedder, company.Clock);
            EmergingFeed feed = new(streams, new EmergingProblems(company.Objects, seal), company.Models, company.Warehouse, new EmergingOptions(), company.Clock);
            company.Clock.Advance(TimeSpan.FromDays(120));
            for (int day = 0; day < 60; day += days)
            {
                // The numbers run against time.
                int first = day;
                await ReportAsync(company, $"ODD{60 - day:00}", days, i => $"Question {Words[(first + i) % Words.Length]} about {Words[(first + i) * 5 % Words.Length]} number {(first + i) * 37}", i => Start.AddDays(first + i));
                foreach (int own in Enumerable.Range(day, days).Where(d => d is >= 10 and < 20))
                {
                    await ReportAsync(company, $"NEW{60 - own:00}", 4, i => Badge(own + i), i => Start.AddDays(own).AddHours(1 + i));
                }

                await PredictAsync(company, feed);
            }

            return await streams.UseAsync($"emerging/{ModelPaths.Slug(SmallCompany.TechCenter)}", open => Task.FromResult<IReadOnlyList<StreamEvent>>([.. open.Read(s => s.Ledger.Events.ToArray())]), CancellationToken.None);
        }
    }

    [TestMethod]
    public async Task The_threshold_follows_what_unrelated_texts_are_like_until_an_operator_sets_it()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        EnvelopeSeal seal = EnvelopeSeal.WithoutKeys;
        await using StreamDirectory streams = new(company.Objects, seal, company.Preprocess.Embedder, company.Clock);
        string name = $"emerging/{ModelPaths.Slug(SmallCompany.TechCenter)}";
        await streams.CreateAsync(name, new EmergingOptions().ConfigOver(0.9), "predictions");
        EmergingFeed feed = new(streams, new EmergingProblems(company.Objects, seal), company.Models, company.Warehouse, new EmergingOptions(), company.Clock);
        await ReportAsync(company, "ODD", 3, i => $"Question {Words[i]} about {Words[i + 3]}", i => Start.AddDays(-i));
        await PredictAsync(company, feed);
        (await ThresholdAsync()).ShouldBeLessThan(0.8);

        await streams.UseAsync(name, open => open.ConfigureAsync(new EmergingOptions().ConfigOver(0.9), "somebody", CancellationToken.None), CancellationToken.None);
        await ReportAsync(company, "MORE", 3, i => $"Question {Words[i + 1]} about {Words[i + 4]}", i => Start.AddDays(-i));
        await PredictAsync(company, feed);
        (await ThresholdAsync()).ShouldBe(0.935, 1e-9);

        Task<double> ThresholdAsync() => streams.UseAsync(name, open => Task.FromResult(open.Read(s => s.Config.SimilarityThreshold)), CancellationToken.None);
    }

    [TestMethod]
    public void A_cluster_that_is_explained_is_not_new()
    {
        Tell(known: 3).ShouldBeEmpty();
        Tell(known: StreamItem.OfTraining).ShouldBeEmpty();
        Tell(known: null).ShouldHaveSingleItem().NoticedItems.ShouldBe(10);
    }

    [TestMethod]
    public void A_cluster_that_grows_as_it_always_did_is_not_told_and_one_that_grows_faster_is()
    {
        StreamState steady = State();
        long sequence = 0;
        for (int i = 0; i < 300; i++)
        {
            steady.Apply(Entry(++sequence, $"s{i}", 0, Start.AddHours(4 * i), null));
        }

        steady.Ledger.Events.ShouldBeEmpty();
        for (int i = 0; i < 60; i++)
        {
            steady.Apply(Entry(++sequence, $"f{i}", 0, Start.AddHours((4 * 300) + (i * 0.2)), null));
        }

        StreamEvent told = steady.Ledger.Events.ShouldHaveSingleItem();
        told.Rate.ShouldBeGreaterThan(2 * told.RateBefore);
        steady.Ledger.Notices.Select(n => n.Change).ShouldBe([StreamChange.Begins]);
    }

    [TestMethod]
    public void An_event_grows_by_doubling_and_fades_when_nothing_comes()
    {
        StreamState state = State();
        long sequence = 0;
        state.Apply(Entry(++sequence, "first", 1, Start, null));
        for (int i = 0; i < 45; i++)
        {
            state.Apply(Entry(++sequence, $"n{i}", 0, Start.AddDays(20).AddHours(i), null));
        }

        state.Apply(Entry(++sequence, "last", 1, Start.AddDays(60), null));

        state.Ledger.Notices.Select(n => n.Change).ShouldBe([StreamChange.Begins, StreamChange.Grows, StreamChange.Grows, StreamChange.Fades]);
        state.Ledger.Events.ShouldHaveSingleItem().ShouldSatisfyAllConditions(e => e.Items.ShouldBe(45), e => e.FadedAt.ShouldNotBeNull(), e => e.Id.ShouldBe("e1"));
    }

    private static readonly string[] Words = ["amber", "birch", "cedar", "dahlia", "elder", "fern", "ginger", "hazel", "iris", "juniper", "kale", "lotus"];

    private static string Badge(int i) => $"Badge reader {Words[i % Words.Length]} at the gate rejects every card, door {i % 9} stays shut";

    private static IReadOnlyList<StreamEvent> Tell(int? known)
    {
        StreamState state = State();
        state.Apply(Entry(1, "first", 1, Start, null));
        for (int i = 0; i < 30; i++)
        {
            state.Apply(Entry(2 + i, $"n{i}", 0, Start.AddDays(20).AddHours(i), known));
        }

        return state.Ledger.Events;
    }

    private static StreamState State() => new(new StreamConfigVersion(1, Start, "test", new EmergingOptions().ConfigOver(0)));

    private static StreamEntry Entry(long sequence, string id, int topic, DateTimeOffset time, int? known)
    {
        float[] vector = new float[4];
        vector[topic] = 1;
        return new StreamEntry(sequence, Item: new StreamItem(id, topic == 0 ? "badge reader rejects cards" : "other text", time, new Dictionary<string, string>(StringComparer.Ordinal), vector, known));
    }

    private static async Task ReportAsync(SmallCompany company, string prefix, int count, Func<int, string> text, Func<int, DateTimeOffset> time)
    {
        await company.Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, count).Select(i => new Incident { Number = $"{prefix}{i:000}", CreatedOn = time(i), Texts = [text(i)], TechCenter = SmallCompany.TechCenter })]);
        await company.Preprocess.RunAsync();
    }

    private static Task<IReadOnlyList<PredictionOutcome>> PredictAsync(SmallCompany company, EmergingFeed feed) =>
        new PredictIncidents(company.Warehouse, company.Warehouse, company.Models, company.Preprocess.Embedder, new PredictionOptions(), company.Clock, told: feed.TakeAsync).RunAsync();
}
