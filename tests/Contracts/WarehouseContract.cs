using Pipeline.Incidents;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Training;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <summary>What every warehouse promises. Derive a test class to run it against one.</summary>
public abstract class WarehouseContract
{
    /// <summary>An empty, initialized warehouse that this test has to itself.</summary>
    protected IWarehouse Warehouse { get; private set; } = null!;

    protected abstract IWarehouse Create();

    [TestInitialize]
    public async Task Initialize()
    {
        Warehouse = Create();
        await Warehouse.InitializeAsync();
    }

    [TestMethod]
    public async Task Initializing_again_keeps_what_is_stored()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A")]);
        await Warehouse.InitializeAsync();
        (await Warehouse.CountChangesAsync(0)).ShouldBe(1);
    }

    [TestMethod]
    public async Task An_incident_comes_back_exactly()
    {
        var incident = new Incident
        {
            Number = "INC 'quoted' ü 🖨",
            CreatedOn = Day(1).AddTicks(1),
            UpdatedOn = new DateTimeOffset(2026, 3, 1, 1, 0, 0, TimeSpan.FromHours(5)),
            Texts = ["a \"b\"\n\tc", "", "日本 🖨 \u0001"],
            TechCenter = "Netz & Sprache",
        };
        await Warehouse.UpsertIncidentsAsync([incident, Incident("no dates") with { CreatedOn = null }]);

        IReadOnlyList<IncidentChange> changes = await Warehouse.ReadChangesAsync(0, 10);

        Incident read = changes[0].Incident;
        read.Number.ShouldBe(incident.Number);
        read.CreatedOn.ShouldBe(incident.CreatedOn);
        read.UpdatedOn.ShouldBe(incident.UpdatedOn);
        read.UpdatedOn!.Value.Offset.ShouldBe(TimeSpan.Zero);
        read.Texts.ShouldBe(incident.Texts);
        read.TechCenter.ShouldBe(incident.TechCenter);
        changes[1].Incident.CreatedOn.ShouldBeNull();
        changes[1].Incident.UpdatedOn.ShouldBeNull();
    }

    [TestMethod]
    public async Task Storing_the_same_incidents_again_changes_nothing()
    {
        (await Warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")])).ShouldBe(new UpsertOutcome(2, 0, 0));
        IReadOnlyList<IncidentChange> before = await Warehouse.ReadChangesAsync(0, 10);

        (await Warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")])).ShouldBe(new UpsertOutcome(0, 0, 2));

        (await Warehouse.ReadChangesAsync(0, 10)).Select(change => change.Sequence).ShouldBe(before.Select(change => change.Sequence));
    }

    [TestMethod]
    public async Task A_changed_incident_moves_to_the_end_of_the_changes()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
        long last = (await Warehouse.ReadChangesAsync(0, 10))[^1].Sequence;

        (await Warehouse.UpsertIncidentsAsync([Incident("A", "other text")])).ShouldBe(new UpsertOutcome(0, 1, 0));

        (await Warehouse.CountChangesAsync(last)).ShouldBe(1);
        (await Warehouse.ReadChangesAsync(last, 10)).Single().Incident.Number.ShouldBe("A");
        (await Warehouse.ReadChangesAsync(0, 10)).Select(change => change.Incident.Number).ShouldBe(["B", "A"]);
    }

    [TestMethod]
    public async Task A_change_of_any_part_of_an_incident_counts()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A")]);
        (await Warehouse.UpsertIncidentsAsync([Incident("A", techCenter: "voice")])).Changed.ShouldBe(1);
        (await Warehouse.UpsertIncidentsAsync([Incident("A", techCenter: "voice", createdOn: Day(2))])).Changed.ShouldBe(1);
        (await Warehouse.UpsertIncidentsAsync([Incident("A", techCenter: "voice", createdOn: Day(2), updatedOn: Day(3))])).Changed.ShouldBe(1);
        (await Warehouse.UpsertIncidentsAsync([Incident("A", "text", techCenter: "voice", createdOn: Day(2), updatedOn: Day(3))])).Changed.ShouldBe(1);
    }

    [TestMethod]
    public async Task An_older_version_does_not_replace_a_newer_one()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A", "new", updatedOn: Day(5))]);

        (await Warehouse.UpsertIncidentsAsync([Incident("A", "old", updatedOn: Day(4))])).ShouldBe(new UpsertOutcome(0, 0, 1));
        (await Warehouse.ReadChangesAsync(0, 1))[0].Incident.Texts[0].ShouldBe("new");

        (await Warehouse.UpsertIncidentsAsync([Incident("A", "same time", updatedOn: Day(5))])).Changed.ShouldBe(1);
        (await Warehouse.UpsertIncidentsAsync([Incident("A", "without a date")])).Changed.ShouldBe(1);
    }

    [TestMethod]
    public async Task The_later_row_of_a_number_in_one_call_wins()
    {
        (await Warehouse.UpsertIncidentsAsync([Incident("A", "first"), Incident("B"), Incident("A", "second")])).ShouldBe(new UpsertOutcome(2, 0, 0));

        IReadOnlyList<IncidentChange> changes = await Warehouse.ReadChangesAsync(0, 10);
        changes.Select(change => change.Incident.Number).ShouldBe(["B", "A"]);
        changes[1].Incident.Texts[0].ShouldBe("second");
    }

    [TestMethod]
    public async Task Changes_are_read_in_pages()
    {
        await Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 25).Select(i => Incident($"N{i:00}"))]);
        var numbers = new List<string>();
        long after = 0;
        while (await Warehouse.ReadChangesAsync(after, 10) is { Count: > 0 } page)
        {
            page.Count.ShouldBeLessThanOrEqualTo(10);
            numbers.AddRange(page.Select(change => change.Incident.Number));
            after = page[^1].Sequence;
        }

        numbers.ShouldBe(Enumerable.Range(0, 25).Select(i => $"N{i:00}"));
    }

    [TestMethod]
    public async Task An_empty_call_changes_nothing()
    {
        (await Warehouse.UpsertIncidentsAsync([])).ShouldBe(new UpsertOutcome(0, 0, 0));
        await Warehouse.SavePredictionsAsync([]);
        (await Warehouse.ReadChangesAsync(0, 10)).ShouldBeEmpty();
        (await Warehouse.FindEmbeddingsAsync("e", [])).ShouldBeEmpty();
        (await Warehouse.ReadStatisticsAsync()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task An_incident_without_a_number_is_refused_and_its_batch_with_it()
    {
        await Should.ThrowAsync<ArgumentException>(() => Warehouse.UpsertIncidentsAsync([Incident("A"), Incident("")]));
        (await Warehouse.CountChangesAsync(0)).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        Incident[] incidents = [.. Enumerable.Range(0, 10).Select(i => Incident($"N{i}")), Incident("last") with { Texts = new CancellingTexts(cancelled) }, Incident("after")];

        await Should.ThrowAsync<OperationCanceledException>(() => Warehouse.UpsertIncidentsAsync(incidents, cancelled.Token));

        (await Warehouse.CountChangesAsync(0)).ShouldBe(0);
        (await Warehouse.UpsertIncidentsAsync([Incident("A")])).Added.ShouldBe(1);
    }

    [TestMethod]
    public async Task A_batch_that_fails_halfway_leaves_nothing_and_does_not_move_the_watermark()
    {
        PreprocessedIncident broken = Preprocessed("B") with { Summary = null! };
        await Should.ThrowAsync<Exception>(() => Warehouse.SavePreprocessedAsync([Preprocessed("A"), broken], [], "preprocess", 7));

        (await Warehouse.ListTechCentersAsync()).ShouldBeEmpty();
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_preprocessed_batch_moves_its_own_watermark_only()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A")], [], "preprocess", 7);
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(7);
        (await Warehouse.GetWatermarkAsync("other")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_watermark_never_goes_back()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A")], [], "preprocess", 7);
        await Warehouse.SavePreprocessedAsync([Preprocessed("B")], [], "preprocess", 5);
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(7);

        await Warehouse.SavePreprocessedAsync([], [], "preprocess", 9);
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(9);
        (await Window()).Select(i => i.Number).ShouldBe(["A", "B"]);
    }

    [TestMethod]
    public async Task A_part_of_a_batch_is_stored_without_moving_a_watermark()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A")], [], null, 7);
        await Warehouse.SavePreprocessedAsync([], [], null, 7);

        (await Window()).Select(i => i.Number).ShouldBe(["A"]);
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_run_that_was_overtaken_does_not_replace_what_was_made_of_a_newer_text()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A", "old"), Incident("B", "old"), Incident("C")]);
        await Warehouse.UpsertIncidentsAsync([Incident("A", "new"), Incident("B", "new")]);
        await Warehouse.SavePreprocessedAsync([Preprocessed("A", "new"), Preprocessed("B", "new"), Preprocessed("C")], [], "preprocess", 5);

        await Warehouse.SavePreprocessedAsync([Preprocessed("A", "old"), Preprocessed("C", "again")], [new DeadLetter("B", "preprocess", "no text")], "preprocess", 3);

        (await Window()).Select(i => (i.Number, i.ContentHash)).ShouldBe([("A", "new"), ("B", "new"), ("C", "again")]);
        (await Warehouse.ReadDeadLettersAsync()).ShouldBeEmpty();
        (await Warehouse.GetWatermarkAsync("preprocess")).ShouldBe(5);
    }

    [TestMethod]
    public async Task A_preprocessed_incident_comes_back_exactly()
    {
        PreprocessedIncident incident = Preprocessed("A", createdOn: Day(3).AddTicks(3), embedding: [1.5f, -0f, float.Epsilon, float.MaxValue, 0.1f]);
        await Warehouse.SavePreprocessedAsync([incident], [], "w", 1);

        PreprocessedIncident read = (await Window()).Single();

        (read with { Embedding = incident.Embedding }).ShouldBe(incident);
        read.Embedding.ToArray().Select(BitConverter.SingleToInt32Bits).ShouldBe(incident.Embedding.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [TestMethod]
    public async Task Embeddings_are_found_by_hash_and_embedder()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A", "h1", embedding: [1, 2]), Preprocessed("B", "h2", embedder: "other", embedding: [3, 4])], [], "w", 1);

        IReadOnlyDictionary<string, ReadOnlyMemory<float>> found = await Warehouse.FindEmbeddingsAsync("e", ["h1", "h2", "h3", "h1"]);

        found.Keys.ShouldBe(["h1"]);
        found["h1"].ToArray().ShouldBe([1f, 2f]);
    }

    [TestMethod]
    public async Task A_window_holds_its_first_instant_not_its_last_and_the_undated()
    {
        await Warehouse.SavePreprocessedAsync(
            [
                Preprocessed("f", createdOn: Day(10)), Preprocessed("e", createdOn: Day(10).AddTicks(-1)), Preprocessed("d", createdOn: Day(5)),
                Preprocessed("c", createdOn: Day(5).AddTicks(-1)), Preprocessed("b"), Preprocessed("B", createdOn: Day(7)),
                Preprocessed("x", createdOn: Day(7), embedder: "other"), Preprocessed("y", techCenter: "voice", createdOn: Day(7)),
            ],
            [],
            "w",
            1);

        (await Window(Day(5), Day(10))).Select(incident => incident.Number).ShouldBe(["B", "b", "d", "e"]);
    }

    [TestMethod]
    public async Task A_moved_incident_leaves_the_old_tech_center_with_its_prediction()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("A"), Answer("B")]);

        await Warehouse.SavePreprocessedAsync([Preprocessed("A", techCenter: "voice")], [], "w", 2);

        (await Window()).Select(incident => incident.Number).ShouldBe(["B"]);
        (await Window(techCenter: "voice")).Select(incident => incident.Number).ShouldBe(["A"]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
        await Warehouse.SavePredictionsAsync([Answer("A")]);
        (await Predicted("network")).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
        (await Warehouse.ListTechCentersAsync()).ShouldBe(["network", "voice"]);
    }

    [TestMethod]
    public async Task A_dead_letter_takes_the_preprocessed_row_and_the_prediction_with_it_until_the_incident_is_mended()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("A"), Answer("B")]);

        await Warehouse.SavePreprocessedAsync([], [new DeadLetter("Z", "preprocess", "no text"), new DeadLetter("A", "preprocess", "no text")], "w", 2);

        (await Warehouse.ReadDeadLettersAsync()).Select(letter => letter.Number).ShouldBe(["A", "Z"]);
        (await Window()).Select(incident => incident.Number).ShouldBe(["B"]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);

        await Warehouse.SavePreprocessedAsync([Preprocessed("A")], [new DeadLetter("Z", "embed", "again")], "w", 3);
        (await Warehouse.ReadDeadLettersAsync()).ShouldBe([new DeadLetter("Z", "embed", "again")]);
    }

    [TestMethod]
    public async Task Unpredicted_are_the_missing_the_stale_and_those_of_another_model()
    {
        await Warehouse.SavePreprocessedAsync(
            [Preprocessed("1 done"), Preprocessed("2 missing"), Preprocessed("3 stale"), Preprocessed("4 other model"), Preprocessed("5 other embedder", embedder: "x"), Preprocessed("6 elsewhere", techCenter: "voice")], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("1 done"), Answer("3 stale"), Answer("4 other model", modelVersion: "network/2025_q4")]);
        await Warehouse.SavePreprocessedAsync([Preprocessed("3 stale", "new text")], [], "w", 2);

        (await Unpredicted(10)).ShouldBe(["2 missing", "3 stale", "4 other model"]);
        (await Unpredicted(2)).ShouldBe(["2 missing", "3 stale"]);

        await Warehouse.SavePredictionsAsync([Answer("2 missing"), Answer("3 stale", "new text"), Answer("4 other model")]);
        (await Unpredicted(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_prediction_of_an_outdated_text_or_of_an_unknown_incident_is_left_out()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A", "new"), Preprocessed("B")], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("A", "old"), Answer("B"), Answer("unknown")]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
    }

    [TestMethod]
    public async Task A_prediction_comes_back_exactly_and_the_latest_replaces_it()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("A", createdOn: Day(2))], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("A")]);
        (await Predicted()).Single().ShouldBe(new PredictedIncident(Answer("A"), Day(2), "text h"));

        IncidentPrediction later = Answer("A", modelVersion: "network/2026_q4", clusterId: IncidentPrediction.Unclustered);
        await Warehouse.SavePredictionsAsync([later]);
        (await Predicted()).Single().Prediction.ShouldBe(later);
    }

    [TestMethod]
    public async Task Predictions_are_read_by_tech_center_and_number()
    {
        await Warehouse.SavePreprocessedAsync([Preprocessed("2"), Preprocessed("10"), Preprocessed("1", techCenter: "voice"), Preprocessed("3", techCenter: "Apps")], [], "w", 1);
        await Warehouse.SavePredictionsAsync([Answer("2"), Answer("10"), Answer("1", techCenter: "voice"), Answer("3", techCenter: "Apps")]);

        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["3", "10", "2", "1"]);
        (await Predicted("network")).Select(row => row.Prediction.IncidentId).ShouldBe(["10", "2"]);
        (await Predicted("nowhere")).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task An_unfinished_training_is_resumed_and_a_closed_one_is_not()
    {
        TrainingRun run = await Warehouse.OpenTrainingRunAsync(2026, 2, "all");
        await Warehouse.FinishTrainingCenterAsync(run.Id, "network", "{\"clusters\":4}");
        await Warehouse.FinishTrainingCenterAsync(run.Id, "network", "{\"clusters\":9}");

        TrainingRun resumed = await Warehouse.OpenTrainingRunAsync(2026, 2, "all");
        resumed.Id.ShouldBe(run.Id);
        resumed.Finished.ShouldBe(new Dictionary<string, string>(StringComparer.Ordinal) { ["network"] = "{\"clusters\":4}" });
        (await Warehouse.OpenTrainingRunAsync(2026, 2, "network only")).Id.ShouldNotBe(run.Id);
        (await Warehouse.OpenTrainingRunAsync(2026, 4, "all")).Id.ShouldNotBe(run.Id);

        await Warehouse.CloseTrainingRunAsync(run.Id);
        TrainingRun next = await Warehouse.OpenTrainingRunAsync(2026, 2, "all");
        next.Id.ShouldBeGreaterThan(run.Id);
        next.Finished.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task A_training_run_that_does_not_exist_is_refused()
    {
        (await Should.ThrowAsync<ArgumentException>(() => Warehouse.FinishTrainingCenterAsync(41, "network", "{}"))).Message.ShouldContain("41");
        await Should.ThrowAsync<ArgumentException>(() => Warehouse.CloseTrainingRunAsync(41));
    }

    [TestMethod]
    public async Task Statistics_count_every_tech_center_that_appears_anywhere()
    {
        await Warehouse.UpsertIncidentsAsync([Incident("A", createdOn: Day(3)), Incident("B", createdOn: Day(4)), Incident("C", techCenter: "voice") with { CreatedOn = null }]);
        await Warehouse.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B"), Preprocessed("D", techCenter: "apps")], [], "w", 3);
        await Warehouse.SavePredictionsAsync([Answer("A"), Answer("B", clusterId: IncidentPrediction.Unclustered)]);

        (await Warehouse.ReadStatisticsAsync()).ShouldBe(
        [
            new TechCenterStatistics("apps", 0, 1, 0, 0, null, null),
            new TechCenterStatistics("network", 2, 2, 2, 1, Day(4), Answer("A").PredictedAt, Day(3)),
            new TechCenterStatistics("voice", 1, 0, 0, 0, null, null),
        ]);
    }

    [TestMethod]
    public async Task A_setting_is_kept_until_it_is_set_again()
    {
        (await Warehouse.GetSettingAsync("columns")).ShouldBeNull();
        await Warehouse.SetSettingAsync("columns", "{}");
        await Warehouse.SetSettingAsync("columns", "{\"text\":1}");
        (await Warehouse.GetSettingAsync("columns")).ShouldBe("{\"text\":1}");
    }

    [TestMethod]
    public async Task Writing_is_possible_while_a_window_is_read_and_does_not_show_in_it()
    {
        await Warehouse.SavePreprocessedAsync([.. Enumerable.Range(0, 200).Select(i => Preprocessed($"{i:000}"))], [], "w", 1);
        var seen = new List<string>();
        await foreach (PreprocessedIncident incident in Warehouse.ReadWindowAsync("network", "e", Day(1), Day(2)))
        {
            if (seen.Count == 0)
            {
                await Warehouse.SavePreprocessedAsync([Preprocessed("999")], [], "w", 2);
            }

            seen.Add(incident.Number);
        }

        seen.Count.ShouldBe(200);
    }

    [TestMethod]
    public async Task Many_writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer =>
            Task.Run(() => Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 50).Select(i => Incident($"{writer}-{i}"))]))));

        IReadOnlyList<IncidentChange> changes = await Warehouse.ReadChangesAsync(0, 1000);
        changes.Count.ShouldBe(400);
        changes.Select(change => change.Sequence).Distinct().Count().ShouldBe(400);
    }

    private Task<List<PreprocessedIncident>> Window(DateTimeOffset? from = null, DateTimeOffset? until = null, string techCenter = "network") =>
        ToListAsync(Warehouse.ReadWindowAsync(techCenter, "e", from ?? Day(1), until ?? Day(31)));

    private Task<List<PredictedIncident>> Predicted(string? techCenter = null) => ToListAsync(Warehouse.ReadPredictedAsync(techCenter));

    private async Task<IEnumerable<string>> Unpredicted(int limit) =>
        (await Warehouse.ReadUnpredictedAsync("network", "e", "network/2026_q2", limit)).Select(incident => incident.Number);

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> rows)
    {
        var list = new List<T>();
        await foreach (T row in rows)
        {
            list.Add(row);
        }

        return list;
    }

    /// <summary>Cancels the write while the row that holds these texts is being stored.</summary>
    private sealed class CancellingTexts(CancellationTokenSource source) : IReadOnlyList<string>
    {
        public int Count => 1;

        public string this[int index] => "text";

        public IEnumerator<string> GetEnumerator()
        {
            source.Cancel();
            yield return "text";
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
