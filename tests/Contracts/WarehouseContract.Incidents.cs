using Pipeline.Incidents;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of source incidents and the order of their changes.</content>
public abstract partial class WarehouseContract
{
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
            Priority = "2 - High",
            State = "Closed",
            ResolvedOn = Day(2).AddTicks(9),
            CloseNotes = "Replaced\n'both'",
            ReopenCount = 0,
            Location = "Zürich",
            ConfigurationItem = "srv-1",
        };
        await Incidents.UpsertIncidentsAsync([incident, Incident("no dates") with { CreatedOn = null }]);

        IReadOnlyList<IncidentChange> changes = await Incidents.ReadChangesAsync(0, 10);

        Incident read = changes[0].Incident;
        read.Number.ShouldBe(incident.Number);
        read.CreatedOn.ShouldBe(incident.CreatedOn);
        read.UpdatedOn.ShouldBe(incident.UpdatedOn);
        read.UpdatedOn!.Value.Offset.ShouldBe(TimeSpan.Zero);
        read.Texts.ShouldBe(incident.Texts);
        read.TechCenter.ShouldBe(incident.TechCenter);
        (read with { Texts = incident.Texts, UpdatedOn = incident.UpdatedOn }).ShouldBe(incident);
        changes[1].Incident.CreatedOn.ShouldBeNull();
        changes[1].Incident.UpdatedOn.ShouldBeNull();
        (changes[1].Incident.Priority, changes[1].Incident.ResolvedOn, changes[1].Incident.ReopenCount).ShouldBe((null, null, null));
    }

    [TestMethod]
    public async Task Storing_the_same_incidents_again_changes_nothing()
    {
        (await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B")])).ShouldBe(new UpsertOutcome(2, 0, 0));
        IReadOnlyList<IncidentChange> before = await Incidents.ReadChangesAsync(0, 10);

        (await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B")])).ShouldBe(new UpsertOutcome(0, 0, 2));

        (await Incidents.ReadChangesAsync(0, 10)).Select(change => change.Sequence).ShouldBe(before.Select(change => change.Sequence));
    }

    [TestMethod]
    public async Task A_changed_incident_moves_to_the_end_of_the_changes()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A"), Incident("B")]);
        long last = (await Incidents.ReadChangesAsync(0, 10))[^1].Sequence;

        (await Incidents.UpsertIncidentsAsync([Incident("A", "other text")])).ShouldBe(new UpsertOutcome(0, 1, 0));

        (await Incidents.CountChangesAsync(last)).ShouldBe(1);
        (await Incidents.ReadChangesAsync(last, 10)).Single().Incident.Number.ShouldBe("A");
        (await Incidents.ReadChangesAsync(0, 10)).Select(change => change.Incident.Number).ShouldBe(["B", "A"]);
    }

    [TestMethod]
    public async Task A_change_of_any_part_of_an_incident_counts()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A")]);
        (await Incidents.UpsertIncidentsAsync([Incident("A", techCenter: "voice")])).Changed.ShouldBe(1);
        (await Incidents.UpsertIncidentsAsync([Incident("A", techCenter: "voice", createdOn: Day(2))])).Changed.ShouldBe(1);
        (await Incidents.UpsertIncidentsAsync([Incident("A", techCenter: "voice", createdOn: Day(2), updatedOn: Day(3))])).Changed.ShouldBe(1);
        Incident last = Incident("A", "text", techCenter: "voice", createdOn: Day(2), updatedOn: Day(3));
        (await Incidents.UpsertIncidentsAsync([last])).Changed.ShouldBe(1);
        foreach (Incident known in new[]
        {
            last with { Priority = "1" },
            last with { State = "1" },
            last with { ResolvedOn = Day(4) },
            last with { CloseNotes = "1" },
            last with { ReopenCount = 1 },
            last with { Location = "1" },
            last with { ConfigurationItem = "1" },
        })
        {
            (await Incidents.UpsertIncidentsAsync([known])).Changed.ShouldBe(1, known.ToString());
        }

        (await Incidents.ReadChangesAsync(0, 10)).Count.ShouldBe(1);
    }

    [TestMethod]
    public async Task An_older_version_does_not_replace_a_newer_one()
    {
        await Incidents.UpsertIncidentsAsync([Incident("A", "new", updatedOn: Day(5))]);

        (await Incidents.UpsertIncidentsAsync([Incident("A", "old", updatedOn: Day(4))])).ShouldBe(new UpsertOutcome(0, 0, 1));
        (await Incidents.ReadChangesAsync(0, 1))[0].Incident.Texts[0].ShouldBe("new");

        (await Incidents.UpsertIncidentsAsync([Incident("A", "same time", updatedOn: Day(5))])).Changed.ShouldBe(1);
        (await Incidents.UpsertIncidentsAsync([Incident("A", "without a date")])).Changed.ShouldBe(1);
    }

    [TestMethod]
    public async Task The_later_row_of_a_number_in_one_call_wins()
    {
        (await Incidents.UpsertIncidentsAsync([Incident("A", "first"), Incident("B"), Incident("A", "second")])).ShouldBe(new UpsertOutcome(2, 0, 0));

        IReadOnlyList<IncidentChange> changes = await Incidents.ReadChangesAsync(0, 10);
        changes.Select(change => change.Incident.Number).ShouldBe(["B", "A"]);
        changes[1].Incident.Texts[0].ShouldBe("second");
    }

    [TestMethod]
    public async Task Changes_are_read_in_pages()
    {
        await Incidents.UpsertIncidentsAsync([.. Enumerable.Range(0, 25).Select(i => Incident($"N{i:00}"))]);
        var numbers = new List<string>();
        long after = 0;
        while (await Incidents.ReadChangesAsync(after, 10) is { Count: > 0 } page)
        {
            page.Count.ShouldBeLessThanOrEqualTo(10);
            numbers.AddRange(page.Select(change => change.Incident.Number));
            after = page[^1].Sequence;
        }

        numbers.ShouldBe(Enumerable.Range(0, 25).Select(i => $"N{i:00}"));
    }

    [TestMethod]
    public async Task An_incident_without_a_number_is_refused_and_its_batch_with_it()
    {
        await Should.ThrowAsync<ArgumentException>(() => Incidents.UpsertIncidentsAsync([Incident("A"), Incident("")]));
        (await Incidents.CountChangesAsync(0)).ShouldBe(0);
    }

    [TestMethod]
    public async Task A_cancelled_write_leaves_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        Incident[] incidents = [.. Enumerable.Range(0, 10).Select(i => Incident($"N{i}")), Incident("last") with { Texts = new CancellingTexts(cancelled) }, Incident("after")];

        await Should.ThrowAsync<OperationCanceledException>(() => Incidents.UpsertIncidentsAsync(incidents, cancelled.Token));

        (await Incidents.CountChangesAsync(0)).ShouldBe(0);
        (await Incidents.UpsertIncidentsAsync([Incident("A")])).Added.ShouldBe(1);
    }

    [TestMethod]
    public async Task Many_writers_at_once_lose_nothing()
    {
        await Task.WhenAll(Enumerable.Range(0, 8).Select(writer =>
            Task.Run(() => Incidents.UpsertIncidentsAsync([.. Enumerable.Range(0, 50).Select(i => Incident($"{writer}-{i}"))]))));

        IReadOnlyList<IncidentChange> changes = await Incidents.ReadChangesAsync(0, 1000);
        changes.Count.ShouldBe(400);
        changes.Select(change => change.Sequence).Distinct().Count().ShouldBe(400);
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
