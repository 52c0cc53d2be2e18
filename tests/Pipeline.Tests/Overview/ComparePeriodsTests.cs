using Pipeline.Overview;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Overview;

/// <summary>Four problems from January to the middle of June 2026, of each an incident every four days, and a fifth that begins on the first of June with one a day.</summary>
[TestClass]
public sealed class ComparePeriodsTests
{
    private static readonly DayRange May = new(new DateOnly(2026, 5, 4), new DateOnly(2026, 6, 1));
    private static readonly DayRange June = new(new DateOnly(2026, 6, 1), new DateOnly(2026, 6, 25));

    private static SmallCompany _company = null!;
    private static ProblemCounts _counts = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _company = await SmallCompany.OpenAsync();
        await _company.ReportAsync(SmallCompany.TechCenter, 160, new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero), ["Printer {0} on floor {1} shows a paper jam and does not print", "VPN connection drops every few minutes from {0}, tunnel {1} lost", "Outlook mailbox quota exceeded, cannot send mail, archive {0} full {1}", "Password expired and account locked after {1} attempts on {0}"]);
        await _company.ReportAsync(SmallCompany.TechCenter, 24, new DateTimeOffset(2026, 6, 1, 9, 0, 0, TimeSpan.Zero), ["Laptop battery {0} swollen, device does not charge, docking {1}"]);
        await _company.TrainAsync();
        await _company.PredictAsync();
        _counts = new ProblemCounts(_company.Warehouse, _company.Models, _company.Known, TimeProvider.System);
    }

    [ClassCleanup]
    public static async Task Close()
    {
        _counts.Dispose();
        await _company.DisposeAsync();
    }

    [TestMethod]
    public async Task A_problem_whose_first_incident_lies_in_the_period_is_new_and_stands_first()
    {
        PeriodComparison told = await CompareAsync(new PeriodRequest(June, May));

        ComparedProblem laptop = told.Problems[0];
        (laptop.Trend, laptop.Count, laptop.Before, laptop.PerWeek, laptop.More, laptop.FirstSeen).ShouldBe((ClusterTrend.New, 24, 0, 7, 24, new DateOnly(2026, 6, 1)));
        laptop.Change.ShouldBeNull();
        laptop.Chance.ShouldNotBeNull().ShouldBeLessThan(1e-6);
        (told.All.Count, told.All.Before).ShouldBe((24 + 13, 28));
        told.Problems.Skip(1).ShouldAllBe(p => p.Trend == ClusterTrend.Steady || p.Trend == ClusterTrend.Unknown);
        told.Problems.Skip(1).Where(p => p.Change != null).ShouldAllBe(p => p.Change!.Low <= p.Change.Ratio && p.Change.Ratio <= p.Change.High);
    }

    [TestMethod]
    public async Task A_problem_of_the_other_period_alone_is_gone()
    {
        PeriodComparison told = await CompareAsync(new PeriodRequest(May, June));

        (told.Problems[0].Trend, told.Problems[0].Count, told.Problems[0].Before, told.Problems[0].Change!.Ratio).ShouldBe((ClusterTrend.Gone, 0, 24, 0));
    }

    [TestMethod]
    public async Task Without_a_period_what_is_recent_is_held_against_as_many_days_before()
    {
        PeriodComparison told = await CompareAsync(PeriodRequest.Parse(_ => null));

        told.Period.ShouldBe(June);
        told.Against.ShouldBe(new DayRange(new DateOnly(2026, 5, 8), new DateOnly(2026, 6, 1)));
        await using SmallCompany empty = await SmallCompany.OpenAsync();
        using ProblemCounts none = new(empty.Warehouse, empty.Models, empty.Known, TimeProvider.System);
        (await SmallCompany.RefusedAsync(() => new ComparePeriods(none, empty.Known).RunAsync(new PeriodRequest()))).Problem.ShouldBe(RequestProblem.Unprocessable);
    }

    [TestMethod]
    public async Task Periods_that_overlap_or_are_half_named_are_refused()
    {
        Refused(("from", "2026-06-01")).Errors.Keys.ShouldBe(["until"]);
        Refused(("from", "2026-06-01"), ("until", "2026-06-01")).Errors.Keys.ShouldBe(["until"]);
        Refused(("from", "June"), ("until", "2026-06-01")).Errors["from"][0].ShouldContain("must be a day");
        Refused(("from", "2026-06-01"), ("until", "2026-06-10"), ("againstFrom", "2026-06-09"), ("againstUntil", "2026-06-20")).Errors["againstUntil"][0].ShouldContain("overlap");
        (await SmallCompany.RefusedAsync(() => CompareAsync(new PeriodRequest(Against: June)))).Message.ShouldContain("overlap");
        (await SmallCompany.RefusedAsync(() => CompareAsync(new PeriodRequest(new DayRange(DateOnly.MinValue, DateOnly.MinValue.AddDays(1)))))).Errors.Keys.ShouldBe(["from"]);
    }

    private static Task<PeriodComparison> CompareAsync(PeriodRequest request) => new ComparePeriods(_counts, _company.Known).RunAsync(request);

    private static RequestException Refused(params (string Name, string Value)[] given) =>
        Should.Throw<RequestException>(() => PeriodRequest.Parse(name => given.FirstOrDefault(g => g.Name == name).Value));
}
