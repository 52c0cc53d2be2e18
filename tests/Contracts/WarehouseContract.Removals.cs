using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Preprocessing;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of incidents that leave the warehouse, and of the record of those that were erased.</content>
public abstract partial class WarehouseContract
{
    private IRemovals Removals => (IRemovals)Warehouse;

    private IErasures Erasures => (IErasures)Warehouse;

    [TestMethod]
    public async Task Incidents_of_a_time_are_read_by_number_in_pages_with_all_that_is_known_of_them()
    {
        await Incidents.UpsertIncidentsAsync([Incident("B", createdOn: Day(2)), Incident("A", createdOn: Day(3)), Incident("b", createdOn: Day(2)), Incident("C", createdOn: Day(4)), Incident("D") with { CreatedOn = null }]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "ha", createdOn: Day(3))], [], "preprocess", 5);
        await Predictions.SavePredictionsAsync([Answer("A", "ha")]);

        IReadOnlyList<StoredIncident> first = await Removals.ReadOpenedAsync(Day(2), Day(4), null, 2);
        first.Select(i => i.Incident.Number).ShouldBe(["A", "B"]);
        (first[0].Summary, first[0].ContentHash, first[0].ClusterId, first[0].ClusterLabel, first[0].DomainName, first[0].Confidence, first[0].ModelVersion)
            .ShouldBe(("text ha", "ha", 3, "printers", "devices", 0.1 + 0.2, "network/2026_q2"));
        (first[1].Summary, first[1].ContentHash, first[1].ClusterId, first[1].Confidence).ShouldBe((null, null, null, null));
        first[0].Incident.Texts.ShouldBe(["printer is down", "second"]);
        (await Removals.ReadOpenedAsync(Day(2), Day(4), "B", 2)).Select(i => i.Incident.Number).ShouldBe(["b"]);
        (await Removals.FindOldestAsync(Day(1), Day(9))).ShouldBe(Day(2));
        (await Removals.FindOldestAsync(Day(2).AddTicks(1), Day(4))).ShouldBe(Day(3));
        (await Removals.FindOldestAsync(Day(5), Day(9))).ShouldBeNull();
    }

    [TestMethod]
    public async Task An_incident_that_is_removed_is_gone_with_all_that_was_made_of_it()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B"), Incident("C")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [new DeadLetter("C", "preprocess", "no text")], "preprocess", 3);
        await Predictions.SavePredictionsAsync([Answer("A"), Answer("B")]);
        StoredIncident a = (await Removals.FindIncidentAsync("A")).ShouldNotBeNull();

        (await Removals.RemoveAsync([a.Version])).ShouldBe(new RemovedRows(1, 1, 1, 0));
        (await Removals.EraseAsync("C")).ShouldBe(new RemovedRows(1, 0, 0, 1));

        (await Removals.FindIncidentAsync("A")).ShouldBeNull();
        (await Incidents.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["B"]);
        (await Window()).Select(i => i.Number).ShouldBe(["B"]);
        (await Predicted()).Select(p => p.Prediction.IncidentId).ShouldBe(["B"]);
        (await Preprocessed.ReadDeadLettersAsync()).ShouldBeEmpty();
        (await Removals.RemoveAsync([a.Version])).ShouldBe(new RemovedRows(0, 0, 0, 0));
        (await Removals.RemoveAsync([])).ShouldBe(new RemovedRows(0, 0, 0, 0));
    }

    [TestMethod]
    public async Task An_incident_that_has_changed_since_it_was_read_stays_whole_but_where_it_is_erased()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A", "old")]);
        StoredIncident old = (await Removals.FindIncidentAsync("A")).ShouldNotBeNull();
        await Incidents.UpsertIncidentsAsync([Incident("A", "new")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A", "new")], [], "preprocess", 2);

        (await Removals.RemoveAsync([old.Version])).ShouldBe(new RemovedRows(0, 0, 0, 0));
        (await Window()).Select(i => i.ContentHash).ShouldBe(["new"]);

        (await Removals.EraseAsync("A")).ShouldBe(new RemovedRows(1, 1, 0, 0));
        (await Window()).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task What_a_run_makes_of_an_incident_that_was_removed_meanwhile_is_left_out()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
        await Removals.EraseAsync("A");

        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "preprocess", 2);

        (await Window()).Select(i => i.Number).ShouldBe(["B"]);
    }

    [TestMethod]
    public async Task A_sequence_is_never_given_twice_so_that_what_comes_after_a_removal_is_not_overlooked()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
        long last = (await Incidents.ReadChangesAsync(0, 10))[^1].Sequence;
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B")], [], "preprocess", last);
        await Removals.EraseAsync("A");
        await Removals.EraseAsync("B");

        await Incidents.UpsertIncidentsAsync([Incident("C"), Incident("B", "again")]);

        IReadOnlyList<IncidentChange> changes = await Incidents.ReadChangesAsync(last, 10);
        changes.Select(c => c.Incident.Number).ShouldBe(["C", "B"]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("C"), Preprocessed("B", "again")], [], "preprocess", changes[^1].Sequence);
        (await Window()).Select(i => i.Number).ShouldBe(["B", "C"]);
    }

    [TestMethod]
    public async Task Other_incidents_of_a_text_are_counted()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B"), Incident("C")]);
        await Preprocessed.SavePreprocessedAsync([Preprocessed("A"), Preprocessed("B"), Preprocessed("C", "other")], [], "preprocess", 3);

        (await Removals.CountOthersOfTextAsync("h", "A")).ShouldBe(1);
        (await Removals.CountOthersOfTextAsync("other", "C")).ShouldBe(0);
    }

    [TestMethod]
    public async Task An_erasure_is_recorded_and_replaced_by_its_id_and_the_newest_comes_first()
    {
        ErasureRecord first = new("01", "aa", Day(1).AddTicks(3), "anna") { Number = "A" };
        ErasureRecord second = new("02", "bb", Day(2), "bert") { Number = "B" };
        await Erasures.RecordErasureAsync(first);
        await Erasures.RecordErasureAsync(second);
        ErasureRecord done = first with { Number = null, FinishedAt = Day(3), Removed = new ErasureCounts { Incidents = 1, NewRevisions = 2 }, Problem = "none" };
        await Erasures.RecordErasureAsync(done);

        (await Erasures.FindErasureAsync("01")).ShouldBe(done);
        (await Erasures.FindErasureAsync("02")).ShouldBe(second);
        (await Erasures.FindErasureAsync("03")).ShouldBeNull();
        (await Erasures.ReadErasuresAsync(10)).ShouldBe([second, done]);
        (await Erasures.ReadErasuresAsync(1)).ShouldBe([second]);
    }
}
