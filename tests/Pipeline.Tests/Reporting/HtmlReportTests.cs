using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Reporting;

namespace Pipeline.Tests.Reporting;

[TestClass]
public sealed class HtmlReportTests
{
    private const string Hostile = "</script><script>alert(1)</script><!-- \" ' & \u2028\u2029 {{data}} \\";
    private static readonly DateTimeOffset Noon = new(2026, 7, 1, 12, 0, 0, TimeSpan.Zero);

    [TestMethod]
    public async Task The_report_is_one_document_that_loads_nothing()
    {
        string html = await RenderAsync(Report(Center("Network")));

        html.ShouldStartWith("<!doctype html>");
        html.TrimEnd().ShouldEndWith("</html>");
        Count(html, "<html").ShouldBe(1);
        Matches(html, @"(src|href|action|data)\s*=\s*[""']?\s*(https?:|//|\.)").ShouldBe(0);
        Matches(html, @"@import|url\(\s*[""']?(https?:|//)|<(link|script|img|iframe)[^>]+src").ShouldBe(0);
        Count(html, "<link ").ShouldBe(1);
        html.ShouldContain("<link rel=\"icon\" href=\"data:,\">");
    }

    [TestMethod]
    public async Task The_policy_allows_exactly_the_script_and_the_style_inside()
    {
        string html = await RenderAsync(Report(Center("Network")));

        html.ShouldContain("default-src 'none'");
        html.ShouldNotContain("unsafe-inline");
        html.ShouldContain($"script-src '{Hash(Between(html, "<script>", "</script>"))}'");
        html.ShouldContain($"style-src '{Hash(Between(html, "<style>", "</style>"))}'");
        Matches(html, @"\son[a-z]+=|\sstyle=").ShouldBe(0);
    }

    [TestMethod]
    public async Task Values_arrive_in_the_data_block()
    {
        JsonElement center = (await DataAsync(Report(Center("Network")))).GetProperty("centers")[0];

        center.GetProperty("name").GetString().ShouldBe("Network");
        center.GetProperty("version").GetString().ShouldBe("2026_q2");
        center.GetProperty("incidents").GetInt32().ShouldBe(10);
        center.GetProperty("unclustered").GetInt32().ShouldBe(3);
        center.GetProperty("weeks").GetInt32().ShouldBe(2);
        DateTime.UnixEpoch.AddDays(center.GetProperty("firstWeek").GetInt32()).ShouldBe(new DateTime(2026, 6, 15, 0, 0, 0, DateTimeKind.Utc));
        center.GetProperty("problems")[0].ToString().ShouldBe("""[4,"VPN drops",["vpn","tunnel"],1,"Access",7,20619,20628,"Rising",[2,5],[2.5,0.41,26.25],[[9,"VPN drops at home",5,["VPN drops again"]],[11,"Tunnel lost",2,[]]]]""");
        center.GetProperty("points")[0].ToString().ShouldBe("""[0,0,4,"INC1",20635,"VPN drops again"]""");
        center.GetProperty("points")[1].ToString().ShouldBe("""[10000,5000,-1,"INC2",null,"Lost umbrella"]""");
        center.GetProperty("changes")[0].ToString().ShouldBe("""["Split",4,"VPN drops",12,7,["Remote access"]]""");
    }

    [TestMethod]
    public async Task Hostile_text_is_inert_everywhere_and_comes_back_unchanged()
    {
        ReportTechCenter center = Center(Hostile) with
        {
            Note = Hostile,
            Version = Hostile,
            Problems = [Problem() with { Label = Hostile, Keywords = [Hostile], DomainName = Hostile, Variants = [new ReportVariant(9, Hostile, 7, [Hostile])] }],
            Points = [new ReportPoint(0, 0, 4, Hostile, Noon, Hostile)],
            Changes = [new ReportChange(ClusterChangeKind.Gone, 1, Hostile, 1, 0, [Hostile])],
        };
        var report = new ReportData(Hostile, Noon, [center]);
        string html = await RenderAsync(report);

        Count(html, "</script").ShouldBe(2);
        Count(html, "<script").ShouldBe(2);
        Count(html, "alert(1)</script").ShouldBe(0);
        html.IndexOfAny(['\u2028', '\u2029']).ShouldBe(-1);
        Block(html).ShouldNotContain("<");

        JsonElement data = await DataAsync(report);
        data.GetProperty("title").GetString().ShouldBe(Hostile);
        JsonElement read = data.GetProperty("centers")[0];
        read.GetProperty("note").GetString().ShouldBe(Hostile);
        read.GetProperty("problems")[0][1].GetString().ShouldBe(Hostile);
        read.GetProperty("problems")[0][11][0][1].GetString().ShouldBe(Hostile);
        read.GetProperty("problems")[0][11][0][3][0].GetString().ShouldBe(Hostile);
        read.GetProperty("points")[0][5].GetString().ShouldBe(Hostile);
        read.GetProperty("changes")[0][5][0].GetString().ShouldBe(Hostile);
    }

    [TestMethod]
    public async Task A_report_without_tech_centers_is_complete()
    {
        (await DataAsync(Report())).GetProperty("centers").GetArrayLength().ShouldBe(0);
    }

    [TestMethod]
    public async Task A_tech_center_without_problems_and_dates_keeps_its_note()
    {
        ReportTechCenter center = Center("Fax") with { Version = null, PreviousVersion = null, Note = "Too few incidents.", Weeks = [], Problems = [], Points = [], Changes = [] };
        string html = await RenderAsync(Report(center));

        JsonElement read = JsonDocument.Parse(Block(html)).RootElement.GetProperty("centers")[0];
        read.GetProperty("firstWeek").ValueKind.ShouldBe(JsonValueKind.Null);
        read.GetProperty("weeks").GetInt32().ShouldBe(0);
        read.GetProperty("version").ValueKind.ShouldBe(JsonValueKind.Null);
        read.GetProperty("points").GetArrayLength().ShouldBe(0);
        Between(html, "<noscript>", "</noscript>").ShouldContain("Too few incidents.");
    }

    [TestMethod]
    public async Task Without_a_script_there_is_a_row_for_every_tech_center()
    {
        string summary = Between(await RenderAsync(Report(Center("Network"), Center("R&D <lab>"), Center("財務"))), "<noscript>", "</noscript>");

        Count(summary, "<tr><th scope=\"row\">").ShouldBe(3);
        summary.ShouldContain("<th scope=\"row\">R&amp;D &lt;lab&gt;</th><td>10</td><td>1</td><td>3</td><td>VPN drops</td>");
        summary.ShouldContain("財務");
    }

    [TestMethod]
    public async Task Long_text_of_points_is_cut_between_characters()
    {
        string text = new string('a', 138) + "😀" + new string('b', 50);
        ReportTechCenter center = Center("Network") with { Points = [new ReportPoint(1, 1, 4, "INC1", null, text), new ReportPoint(1, 1, 4, "INC2", null, new string('ä', 140))] };
        JsonElement points = (await DataAsync(Report(center))).GetProperty("centers")[0].GetProperty("points");

        points[0][5].GetString().ShouldBe(new string('a', 138) + "…");
        points[1][5].GetString().ShouldBe(new string('ä', 140));
    }

    [TestMethod]
    public async Task Points_that_are_not_finite_are_left_out_and_a_single_place_is_not_divided_by_zero()
    {
        ReportTechCenter center = Center("Network") with { Points = [new ReportPoint(float.NaN, 1, 4, "INC1", null, ""), new ReportPoint(3, float.PositiveInfinity, 4, "INC2", null, ""), new ReportPoint(5, 5, 4, "INC3", null, "")] };
        JsonElement points = (await DataAsync(Report(center))).GetProperty("centers")[0].GetProperty("points");

        points.GetArrayLength().ShouldBe(1);
        points[0].ToString().ShouldBe("""[0,0,4,"INC3",null,""]""");
    }

    [TestMethod]
    public async Task Twenty_thousand_points_stay_below_six_megabytes()
    {
        string text = string.Concat(Enumerable.Repeat("The printer on floor 3 is offline. ", 9));
        ReportPoint[] points = [.. Enumerable.Range(0, 20_000).Select(i => new ReportPoint(i % 141, i / 141, 4, $"INC{i:0000000}", Noon, text))];
        string html = await RenderAsync(Report(Center("Network") with { Points = points }));

        Encoding.UTF8.GetByteCount(html).ShouldBeLessThan(6_000_000);
        JsonDocument.Parse(Block(html)).RootElement.GetProperty("centers")[0].GetProperty("points").GetArrayLength().ShouldBe(20_000);
    }

    [TestMethod]
    public async Task The_stream_stays_open_and_a_cancelled_report_stops()
    {
        using var stream = new MemoryStream();
        await HtmlReport.WriteAsync(Report(Center("Network")), stream, CancellationToken.None);
        stream.CanWrite.ShouldBeTrue();
        await Should.ThrowAsync<OperationCanceledException>(() => HtmlReport.WriteAsync(Report(Center("Network")), stream, new CancellationToken(canceled: true)));
    }

    private static ReportData Report(params ReportTechCenter[] centers) => new("Recurring problems", Noon, centers);

    private static ReportTechCenter Center(string name) => new()
    {
        Name = name,
        Version = "2026_q2",
        PreviousVersion = "2025_q4",
        Incidents = 10,
        Unclustered = 3,
        Weeks = [new DateOnly(2026, 6, 15), new DateOnly(2026, 6, 22)],
        Problems = [Problem()],
        Points = [new ReportPoint(-1, 0, 4, "INC1", Noon, "VPN drops again"), new ReportPoint(1, 1, -1, "INC2", null, "Lost umbrella")],
        Changes = [new ReportChange(ClusterChangeKind.Split, 4, "VPN drops", 12, 7, ["Remote access"])],
    };

    private static ReportProblem Problem() => new()
    {
        Id = 4,
        Label = "VPN drops",
        Keywords = ["vpn", "tunnel"],
        DomainId = 1,
        DomainName = "Access",
        Size = 7,
        FirstSeen = new DateTimeOffset(2026, 6, 15, 8, 0, 0, TimeSpan.Zero),
        LastSeen = new DateTimeOffset(2026, 6, 24, 8, 0, 0, TimeSpan.Zero),
        Trend = ClusterTrend.Rising,
        Change = new RateRatio(2.5, 0.41, 26.25),
        WeeklyCounts = [2, 5],
        Variants = [new ReportVariant(9, "VPN drops at home", 5, ["VPN drops again"]), new ReportVariant(11, "Tunnel lost", 2, [])],
    };

    private static async Task<string> RenderAsync(ReportData report)
    {
        using var stream = new MemoryStream();
        await HtmlReport.WriteAsync(report, stream, CancellationToken.None);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<JsonElement> DataAsync(ReportData report) => JsonDocument.Parse(Block(await RenderAsync(report))).RootElement;

    private static string Block(string html) => Between(html, "<script type=\"application/json\" id=\"report-data\">", "</script>");

    private static string Between(string html, string start, string end)
    {
        int from = html.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return html[from..html.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static string Hash(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static int Count(string html, string part) => html.Split(part).Length - 1;

    private static int Matches(string html, string pattern) => Regex.Count(html, pattern, RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
