using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of predictions, and the counts over all tables.</content>
public abstract partial class WarehouseContract
{
    [TestMethod]
    public async Task Unpredicted_are_the_missing_the_stale_and_those_of_another_model()
    {
        await Preprocessed.SavePreprocessedAsync(
            [Preprocessed("1 done"), Preprocessed("2 missing"), Preprocessed("3 stale"), Preprocessed("4 other model"), Preprocessed("5 other embedder", embedder: "x"), Preprocessed("6 elsewhere", techCenter: "voice")], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("1 done"), Answer("3 stale"), Answer("4 other model", modelVersion: "network/2025_q4")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("3 stale", "new text")], [], "w", 2);

        (await Unpredicted(10)).ShouldBe(["2 missing", "3 stale", "4 other model"]);
        (await Unpredicted(2)).ShouldBe(["2 missing", "3 stale"]);
        (await Unpredicted(10, trial: "network/2025_q4")).ShouldBe(["2 missing", "3 stale"], "the other model is on trial");

        await Predictions.SavePredictionsAsync([Answer("2 missing"), Answer("3 stale", "new text"), Answer("4 other model")]);
        (await Unpredicted(10)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Unpredicted_come_by_the_date_they_were_opened_whatever_their_numbers()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("1", createdOn: Day(9)), Preprocessed("2", createdOn: Day(3)), Preprocessed("4", createdOn: Day(5)), Preprocessed("3", createdOn: Day(5)), Preprocessed("5")], [], "w", 1);
        (await Unpredicted(10)).ShouldBe(["5", "2", "3", "4", "1"]);
        (await Unpredicted(3)).ShouldBe(["5", "2", "3"]);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(10)]
    public async Task Unpredicted_are_read_behind_the_last_one_that_was_answered_and_each_once(int limit)
    {
        PreprocessedIncident[] rows = [Preprocessed("1", createdOn: Day(9)), Preprocessed("2", createdOn: Day(3)), Preprocessed("4", createdOn: Day(5)), Preprocessed("3", createdOn: Day(5)), Preprocessed("5"), Preprocessed("0")];
        await Preprocessed.SavePreprocessedAsync(rows, [], "w", 1);
        (await UnpredictedInBatches(limit)).ShouldBe(["0", "5", "2", "3", "4", "1"]);
    }

    [TestMethod]
    public async Task A_prediction_of_an_outdated_text_or_of_an_unknown_incident_is_left_out()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "new"), Preprocessed("B")], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("A", "old"), Answer("B"), Answer("unknown")]);
        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["B"]);
    }

    [TestMethod]
    public async Task A_prediction_comes_back_exactly_and_the_latest_replaces_it()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", createdOn: Day(2))], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("A")]);
        (await Predicted()).Single().ShouldBe(new PredictedIncident(Answer("A"), Day(2), "text h"));

        IncidentPrediction later = Answer("A", modelVersion: "network/2026_q4", clusterId: IncidentPrediction.Unclustered);
        await Predictions.SavePredictionsAsync([later]);
        (await Predicted()).Single().Prediction.ShouldBe(later);
    }

    [TestMethod]
    public async Task Predictions_are_read_by_tech_center_and_number()
    {
        await Preprocessed.SavePreprocessedAsync([Preprocessed("2"), Preprocessed("10"), Preprocessed("1", techCenter: "voice"), Preprocessed("3", techCenter: "Apps")], [], "w", 1);
        await Predictions.SavePredictionsAsync([Answer("2"), Answer("10"), Answer("1", techCenter: "voice"), Answer("3", techCenter: "Apps")]);

        (await Predicted()).Select(row => row.Prediction.IncidentId).ShouldBe(["3", "10", "2", "1"]);
        (await Predicted("network")).Select(row => row.Prediction.IncidentId).ShouldBe(["10", "2"]);
        (await Predicted("nowhere")).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task Statistics_count_every_tech_center_that_appears_anywhere()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A", createdOn: Day(3)), Incident("B", createdOn: Day(4)), Incident("C", techCenter: "voice") with { CreatedOn = null }]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B"), Preprocessed("D", techCenter: "apps")], [], "w", 3);
        await Predictions.SavePredictionsAsync([Answer("A"), Answer("B", clusterId: IncidentPrediction.Unclustered)]);

        (await TechCenters.ReadStatisticsAsync()).ShouldBe(
        [
            new TechCenterStatistics("apps", 0, 1, 0, 0, null, null),
            new TechCenterStatistics("network", 2, 2, 2, 1, Day(4), Answer("A").PredictedAt, Day(3)),
            new TechCenterStatistics("voice", 1, 0, 0, 0, null, null),
        ]);
    }
}
