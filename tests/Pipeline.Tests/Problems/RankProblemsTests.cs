using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Problems;

/// <summary>Two tech centers with the same five problems.</summary>
[TestClass]
public sealed class RankProblemsTests
{
    private const string Other = "Field IT";

    private static SmallCompany _company = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _company = await SmallCompany.OpenAsync();
        await _company.ReportAsync(SmallCompany.TechCenter, 125);
        await _company.ReportAsync(Other, 125);
        await _company.TrainAsync();
        await _company.PredictAsync();
    }

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task The_same_problem_of_two_tech_centers_is_one()
    {
        ProblemRanking ranking = await RankAsync(_company);

        (ranking.Totals.TechCenters, ranking.Totals.Problems, ranking.Totals.Incidents).ShouldBe((2, 5, 250));
        ranking.Biggest.Count.ShouldBe(5);
        ranking.Biggest.ShouldAllBe(p => p.Places.Count == 2 && p.Places.Sum(place => place.Size) == p.Size && p.Places.Sum(place => place.Recent) == p.Recent);
        ranking.First.Select(p => p.Weight).ShouldBe(ranking.Biggest.Select(p => p.Weight).OrderDescending().Take(3));
        ranking.Biggest.ShouldAllBe(p => p.PerWeek.Low < p.PerWeek.Rate && p.PerWeek.Rate < p.PerWeek.High && p.Recent > 0);
        ranking.Biggest.Sum(p => p.Share).ShouldBeLessThanOrEqualTo(1.001);
        (ranking.New.Count, ranking.Rising.Count, ranking.Changes.Count).ShouldBe((0, 0, 0));
    }

    [TestMethod]
    public async Task A_problem_that_began_lately_is_new_and_comes_first()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 160, new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero), ["Printer {0} on floor {1} shows a paper jam and does not print", "VPN connection drops every few minutes from {0}, tunnel {1} lost", "Outlook mailbox quota exceeded, cannot send mail, archive {0} full {1}", "Password expired and account locked after {1} attempts on {0}"]);
        await company.ReportAsync(SmallCompany.TechCenter, 24, new DateTimeOffset(2026, 6, 1, 9, 0, 0, TimeSpan.Zero), ["Laptop battery {0} swollen, device does not charge, docking {1}"]);
        await company.TrainAsync();
        await company.PredictAsync();

        ProblemRanking ranking = await RankAsync(company);

        RankedProblem fresh = ranking.New.ShouldHaveSingleItem();
        (fresh.Trend, fresh.Change, fresh.FirstSeen, fresh.Recent).ShouldBe((ClusterTrend.New, null, new DateOnly(2026, 6, 1), 24));
        fresh.Weight.ShouldBe(48);
        ranking.First[0].ShouldBe(fresh);
        ranking.RecentFrom.ShouldBe(new DateOnly(2026, 6, 1));
        fresh.WeeklyCounts.Sum().ShouldBe(24);
    }

    [TestMethod]
    public async Task A_tech_center_that_is_months_ahead_of_the_others_or_behind_them_is_named_and_does_not_empty_the_ranking()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();
        await company.ReportAsync(SmallCompany.TechCenter, 125);
        await company.ReportAsync(Other, 125);
        await company.ReportAsync("Ahead", 60, new DateTimeOffset(2026, 8, 24, 9, 0, 0, TimeSpan.Zero));
        await company.ReportAsync("Behind", 60, new DateTimeOffset(2025, 9, 1, 9, 0, 0, TimeSpan.Zero));
        await company.TrainAsync();
        await company.PredictAsync();

        ProblemRanking ranking = await RankAsync(company);

        (ranking.RecentUntil, ranking.First.Count, ranking.Biggest.Count).ShouldBe((new DateOnly(2026, 6, 6), 3, 5));
        ranking.Outside.ShouldBe([new RankingOutside("Ahead", new DateOnly(2026, 10, 22), Ahead: true), new RankingOutside("Behind", new DateOnly(2025, 10, 30), Ahead: false)]);
        ranking.Biggest.SelectMany(p => p.Places).Where(p => p.Recent > 0).Select(p => p.TechCenter).Distinct(StringComparer.Ordinal).ShouldBe([SmallCompany.TechCenter, Other], ignoreOrder: true);
        (await RankAsync(_company)).Outside.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task An_answer_is_kept_for_a_short_time()
    {
        using RankProblems rank = new(_company.Warehouse, _company.Models, _company.Known, _company.Clock);

        ProblemRanking first = await rank.RunAsync();
        (await rank.RunAsync()).ShouldBeSameAs(first);
        _company.Clock.Advance(RankProblems.Fresh);
        (await rank.RunAsync()).ShouldNotBeSameAs(first);
    }

    [TestMethod]
    public async Task Nothing_is_ranked_before_the_first_model()
    {
        await using SmallCompany company = await SmallCompany.OpenAsync();

        ProblemRanking ranking = await RankAsync(company);

        (ranking.Totals.Problems, ranking.Totals.Incidents, ranking.RecentFrom, ranking.First.Count).ShouldBe((0, 0L, null, 0));
    }

    [TestMethod]
    public async Task The_neighbours_of_a_problem_are_those_that_share_its_words()
    {
        RankedProblem problem = (await RankAsync(_company)).Biggest[0];
        ProblemPlace own = problem.Places[0], there = problem.Places[1];

        IReadOnlyList<ProblemNeighbour> neighbours = await new FindNeighbours(_company.Models, _company.Known).RunAsync(own.TechCenter, $"{own.Id}");

        (neighbours[0].TechCenter, neighbours[0].Id).ShouldBe((there.TechCenter, there.Id));
        neighbours[0].Likeness.ShouldBeGreaterThan(0.5);
        neighbours[0].Words.ShouldNotBeEmpty();
        (await SmallCompany.RefusedAsync(() => new FindNeighbours(_company.Models, _company.Known).RunAsync(own.TechCenter, "999"))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    private static async Task<ProblemRanking> RankAsync(SmallCompany company)
    {
        using RankProblems rank = new(company.Warehouse, company.Models, company.Known, TimeProvider.System);
        return await rank.RunAsync();
    }
}
