using System.IO.Compression;
using System.Net;
using System.Text.Json;
using ExcelDataReader;
using Pipeline.Incidents;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class TicketsApiTests
{
    private const string Workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    private const string Formula = "=HYPERLINK(\"http://example.org\") \u0007\u202Eprinter";

    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _)
    {
        _api = await Api.StartAsync();
        await _api.ReportAsync("Network", 1_300);
        await _api.Warehouse.UpsertIncidentsAsync([new Incident { Number = "=1+1", Texts = [Formula], TechCenter = "Voice", Priority = "2 - High", CreatedOn = new DateTimeOffset(2030, 1, 2, 3, 4, 0, TimeSpan.Zero) }]);
        await _api.PreprocessAsync();
    }

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task All_incidents_are_listed_by_tech_center_priority_and_text()
    {
        JsonElement all = await _api.GetAsync("/api/incidents?pageSize=2");
        (all.GetProperty("total").GetInt32(), all.GetProperty("incidents")[0].GetProperty("number").GetString()).ShouldBe((1_301, "=1+1"));

        (await _api.GetAsync("/api/incidents?techCenter=Voice&priority=2%20-%20High&text=PRINTER")).GetProperty("total").GetInt32().ShouldBe(1);
        (await _api.GetAsync("/api/incidents?problem=3")).GetProperty("errors").GetProperty("problem")[0].GetString()!.ShouldContain("techCenter");
    }

    [TestMethod]
    [DataRow("?format=xlsx", null)]
    [DataRow("", Workbook)]
    public async Task A_workbook_has_all_incidents_and_no_formula(string query, string? accept)
    {
        byte[] file = await FileAsync(query, accept, Workbook);

        using MemoryStream stream = new(file);
        using IExcelDataReader reader = ExcelReaderFactory.CreateReader(stream);
        List<object?[]> rows = [];
        while (reader.Read())
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetValue)]);
        }

        rows.Count.ShouldBe(1_302);
        rows[0].ShouldBe(["number", "tech_center", "problem", "created", "priority", "resolved", "cluster", "confidence", "text"]);
        rows[1][0].ShouldBe("=1+1");
        rows[1][3].ShouldBe(new DateTime(2030, 1, 2, 3, 4, 0));
        ((string)rows[1][8]!).ShouldStartWith("=HYPERLINK");
        ((string)rows[1][8]!).Any(c => char.IsControl(c) || c == '\u202E').ShouldBeFalse();
        using ZipArchive parts = new(new MemoryStream(file));
        foreach (ZipArchiveEntry part in parts.Entries)
        {
            using StreamReader text = new(part.Open());
            string content = await text.ReadToEndAsync();
            content.ShouldNotContain("<f>");
            content.ShouldNotContain("<f ");
        }
    }

    [TestMethod]
    [DataRow("?format=csv", null)]
    [DataRow("", "text/csv, application/json;q=0.5")]
    public async Task A_file_for_spreadsheets_has_no_text_that_they_would_calculate(string query, string? accept)
    {
        string[] lines = System.Text.Encoding.UTF8.GetString(await FileAsync(query, accept, "text/csv")).Split('\n');

        lines[0].ShouldBe("number,tech_center,problem,created,priority,resolved,cluster,confidence,text");
        lines[1].ShouldStartWith("'=1+1,Voice,,2030-01-02T03:04:00");
        lines[1].ShouldContain("\"'=HYPERLINK");
        lines.Count(line => line.Contains(",Network,", StringComparison.Ordinal)).ShouldBe(1_300);
    }

    [TestMethod]
    public async Task Json_goes_out_whole_in_the_order_that_is_asked_for()
    {
        using JsonDocument all = JsonDocument.Parse(await FileAsync("?format=json-all&sort=oldest&techCenter=Network", null, "application/json"));

        JsonElement[] incidents = [.. all.RootElement.GetProperty("incidents").EnumerateArray()];
        incidents.Length.ShouldBe(1_300);
        DateTimeOffset[] dates = [.. incidents.Select(i => i.GetProperty("createdOn").GetDateTimeOffset())];
        dates.ShouldBe(dates.Order());
        incidents.Select(i => i.GetProperty("number").GetString()).Distinct(StringComparer.Ordinal).Count().ShouldBe(1_300);
    }

    [TestMethod]
    public async Task A_format_that_there_is_not_is_named_and_one_that_is_accepted_beside_json_gives_way()
    {
        (await _api.GetAsync("/api/incidents?format=pdf")).GetProperty("errors").GetProperty("format")[0].GetString()!.ShouldContain("xlsx");
        (await FileAsync("?pageSize=1", "application/json, text/csv;q=0.9", "application/json"))[0].ShouldBe((byte)'{');
        (await FileAsync("?pageSize=1", "*/*", "application/json"))[0].ShouldBe((byte)'{');
    }

    private static async Task<byte[]> FileAsync(string query, string? accept, string type)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, "/api/incidents" + query);
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using HttpResponseMessage response = await _api.Client.SendAsync(request);
        (response.StatusCode, response.Content.Headers.ContentType!.MediaType).ShouldBe((HttpStatusCode.OK, type));
        return await response.Content.ReadAsByteArrayAsync();
    }
}
