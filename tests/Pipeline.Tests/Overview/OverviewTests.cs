using Pipeline.Corrections;
using Pipeline.Overview;
using Pipeline.Problems;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Overview;

/// <summary>Two tech centers with the same five problems.</summary>
[TestClass]
public sealed class OverviewTests
{
    private const string Other = "Field IT";

    private static SmallCompany _company = null!;
    private static ProblemCounts _counts = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _)
    {
        _company = await SmallCompany.OpenAsync();
        await _company.ReportAsync(SmallCompany.TechCenter, 125);
        await _company.ReportAsync(Other, 125);
        await _company.TrainAsync();
        await _company.PredictAsync();
        _counts = CountsOf(_company);
    }

    [ClassCleanup]
    public static async Task Close()
    {
        _counts.Dispose();
        await _company.DisposeAsync();
    }

    [TestMethod]
    public async Task The_tree_leads_from_the_company_to_variants_and_every_level_adds_up()
    {
        using BrowseTree tree = new(_company.Warehouse, _company.Models, _company.Known, _company.Clock);

        TreeNode company = await tree.RunAsync(new TreeRequest());

        (company.Kind, company.Problems, company.Size + company.Unclustered).ShouldBe((TreeLevel.Company, 10, 250));
        company.Children.Select(c => (c.Kind, c.Name)).ShouldBe([(TreeLevel.TechCenter, Other), (TreeLevel.TechCenter, SmallCompany.TechCenter)], ignoreOrder: true);
        TreeNode[] all = [.. Below(company)];
        all.Where(n => n.Children.Count > 0).ShouldAllBe(n => n.Size == n.Children.Sum(c => c.Size) && n.Recent == n.Children.Sum(c => c.Recent));
        all.Where(n => n.Kind == TreeLevel.Problem).ShouldAllBe(p => p.Trend != null && p.Children.Count >= 1 && p.Children.All(v => v.Kind == TreeLevel.Variant));
        all.Where(n => n.Kind == TreeLevel.Problem).Sum(p => p.Recent).ShouldBeGreaterThan(0);
        company.Children[0].RecentFrom.ShouldNotBeNull();
    }

    [TestMethod]
    public async Task The_tree_is_cut_to_a_tech_center_and_a_depth()
    {
        using BrowseTree tree = new(_company.Warehouse, _company.Models, _company.Known, _company.Clock);

        TreeNode one = await tree.RunAsync(TreeRequest.Parse(Query(("techCenter", SmallCompany.TechCenter), ("depth", "3"))));
        TreeNode centers = await tree.RunAsync(new TreeRequest(Depth: TreeLevel.TechCenter));

        (one.Children.ShouldHaveSingleItem().Name, one.Problems, one.Size + one.Unclustered).ShouldBe((SmallCompany.TechCenter, 5, 125));
        Below(one).ShouldNotContain(n => n.Kind == TreeLevel.Variant);
        centers.Children.ShouldAllBe(c => c.Children.Count == 0 && c.Problems == 5);
        Refused(() => TreeRequest.Parse(Query(("depth", "5")))).Errors.Keys.ShouldBe(["depth"]);
        (await SmallCompany.RefusedAsync(() => tree.RunAsync(new TreeRequest("Nowhere")))).Problem.ShouldBe(RequestProblem.NotFound);
    }

    [TestMethod]
    public async Task What_people_ignore_is_in_no_view_once_they_said_so()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        using ProblemCounts counts = CountsOf(company);
        using BrowseTree tree = new(company.Warehouse, company.Models, company.Known, company.Clock);
        WeighProblems weigh = new(counts, company.Known);
        TreeNode before = await tree.RunAsync(new TreeRequest());
        ParetoProblem first = (await weigh.RunAsync(new ParetoRequest())).Problems[0];

        await company.Correct.AddAsync(new CorrectionRequest(SmallCompany.TechCenter, "status", first.Places[0].Id, Status: "ignored"), "ann");
        counts.Forget();
        tree.Forget();

        (await weigh.RunAsync(new ParetoRequest())).Problems.ShouldNotContain(p => p.Places[0].Id == first.Places[0].Id);
        (await tree.RunAsync(new TreeRequest())).Problems.ShouldBe(before.Problems - 1);
    }

    [TestMethod]
    public async Task As_many_problems_as_it_takes_make_four_fifths()
    {
        ProblemPareto all = await new WeighProblems(_counts, _company.Known).RunAsync(new ParetoRequest());

        (all.Count, all.Total + all.OfNone).ShouldBe((5, 250));
        all.Problems.ShouldAllBe(p => p.Places.Count == 2);
        all.Problems.Select(p => p.Value).ShouldBe(all.Problems.Select(p => p.Value).OrderDescending());
        all.Problems[^1].Cumulative.ShouldBe(1);
        all.Problems[all.MakeMost - 1].Cumulative.ShouldBeGreaterThanOrEqualTo(0.8);
        all.Problems[all.MakeMost - 2].Cumulative.ShouldBeLessThan(0.8);

        ProblemPareto part = await new WeighProblems(_counts, _company.Known).RunAsync(ParetoRequest.Parse(Query(("techCenter", Other), ("from", "2026-02-02"), ("until", "2026-02-12"), ("top", "2"))));
        (part.Total + part.OfNone, part.Problems.Count, part.TechCenter).ShouldBe((10, 2, Other));
        Refused(() => ParetoRequest.Parse(Query(("from", "2026-02-02"), ("until", "2026-02-02"), ("measure", "joy")))).Errors.Keys.ShouldBe(["measure", "until"], ignoreOrder: true);
    }

    [TestMethod]
    public async Task Likeness_by_words_puts_the_same_problems_of_two_tech_centers_side_by_side()
    {
        LikenessMatrix matrix = await new CompareLikeness(_counts, _company.Known, _company.Cache()).RunAsync(new LikenessRequest());

        (matrix.Problems.Count, matrix.Likeness.Count).ShouldBe((10, 10));
        for (int i = 0; i < 10; i++)
        {
            matrix.Likeness[i][i].ShouldBe(1);
            matrix.Likeness[i].ShouldBe([.. matrix.Likeness.Select(other => other[i])]);
        }

        for (int i = 0; i < 10; i += 2)
        {
            matrix.Likeness[i][i + 1].ShouldBeGreaterThan(0.5);
            matrix.Problems[i].Words.Intersect(matrix.Problems[i + 1].Words, StringComparer.Ordinal).ShouldNotBeEmpty();
            string.Equals(matrix.Problems[i].TechCenter, matrix.Problems[i + 1].TechCenter, StringComparison.Ordinal).ShouldBeFalse();
        }
    }

    [TestMethod]
    public async Task Likeness_by_vectors_is_told_within_a_tech_center()
    {
        CompareLikeness compare = new(_counts, _company.Known, _company.Cache());

        LikenessMatrix matrix = await compare.RunAsync(new LikenessRequest(LikenessKind.Vectors, Other, 4));

        (matrix.By, matrix.TechCenter, matrix.Problems.Count).ShouldBe((LikenessKind.Vectors, Other, 4));
        matrix.Likeness.SelectMany(row => row).ShouldAllBe(value => value >= 0 && value <= 1);
        Refused(() => LikenessRequest.Parse(Query(("by", "vectors")))).Errors.Keys.ShouldBe(["by"]);
        Refused(() => LikenessRequest.Parse(Query(("top", "61")))).Errors.Keys.ShouldBe(["top"]);
    }

    [TestMethod]
    public async Task Series_follow_problems_and_tech_centers_over_the_same_weeks()
    {
        FollowProblems follow = new(_counts, _company.Known);
        ServingProblems serving = await ServingProblems.ReadAsync(_company.Models, _company.Known, CancellationToken.None);
        ServingProblem problem = serving.All().First(p => p.TechCenter == Other);

        ProblemSeries told = await follow.RunAsync(SeriesRequest.Parse([$"{Other}/{problem.Problem.Id}"], [SmallCompany.TechCenter]));

        told.Series.Select(s => (s.TechCenter, s.Id, s.Label)).ShouldBe([(Other, problem.Problem.Id, problem.Problem.Label), (SmallCompany.TechCenter, null, SmallCompany.TechCenter)]);
        told.Series[1].Counts.Sum().ShouldBe(125);
        (told.All.Sum(), told.Weeks.Count, told.Weeks[0]).ShouldBe((250, told.Days.Count, new DateOnly(2026, 2, 2)));
        told.Series.ShouldAllBe(s => s.Counts.Count == told.Weeks.Count);
        (await SmallCompany.RefusedAsync(() => follow.RunAsync(SeriesRequest.Parse([$"{Other}/999"], [])))).Errors.Keys.ShouldBe(["problem"]);
        Refused(() => SeriesRequest.Parse(["Office IT"], [])).Errors.Keys.ShouldBe(["problem"]);
        Refused(() => SeriesRequest.Parse([.. Enumerable.Repeat("Office IT/1", 13)], [])).Message.ShouldContain("at most 12");
    }

    private static ProblemCounts CountsOf(SmallCompany company) => new(company.Warehouse, company.Models, company.Known, company.Clock);

    private static IEnumerable<TreeNode> Below(TreeNode node) => node.Children.SelectMany(child => Below(child).Prepend(child)).Prepend(node);

    private static Func<string, string?> Query(params (string Name, string Value)[] given) => name => given.FirstOrDefault(g => g.Name == name).Value;

    private static RequestException Refused(Action request) => Should.Throw<RequestException>(request);
}
