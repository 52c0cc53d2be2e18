using Pipeline.Classification;
using Pipeline.Requests;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Classification;

[TestClass]
public sealed class ClassifyTextsTests
{
    private static SmallCompany _company = null!;

    [ClassInitialize]
    public static async Task Train(TestContext _) => _company = await SmallCompany.TrainedAsync();

    [ClassCleanup]
    public static async Task Close() => await _company.DisposeAsync();

    [TestMethod]
    public async Task A_new_text_gets_its_cluster_and_the_reasons()
    {
        ClassifyResult result = await _company.Classify().RunAsync(new ClassifyRequest(Text: "Printer willow on floor maple shows a paper jam and does not print"));

        (result.TechCenter, result.Version).ShouldBe((SmallCompany.TechCenter, "2026_q2"));
        ClassifiedText answer = result.Texts.ShouldHaveSingleItem();
        answer.ClusterId.ShouldBeGreaterThanOrEqualTo(0);
        answer.ProblemId.ShouldBeGreaterThanOrEqualTo(0);
        answer.ProblemLabel.ShouldContain("paper jam", Case.Insensitive);
        answer.ClusterLabel.ShouldContain("paper jam", Case.Insensitive);
        answer.DomainName.ShouldNotBe("unclustered", StringComparer.Ordinal);
        answer.Confidence.ShouldBeInRange(0.01, 1);
        answer.Nearest.Count.ShouldBe(3);
        answer.Nearest.ShouldAllBe(n => n.ClusterId == answer.ClusterId && n.ProblemId == answer.ProblemId && n.ProblemLabel == answer.ProblemLabel && n.Text.Contains("paper jam", StringComparison.Ordinal));
        answer.Nearest.Select(n => n.Similarity).ShouldBeInOrder(SortDirection.Descending);
        answer.Words.ShouldContain("paper", StringComparer.Ordinal);
    }

    [TestMethod]
    public async Task Personal_data_are_masked_before_anything_else()
    {
        ClassifyResult result = await _company.Classify().RunAsync(new ClassifyRequest(Text: "VPN connection drops every few minutes from willow, tunnel maple lost, call jane.doe@example.com"));

        result.Texts[0].Summary.ShouldNotContain("jane.doe");
        result.Texts[0].ClusterLabel.ShouldContain("vpn", Case.Insensitive);
    }

    [TestMethod]
    public async Task Many_texts_are_answered_in_order_and_each_as_if_alone()
    {
        string[] texts = ["Outlook mailbox quota exceeded, cannot send mail, archive willow full maple", "Printer with paper jam on floor fern", "Password expired and account locked after maple attempts on willow"];

        ClassifyResult together = await _company.Classify().RunAsync(new ClassifyRequest(SmallCompany.TechCenter, Texts: texts));

        for (int i = 0; i < texts.Length; i++)
        {
            ClassifyResult alone = await _company.Classify().RunAsync(new ClassifyRequest(Text: texts[i]));
            alone.Texts[0].ClusterId.ShouldBe(together.Texts[i].ClusterId);
            alone.Texts[0].Confidence.ShouldBe(together.Texts[i].Confidence);
        }
    }

    [TestMethod]
    [DataRow("โปรแกรมบัญชีเปิดไม่ได้ตั้งแต่เช้า")]
    [DataRow("会议室的投影仪无法开机")]
    [DataRow("Принтер не печатает с утра")]
    [DataRow("!!! ???")]
    [DataRow("xq zzkw vbrrt")]
    public async Task A_text_unlike_anything_known_is_unclustered_and_surely_so(string text)
    {
        ClassifiedText answer = (await _company.Classify().RunAsync(new ClassifyRequest(Text: text))).Texts[0];

        (answer.ProblemId, answer.ProblemLabel, answer.ClusterId, answer.ClusterLabel, answer.DomainName).ShouldBe((-1, "unclustered", -1, "unclustered", "unclustered"));
        answer.Confidence.ShouldBeInRange(answer.Summary.Length == 0 ? 0 : 0.6, 1, "an empty text is not asked for");
        answer.Words.ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_tech_center_is_found_by_its_folder_too() =>
        (await _company.Classify().RunAsync(new ClassifyRequest("office-it", "Laptop battery swollen"))).TechCenter.ShouldBe(SmallCompany.TechCenter);

    [TestMethod]
    public async Task An_unknown_tech_center_is_refused_with_the_known_ones()
    {
        RequestException error = await SmallCompany.RefusedAsync(() => _company.Classify().RunAsync(new ClassifyRequest("Office", "VPN")));

        error.Errors["techCenter"].ShouldHaveSingleItem().ShouldBe("There is no model of the tech center 'Office'. With a model: 'Office IT'.");
    }

    [TestMethod]
    public async Task A_request_without_texts_or_with_both_kinds_is_refused()
    {
        foreach (ClassifyRequest request in new[] { new ClassifyRequest(), new ClassifyRequest(Text: "a", Texts: ["b"]) })
        {
            (await SmallCompany.RefusedAsync(() => _company.Classify().RunAsync(request))).Errors.Keys.ShouldBe(["text"]);
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(101)]
    public async Task Too_many_texts_or_none_are_refused(int count) =>
        (await SmallCompany.RefusedAsync(() => _company.Classify().RunAsync(new ClassifyRequest(Texts: [.. Enumerable.Repeat("VPN", count)])))).Errors["texts"][0].ShouldBe($"There are {count} texts; send 1 to 100 at once.");

    [TestMethod]
    public async Task Every_empty_or_endless_text_is_named()
    {
        RequestException error = await SmallCompany.RefusedAsync(() => _company.Classify().RunAsync(new ClassifyRequest(Texts: ["VPN", " ", new string('a', ClassifyTexts.LongestText + 1)])));

        error.Errors.Keys.ShouldBe(["texts[1]", "texts[2]"]);
    }

    [TestMethod]
    public async Task A_model_of_another_embedder_asks_for_training()
    {
        ClassifyTexts other = new(_company.Known, _company.Cache(), _company.Summaries, _company.Embedder, "other-embedder");

        RequestException error = await SmallCompany.RefusedAsync(() => other.RunAsync(new ClassifyRequest(Text: "VPN")));

        error.Problem.ShouldBe(RequestProblem.Conflict);
        error.Message.ShouldContain("Train again");
    }

    [TestMethod]
    public async Task Several_models_need_a_name()
    {
        await using SmallCompany two = await SmallCompany.OpenAsync();
        await two.ReportAsync("Network", 125);
        await two.ReportAsync("Voice", 125);
        await two.TrainAsync();

        (await SmallCompany.RefusedAsync(() => two.Classify().RunAsync(new ClassifyRequest(Text: "VPN")))).Message.ShouldBe("Name the tech center. With a model: 'Network', 'Voice'.");
    }

    [TestMethod]
    public async Task Before_any_training_there_is_nothing_to_ask()
    {
        await using SmallCompany empty = await SmallCompany.OpenAsync();

        (await SmallCompany.RefusedAsync(() => empty.Classify().RunAsync(new ClassifyRequest(Text: "VPN")))).Message.ShouldContain("train first");
    }
}
