using Pipeline.Preprocessing;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of preprocessed incidents, dead letters and watermarks.</content>
public abstract partial class WarehouseContract
{
    [TestMethod]
    public async Task A_batch_that_fails_halfway_leaves_nothing_and_does_not_move_the_watermark()
    {
        PreprocessedIncident broken = Preprocessed("B") with { Summary = null! };
        await Should.ThrowAsync<Exception>(() => Preprocessed.SavePreprocessedAsync([Preprocessed("A"), broken], [], "preprocess", 7));

        (await TechCenters.ListTechCentersAsync()).ShouldBeEmpty();
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_preprocessed_batch_moves_its_own_watermark_only()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A")], [], "preprocess", 7);
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(7);
        (await Preprocessed.GetWatermarkAsync("other")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_watermark_never_goes_back()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A")], [], "preprocess", 7);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("B")], [], "preprocess", 5);
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(7);

        await Preprocessed.SavePreprocessedAsync([], [], "preprocess", 9);
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(9);
        (await Window()).Select(i => i.Number).ShouldBe(["A", "B"]);
    }

    [TestMethod]
    public async Task A_part_of_a_batch_is_stored_without_moving_a_watermark()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A")], [], null, 7);
        await Preprocessed.SavePreprocessedAsync([], [], null, 7);

        (await Window()).Select(i => i.Number).ShouldBe(["A"]);
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_run_that_was_overtaken_does_not_replace_what_was_made_of_a_newer_text()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A", "old"), Incident("B", "old"), Incident("C")]);
        await Incidents.UpsertIncidentsAsync([Incident("A", "new"), Incident("B", "new")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "new"), Preprocessed("B", "new"), Preprocessed("C")], [], "preprocess", 5);

        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "old"), Preprocessed("C", "again")], [new DeadLetter("B", "preprocess", "no text")], "preprocess", 3);

        (await Window()).Select(i => (i.Number, i.ContentHash)).ShouldBe([("A", "new"), ("B", "new"), ("C", "again")]);
        (await Preprocessed.ReadDeadLettersAsync()).ShouldBeEmpty();
        (await Preprocessed.GetWatermarkAsync("preprocess")).ShouldBe(5);
    }

    [TestMethod]
    public async Task A_preprocessed_incident_comes_back_exactly()
    {
        PreprocessedIncident incident = Preprocessed("A", createdOn: Day(3).AddTicks(3), embedding: [1.5f, -0f, float.Epsilon, float.MaxValue, 0.1f]);
        await Preprocessed.SavePreprocessedAsync([incident], [], "w", 1);

        PreprocessedIncident read = (await Window()).Single();

        (read with { Embedding = incident.Embedding }).ShouldBe(incident);
        read.Embedding.ToArray().Select(BitConverter.SingleToInt32Bits).ShouldBe(incident.Embedding.ToArray().Select(BitConverter.SingleToInt32Bits));
    }

    [TestMethod]
    public async Task Embeddings_are_found_by_hash_and_embedder()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "h1", embedding: [1, 2]), Preprocessed("B", "h2", embedder: "other", embedding: [3, 4])], [], "w", 1);

        IReadOnlyDictionary<string, ReadOnlyMemory<float>> found = await Preprocessed.FindEmbeddingsAsync("e", ["h1", "h2", "h3", "h1"]);

        found.Keys.ShouldBe(["h1"]);
        found["h1"].ToArray().ShouldBe([1f, 2f]);
    }

    [TestMethod]
    public async Task A_window_holds_its_first_instant_not_its_last_and_the_undated()
    {
        await Preprocessed.SavePreprocessedAsync(
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
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("A"), Answer("B")]);

        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", techCenter: "voice")], [], "w", 2);

        (await Window()).Select(incident => incident.Number).ShouldBe(["B"]);
        (await Window(techCenter: "voice")).Select(incident => incident.Number).ShouldBe(["A"]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
        await Predictions.SavePredictionsAsync([Answer("A")]);
        (await Predicted("network")).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
        (await TechCenters.ListTechCentersAsync()).ShouldBe(["network", "voice"]);
    }

    [TestMethod]
    public async Task A_dead_letter_takes_the_preprocessed_row_and_the_prediction_with_it_until_the_incident_is_mended()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("A"), Answer("B")]);

        await Preprocessed.SavePreprocessedAsync([], [new DeadLetter("Z", "preprocess", "no text"), new DeadLetter("A", "preprocess", "no text")], "w", 2);

        (await Preprocessed.ReadDeadLettersAsync()).Select(letter => letter.Number).ShouldBe(["A", "Z"]);
        (await Window()).Select(incident => incident.Number).ShouldBe(["B"]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);

        await Preprocessed.SavePreprocessedAsync([Preprocessed("A")], [new DeadLetter("Z", "embed", "again")], "w", 3);
        (await Preprocessed.ReadDeadLettersAsync()).ShouldBe([new DeadLetter("Z", "embed", "again")]);
    }

    [TestMethod]
    public async Task Writing_is_possible_while_a_window_is_read_and_does_not_show_in_it()
    {
        await Preprocessed.SavePreprocessedAsync([.. Enumerable.Range(0, 200).Select(i => Preprocessed($"{i:000}"))], [], "w", 1);
        var seen = new List<string>();
        await foreach (PreprocessedIncident incident in Preprocessed.ReadWindowAsync("network", "e", Day(1), Day(2)))
        {
            if (seen.Count == 0)
            {
                await Preprocessed.SavePreprocessedAsync([Preprocessed("999")], [], "w", 2);
            }

            seen.Add(incident.Number);
        }

        seen.Count.ShouldBe(200);
    }
}
