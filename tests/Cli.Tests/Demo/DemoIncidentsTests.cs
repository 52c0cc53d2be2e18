using System.Text.RegularExpressions;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;

namespace Pipeline.Cli.Tests.Demo;

[TestClass]
public sealed class DemoIncidentsTests
{
    private static readonly DateTimeOffset End = new(2026, 7, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly Lazy<List<(Incident Incident, DemoProblem? Problem)>> Rows = new(() => [.. DemoIncidents.GenerateWithProblems()]);

    [TestMethod]
    public void The_same_seed_gives_the_same_rows_and_another_seed_gives_others()
    {
        List<string> first = [.. DemoIncidents.Generate(500, 7).Select(Line)];
        DemoIncidents.Generate(500, 7).Select(Line).ShouldBe(first);
        DemoIncidents.Generate(500, 8).Select(Line).ShouldNotBe(first);
    }

    [TestMethod]
    public void Enumerating_twice_gives_the_same_rows()
    {
        IEnumerable<Incident> incidents = DemoIncidents.Generate(200);
        List<string> first = [.. incidents.Select(Line)];
        incidents.Select(Line).ShouldBe(first);
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(1)]
    [DataRow(733)]
    [DataRow(20_000)]
    public void Exactly_as_many_incidents_as_asked_for_are_made(int count) => DemoIncidents.Generate(count).Count().ShouldBe(count);

    [TestMethod]
    [DataRow(-1)]
    [DataRow(10_000_000)]
    public void A_count_out_of_range_is_refused_at_once(int count) =>
        Should.Throw<ArgumentOutOfRangeException>(() => DemoIncidents.Generate(count)).ParamName.ShouldBe("count");

    [TestMethod]
    public void Numbers_are_unique_and_follow_the_creation_date()
    {
        List<Incident> incidents = [.. Rows.Value.Select(row => row.Incident)];
        incidents[0].Number.ShouldBe("INC0000001");
        incidents[^1].Number.ShouldBe("INC0020000");
        incidents.Select(incident => incident.Number).Distinct(StringComparer.Ordinal).Count().ShouldBe(incidents.Count);
        incidents.Zip(incidents.Skip(1)).ShouldAllBe(pair => string.CompareOrdinal(pair.First.Number, pair.Second.Number) < 0 && pair.First.CreatedOn <= pair.Second.CreatedOn);
    }

    [TestMethod]
    public void All_dates_are_utc_and_inside_the_24_months()
    {
        foreach (Incident incident in Rows.Value.Select(row => row.Incident))
        {
            incident.CreatedOn!.Value.Offset.ShouldBe(TimeSpan.Zero);
            incident.CreatedOn.Value.ShouldBeInRange(End.AddMonths(-24), End.AddTicks(-1));
            incident.UpdatedOn!.Value.ShouldBeInRange(incident.CreatedOn.Value, End.AddTicks(-1));
        }
    }

    [TestMethod]
    public void Another_end_moves_the_window()
    {
        var until = new DateTimeOffset(2024, 3, 1, 2, 0, 0, TimeSpan.FromHours(2));
        DemoIncidents.Generate(1000, until: until).ShouldAllBe(incident => incident.CreatedOn < until && incident.CreatedOn >= until.AddMonths(-24));
    }

    [TestMethod]
    public void Fifteen_tech_centers_of_uneven_size_share_the_incidents()
    {
        Dictionary<string, int> sizes = Rows.Value.CountBy(row => row.Incident.TechCenter).ToDictionary(StringComparer.Ordinal);
        sizes.Count.ShouldBe(15);
        sizes.Values.Min().ShouldBeInRange(500, 700);
        sizes.Values.Max().ShouldBeInRange(2_400, 2_800);
    }

    [TestMethod]
    public void Every_tech_center_has_8_to_14_problems_of_uneven_size_and_one_offs()
    {
        foreach (IGrouping<string, DemoProblem?> center in Rows.Value.GroupBy(row => row.Incident.TechCenter, row => row.Problem, StringComparer.Ordinal))
        {
            int[] sizes = [.. center.Where(problem => problem is not null).CountBy(problem => problem!.Name, StringComparer.Ordinal).Select(pair => pair.Value)];
            sizes.Length.ShouldBeInRange(8, 14);
            sizes.Min().ShouldBeGreaterThan(20);
            sizes.Max().ShouldBeGreaterThan(sizes.Min() * 3 / 2);
            (center.Count(problem => problem is null) / (double)center.Count()).ShouldBe(0.12, 0.01);
        }
    }

    [TestMethod]
    public void Problems_keep_to_their_first_and_last_month()
    {
        DateTimeOffset start = End.AddMonths(-24);
        double days = (End - start).TotalDays;
        var byProblem = Rows.Value.Where(row => row.Problem is not null).GroupBy(row => row.Problem!).ToList();
        foreach (IGrouping<DemoProblem, (Incident Incident, DemoProblem? Problem)> group in byProblem)
        {
            double first = group.Min(row => (row.Incident.CreatedOn!.Value - start).TotalDays) / days * 24;
            double last = group.Max(row => (row.Incident.CreatedOn!.Value - start).TotalDays) / days * 24;
            first.ShouldBeGreaterThanOrEqualTo(group.Key.FromMonth - 0.05);
            last.ShouldBeLessThanOrEqualTo(group.Key.ToMonth + 0.05);
        }

        byProblem.Count(group => group.Key.FromMonth >= 18).ShouldBeGreaterThan(8, "problems that are new");
        byProblem.Count(group => group.Key.ToMonth <= 15).ShouldBeGreaterThan(8, "problems that are gone");
        byProblem.ShouldContain(group => group.Key.ToMonth - group.Key.FromMonth < 1, "a burst");
    }

    [TestMethod]
    public void Month_end_and_january_problems_peak_when_they_should()
    {
        Share("January passwords", row => row.Problem is { Name: "Password expired" }, date => date.Month == 1).ShouldBeGreaterThan(0.17);
        Share("month-end jobs", row => row.Problem is { Name: "Background job cancelled" }, date => date.Day <= 3 || date.Day >= 28).ShouldBeGreaterThan(0.4);
        Share("weekend office work", row => row.Problem is { Name: "Outlook not opening" }, date => date.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday).ShouldBeLessThan(0.1);
    }

    [TestMethod]
    public void Texts_are_a_title_and_a_description_without_unfilled_templates()
    {
        foreach (Incident incident in Rows.Value.Select(row => row.Incident))
        {
            incident.Texts.Count.ShouldBe(2);
            incident.Texts[0].ShouldNotBeNullOrWhiteSpace();
            string.Concat(incident.Texts).IndexOfAny(['[', ']', '|', '\t']).ShouldBe(-1, incident.Number + incident.Texts[0] + incident.Texts[1]);
        }
    }

    [TestMethod]
    public void Wordings_vary_so_that_few_texts_are_equal()
    {
        int distinct = Rows.Value.Select(row => string.Join('\n', row.Incident.Texts)).Distinct(StringComparer.Ordinal).Count();
        distinct.ShouldBeGreaterThan(19_000);
    }

    [TestMethod]
    [DataRow(@"\b[\w.]+@example\.(com|org|net)\b", 300)]
    [DataRow(@"\+\d+ \d+ \d+ \d+", 300)]
    [DataRow(@"\b\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}\b", 300)]
    [DataRow(@"\b(4111 1111 1111 1111|5555 5555 5555 4444|4242-4242-4242-4242|378282246310005)\b", 10)]
    [DataRow("user: [a-z]+", 20)]
    public void Personal_data_occur_so_that_masking_can_be_seen(string pattern, int atLeast)
    {
        var regex = new Regex(pattern, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
        Rows.Value.Count(row => regex.IsMatch(row.Incident.Texts[1])).ShouldBeGreaterThan(atLeast);
    }

    private static double Share(string what, Func<(Incident Incident, DemoProblem? Problem), bool> of, Func<DateTimeOffset, bool> when)
    {
        List<(Incident Incident, DemoProblem? Problem)> rows = [.. Rows.Value.Where(of)];
        rows.Count.ShouldBeGreaterThan(50, what);
        return rows.Count(row => when(row.Incident.CreatedOn!.Value)) / (double)rows.Count;
    }

    private static string Line(Incident incident) => $"{incident.Number} {incident.CreatedOn:O} {incident.UpdatedOn:O} {incident.TechCenter} {string.Join('|', incident.Texts)}";
}
