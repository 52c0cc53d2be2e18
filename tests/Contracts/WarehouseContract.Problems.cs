using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Problems;
using static Pipeline.Contracts.Rows;

namespace Pipeline.Contracts;

/// <content>What is promised of the incidents of the problems.</content>
public abstract partial class WarehouseContract
{
    private IProblemIncidents OfProblems => (IProblemIncidents)Warehouse;

    [TestMethod]
    public async Task Predictions_are_counted_by_tech_center_problem_and_day()
    {
        await StoreAsync(("A", Day(1), "network", 3), ("B", Day(1).AddHours(15), "network", 3), ("C", Day(2), "network", 3), ("D", Day(2), "network", -1), ("E", null, "network", 3), ("F", Day(1), "voice", 3));

        IReadOnlyList<ProblemDay> days = await OfProblems.CountByDayAsync();

        days.Select(d => (d.TechCenter, d.ProblemId, d.Day, d.Incidents)).ShouldBe(
            [
                ("network", 7, DateOnly.FromDateTime(Day(1).UtcDateTime), 2),
                ("network", 7, DateOnly.FromDateTime(Day(2).UtcDateTime), 1),
                ("network", -1, DateOnly.FromDateTime(Day(2).UtcDateTime), 1),
                ("network", 7, null, 1),
                ("voice", 7, DateOnly.FromDateTime(Day(1).UtcDateTime), 1),
            ],
            ignoreOrder: true);
    }

    [TestMethod]
    public async Task Priorities_reopenings_and_resolutions_are_counted_where_they_are_known_and_priorities_choose()
    {
        await Incidents.UpsertIncidentsAsync(
            [
                Incident("A") with { Priority = "1 - Critical", ReopenCount = 2, ResolvedOn = Day(2) },
                Incident("B") with { Priority = "p2", ReopenCount = 0, ResolvedOn = Day(1).AddHours(12) },
                Incident("C") with { Priority = "Low", ResolvedOn = Day(1).AddHours(-1) },
                Incident("D") with { Priority = "HIGH" },
                Incident("E"),
            ]);
        await Preprocessed.SavePreprocessedAsync([.. "ABCDE".Select(number => Preprocessed($"{number}", createdOn: Day(1)))], [], "preprocess", 100);
        await Predictions.SavePredictionsAsync([.. "ABCDE".Select(number => Answer($"{number}"))]);

        ProblemDay day = (await OfProblems.CountByDayAsync()).ShouldHaveSingleItem();

        (day.Incidents, day.Prioritised, day.Urgent, day.Followed, day.Reopened, day.Resolved).ShouldBe((5, 4, 3, 2, 1, 2));
        day.HoursToResolve.ShouldBe(36, 0.001);
        StoredIncident stored = (await ((IRemovals)Warehouse).FindIncidentAsync("A")).ShouldNotBeNull();
        (stored.Embedder, stored.PredictedAt, stored.Incident.Priority, stored.Incident.ResolvedOn).ShouldBe(("e", Day(9).AddTicks(7), "1 - Critical", Day(2)));
        stored.ArrivedAt.ShouldNotBeNull();
        (await NumbersAsync(new IncidentQuery("network", 7, OfVariant: false) { Priority = "p2" })).ShouldBe("B");
        (await OfProblems.ReadIncidentsAsync(new IncidentQuery("network", 7, OfVariant: false) { Priority = "none" })).Total.ShouldBe(0);
    }

    [TestMethod]
    public async Task The_dates_of_a_tech_center_s_predictions_are_read_with_problem_and_variant()
    {
        await StoreAsync(("A", Day(1), "network", 3), ("B", Day(1).AddHours(15), "network", 4), ("C", Day(2), "network", -1), ("D", null, "network", 3), ("E", Day(1), "voice", 3));

        List<PredictedDate> dates = await ToListAsync(Predictions.ReadPredictedDatesAsync("network"));

        dates.ShouldBe([new(7, 3, Day(1)), new(7, 4, Day(1).AddHours(15)), new(-1, -1, Day(2)), new(7, 3, null)], ignoreOrder: true);
    }

    [TestMethod]
    public async Task The_incidents_of_a_problem_are_read_in_pages_by_date_and_confidence()
    {
        await StoreAsync(("A", Day(1), "network", 3), ("B", Day(3), "network", 4), ("C", Day(2), "network", 3), ("D", null, "network", 3), ("E", Day(2), "network", -1), ("F", Day(2), "voice", 3));
        IncidentQuery all = new("network", 7, OfVariant: false);

        IncidentPage first = await OfProblems.ReadIncidentsAsync(all with { Take = 2 });

        (first.Total, string.Concat(first.Incidents.Select(i => i.Incident.Number))).ShouldBe((4, "BC"));
        (first.Incidents[0].Summary, first.Incidents[0].ClusterId, first.Incidents[0].ProblemId, first.Incidents[0].Confidence).ShouldBe(("text hB", 4, 7, 0.1 + 0.2));
        (await NumbersAsync(all with { Skip = 2, Take = 2 })).ShouldBe("AD");
        (await NumbersAsync(all with { Sort = IncidentSort.Oldest })).ShouldBe("ACBD");
        (await NumbersAsync(all with { Sort = IncidentSort.Doubtful, Take = 2 })).ShouldBe("AB");
        (await NumbersAsync(all with { From = Day(2), Until = Day(3) })).ShouldBe("C");
        (await NumbersAsync(new IncidentQuery("network", 3, OfVariant: true))).ShouldBe("CAD");
        IncidentPage behind = await OfProblems.ReadIncidentsAsync(all with { Skip = 100 });
        (behind.Total, behind.Incidents.Count).ShouldBe((4, 0));
        (await OfProblems.ReadIncidentsAsync(new IncidentQuery("nowhere", 7, OfVariant: false))).Total.ShouldBe(0);
    }

    [TestMethod]
    public async Task Incidents_are_read_with_their_answers_and_without_texts_by_number()
    {
        await StoreAsync(("B", Day(2), "network", -1), ("A", null, "network", 3), ("C", Day(1), "voice", 3));
        await Incidents.UpsertIncidentsAsync([Incident("B") with { CreatedOn = Day(2), Priority = "2 - High" }]);

        (await ToListAsync(OfProblems.ReadAnsweredAsync("network"))).ShouldBe([new AnsweredIncident("A", null, null, 7, "network/2026_q2", "hA"), new AnsweredIncident("B", Day(2), "2 - High", -1, "network/2026_q2", "hB")]);
        (await ToListAsync(OfProblems.ReadAnsweredAsync("nowhere"))).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task All_incidents_are_read_too_also_those_that_are_not_predicted_and_chosen_by_text_and_notes()
    {
        await StoreAsync(("A", Day(1), "network", 3), ("B", Day(3), "network", -1), ("C", Day(2), "voice", 3));
        await Incidents.UpsertIncidentsAsync([Incident("D") with { CreatedOn = Day(4), CloseNotes = "Restarted" }, Incident("E") with { CreatedOn = null, CloseNotes = "" }]);
        IncidentQuery all = new(TechCenter: null, Id: null, OfVariant: false);

        IncidentPage page = await OfProblems.ReadIncidentsAsync(all);
        (page.Total, string.Concat(page.Incidents.Select(i => i.Incident.Number)), page.Incidents[0].ProblemId, page.Incidents[1].ProblemId).ShouldBe((5, "DBCAE", null, -1));

        (await NumbersAsync(all with { Sort = IncidentSort.Oldest, Skip = 1, Take = 2 })).ShouldBe("CB");
        (await NumbersAsync(all with { Sort = IncidentSort.Confidence, Take = 3 })).ShouldBe("ABC", "what is not predicted comes last");
        (await NumbersAsync(all with { Sort = IncidentSort.Doubtful, Take = 3 })).ShouldBe("ABC");
        (await NumbersAsync(all with { TechCenter = "voice" })).ShouldBe("C");
        (await NumbersAsync(all with { From = Day(2), Until = Day(4) })).ShouldBe("BC");
        (await NumbersAsync(all with { Text = "EXT HA" })).ShouldBe("A", "the case does not matter, and what is not preprocessed has no text");
        await Preprocessed.SavePreprocessedAsync([Preprocessed("C", "hC2", "voice", createdOn: Day(2)) with { Summary = "Büro 3" }], [], "preprocess", 200);
        (await NumbersAsync(all with { Text = "BÜRO" })).ShouldBe("C", "nor of letters beyond A to Z");
        (await NumbersAsync(all with { Text = "t%h" })).ShouldBe("", "a text is no pattern");
        (await NumbersAsync(all with { HasCloseNotes = true })).ShouldBe("D");
    }

    [TestMethod]
    public async Task The_incidents_that_are_asked_for_are_read_one_after_the_other_in_their_order()
    {
        await StoreAsync([.. Enumerable.Range(0, 1_203).Select(i => ($"N{i:0000}", (DateTimeOffset?)Day(1).AddMinutes(i * 7 % 1_203), "network", i % 3))]);
        List<string> numbers = [];
        await foreach (Pipeline.Incidents.StoredIncident incident in OfProblems.StreamIncidentsAsync(new IncidentQuery("network", 7, OfVariant: false) { Take = 1_100 }))
        {
            numbers.Add(incident.Incident.Number);
        }

        numbers.ShouldBe(Enumerable.Range(0, 1_203).OrderByDescending(i => i * 7 % 1_203).Take(1_100).Select(i => $"N{i:0000}"));
    }

    [TestMethod]
    public async Task The_values_of_the_columns_beside_the_text_are_counted_in_the_tech_center_and_in_the_problem()
    {
        await Incidents.UpsertIncidentsAsync(
            [
                Incident("A") with { Location = "Porto", Priority = "2" },
                Incident("B") with { Location = "Lyon" },
                Incident("C") with { Location = "Porto", ConfigurationItem = "" },
                Incident("D", techCenter: "voice") with { Location = "Porto" },
                Incident("E") with { Location = "Porto" },
            ]);
        await Preprocessed.SavePreprocessedAsync([.. "ABCD".Select(number => Preprocessed($"{number}", $"h{number}", number == 'D' ? "voice" : "network", createdOn: Day(1)))], [], "preprocess", 100);
        await Predictions.SavePredictionsAsync([Answer("A", "hA"), Answer("B", "hB"), Answer("C", "hC", clusterId: -1), Answer("D", "hD", "voice")]);

        ProblemValues values = await OfProblems.CountValuesAsync("network", 7);

        (values.Incidents, values.OfProblem).ShouldBe((3, 2), "what is not predicted does not count");
        values.Values.Select(v => (v.Column, v.Value, v.Incidents, v.OfProblem, v.Known, v.KnownOfProblem)).ShouldBe(
            [(ValueColumn.Location, "Porto", 2, 1, 3, 2), (ValueColumn.Location, "Lyon", 1, 1, 3, 2), (ValueColumn.Priority, "2", 1, 1, 1, 1)],
            ignoreOrder: true);
        (await OfProblems.CountValuesAsync("nowhere", 7)).Values.ShouldBeEmpty();
    }

    private async Task<string> NumbersAsync(IncidentQuery query) => string.Concat((await OfProblems.ReadIncidentsAsync(query)).Incidents.Select(i => i.Incident.Number));

    private async Task StoreAsync(params (string Number, DateTimeOffset? Created, string Center, int Cluster)[] rows)
    {
        await Incidents.UpsertIncidentsAsync([.. rows.Select(r => Incident(r.Number, techCenter: r.Center) with { CreatedOn = r.Created })]);
        await Preprocessed.SavePreprocessedAsync([.. rows.Select(r => Preprocessed(r.Number, $"h{r.Number}", r.Center, createdOn: r.Created))], [], "preprocess", 10_000);
        await Predictions.SavePredictionsAsync([.. rows.Select(r => Answer(r.Number, $"h{r.Number}", r.Center, clusterId: r.Cluster))]);
    }
}
