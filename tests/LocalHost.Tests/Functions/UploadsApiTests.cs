using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Intake;
using Pipeline.RouteContract;
using Pipeline.Storage;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Files that are sent or dropped, to their end; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class UploadsApiTests
{
    private const string Header = "number,opened_at,short_description,assignment_group\n";

    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => _api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["Uploads:MaxMegabytes"] = "3" });

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task Of_ten_thousand_rows_with_a_hundred_broken_the_others_are_accepted_and_the_broken_come_back_as_they_came()
    {
        StringBuilder file = new(Header);
        for (int i = 1; i <= 10_000; i++)
        {
            file.Append(CultureInfo.InvariantCulture, $"BIG{i},{(i % 200 == 0 ? "soon" : "2026-05-01 08:00:00")},{(i % 200 == 100 ? "" : $"VPN drops {i}")},Network\n");
        }

        HttpResponseMessage response = await SendAsync("/v1/uploads/incidents?name=big.csv", file.ToString(), status: HttpStatusCode.Accepted);
        JsonElement done = await DoneAsync(response);

        (Text(done, "state"), Number(done, "rows"), Number(done, "accepted"), Number(done, "rejected"), Text(done, "file")).ShouldBe(("accepted", 10_000, 9_900, 100, "big.csv"));
        done.GetProperty("rejectReasons").EnumerateObject().Select(r => (r.Name, r.Value.GetInt32())).ShouldBe([("invalidDate", 50), ("emptyText", 50)], ignoreOrder: true);
        JsonElement[] rejects = [.. (await RejectsAsync(response)).EnumerateArray()];
        rejects.Length.ShouldBe(100);
        (Number(rejects[0], "row"), Number(rejects[0], "line"), Text(rejects[0], "field"), Text(rejects[0].GetProperty("values"), "number")).ShouldBe((100, 101, "short_description", "BIG100"));
        (Text(rejects[1], "field"), Text(rejects[1].GetProperty("values"), "opened_at")).ShouldBe(("opened_at", "soon"));
        (await _api.Warehouse.ReadChangesAsync(0, 100_000)).Count(c => c.Incident.Number.StartsWith("BIG", StringComparison.Ordinal)).ShouldBe(9_900);
    }

    [TestMethod]
    public async Task Corrected_rejects_are_taken_as_an_upload_of_their_own()
    {
        HttpResponseMessage response = await SendAsync("/v1/uploads/incidents?allow-rejects=true", Header + "FIX1,2026-05-01,a,Network\nFIX2,soon,b,Network\n");
        await DoneAsync(response);
        string address = response.Headers.Location!.ToString();
        string csv = await _api.Client.GetStringAsync(new Uri($"{address}/rejects?format=csv", UriKind.Relative));
        csv.ShouldStartWith("number,opened_at,short_description,assignment_group,reject_row,reject_field,reject_reason\nFIX2,soon,b,Network,2,opened_at,");

        JsonElement done = await DoneAsync(await SendAsync(address[4..] + "/retry", csv.Replace("soon", "2026-05-02", StringComparison.Ordinal)));

        (Text(done, "state"), Number(done, "accepted"), Number(done, "rejected")).ShouldBe(("accepted", 1, 0));
        (await StoredAsync("FIX2")).ShouldBe(1);
    }

    [TestMethod]
    public async Task Rows_of_an_upload_that_is_not_done_cannot_be_corrected_yet()
    {
        Ingestion waiting = await _api.Warehouse.BeginIngestionAsync(
            new Ingestion(DateTimeOffset.UtcNow, 0, "test", "waiting.csv", "", 0, null, 0, 0, 0, new Dictionary<RejectKind, int>(), 0, 0, null) { State = IngestionState.Received, Dataset = "incidents" }, DateTimeOffset.UtcNow);

        JsonElement problem = await Api.ReadAsync(await SendAsync($"/v1/uploads/{waiting.Id}/retry", Header + "WAIT1,2026-05-01,a,Network\n", status: HttpStatusCode.Conflict));

        OpenApi.Problems(problem, OpenApi.ResponseSchema("/v1/uploads/{id}/retry", "post", 409)).ShouldBeEmpty();
        Text(problem, "detail")!.ShouldContain($"GET /api/v1/uploads/{waiting.Id}");
        (await StoredAsync("WAIT1")).ShouldBe(0);
    }

    [TestMethod]
    [DataRow("/v1/upload/survey-data")]
    [DataRow("/v1/uploads/{id}/retry")]
    public async Task A_file_that_is_too_large_is_refused_under_every_name(string described)
    {
        string path = described.Replace("{id}", Text(await DoneAsync(await SendAsync("/v1/uploads/incidents", Header + "LARGE1,2026-05-01,a,Network\n")), "id"), StringComparison.Ordinal);

        JsonElement problem = await Api.ReadAsync(await SendAsync(path, new string('x', 3_200_000), status: HttpStatusCode.RequestEntityTooLarge));

        OpenApi.Problems(problem, OpenApi.ResponseSchema(described, "post", 413)).ShouldBeEmpty();
    }

    [TestMethod]
    public async Task The_same_key_and_the_same_content_are_answered_with_the_first_result()
    {
        HttpResponseMessage first = await SendAsync("/v1/uploads/incidents", Header + "DUP1,2026-05-01,a,Network\n", "upload-key");
        await DoneAsync(first);

        HttpResponseMessage sameKey = await SendAsync("/v1/uploads/incidents", Header + "DUP2,2026-05-01,b,Network\n", "upload-key");
        HttpResponseMessage sameContent = await SendAsync("/v1/uploads/incidents", Header + "DUP1,2026-05-01,a,Network\n");
        HttpResponseMessage other = await SendAsync("/v1/uploads/incidents", Header + "DUP3,2026-05-01,b,Network\n");

        sameKey.Headers.Location.ShouldBe(first.Headers.Location);
        sameContent.Headers.Location.ShouldBe(first.Headers.Location);
        other.Headers.Location.ShouldNotBe(first.Headers.Location);
        Text(await Api.ReadAsync(sameKey), "state").ShouldBe("accepted");
        await DoneAsync(other);
        (await StoredAsync("DUP2")).ShouldBe(0);
    }

    [TestMethod]
    [DataRow("not a table at all", "")]
    [DataRow("number,opened_at,short_description\nX1,soon,a\nX2,2026-05-01,b\n", "InvalidDate")]
    public async Task A_file_that_cannot_be_taken_in_fails_with_the_reason_and_stores_nothing(string content, string reason)
    {
        HttpResponseMessage response = await SendAsync("/v1/uploads/incidents?name=odd.csv", content);
        JsonElement done = await DoneAsync(response);

        Text(done, "state").ShouldBe("failed");
        Text(done, "problem")!.ShouldContain("'odd.csv'");
        Text(done, "problem")!.ShouldContain(reason);
        (await StoredAsync("X2")).ShouldBe(0);
        File.Exists(_api.ObjectPath($"failed/{Text(done, "id")}/odd.csv")).ShouldBeTrue();
    }

    [TestMethod]
    public async Task A_packed_file_is_read_and_its_name_comes_from_the_header()
    {
        using MemoryStream packed = new();
        await using (GZipStream gzip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(Header + "ZIP1,2026-05-01,a,Network\n"));
        }

        using ByteArrayContent content = new(packed.ToArray());
        content.Headers.Add("Content-Disposition", "attachment; filename=\"export.csv.gz\"");
        JsonElement done = await DoneAsync(await _api.Client.PostAsync(new Uri("/api/v1/uploads/incidents", UriKind.Relative), content));

        (Text(done, "state"), Text(done, "file"), Number(done, "accepted")).ShouldBe(("accepted", "export.csv.gz", 1));
        JsonElement alias = await _api.GetAsync($"/api/v1/status/{Text(done, "id")}");
        alias.GetRawText().ShouldBe(done.GetRawText());
    }

    [TestMethod]
    [DataRow("", HttpStatusCode.BadRequest, "The body is empty")]
    [DataRow(null, HttpStatusCode.RequestEntityTooLarge, "larger than 3 MB")]
    public async Task An_empty_or_too_large_file_is_refused_and_not_kept(string? content, HttpStatusCode status, string reason)
    {
        JsonElement problem = await Api.ReadAsync(await SendAsync("/v1/uploads/incidents?name=refused.csv", content ?? new string('x', 3_200_000), status: status));

        OpenApi.Problems(problem, OpenApi.ResponseSchema("/v1/uploads/{id}", "post", (int)status)).ShouldBeEmpty();
        Text(problem, "detail")!.ShouldContain(reason);
        (await ObjectsAsync("incoming/")).ShouldNotContain(name => name.EndsWith("refused.csv", StringComparison.Ordinal));
    }

    [TestMethod]
    public async Task A_json_file_larger_than_a_request_s_json_may_be_is_taken()
    {
        string body = JsonSerializer.Serialize(Enumerable.Range(0, 2000).Select(i => new { number = $"JSON{i}", opened_at = "2026-05-01", short_description = new string('b', 700) }));
        body.Length.ShouldBeGreaterThan(1 << 20);
        using StringContent content = new(body, Encoding.UTF8, "application/json");

        JsonElement done = await DoneAsync(await _api.Client.PostAsync(new Uri("/api/v1/uploads/incidents", UriKind.Relative), content));

        Number(done, "accepted").ShouldBe(2000);
    }

    [TestMethod]
    [DataRow("get", "/v1/uploads/{id}", "/v1/uploads/nobody")]
    [DataRow("get", "/v1/status/{id}", "/v1/status/nobody")]
    [DataRow("get", "/v1/uploads/{id}/rejects", "/v1/uploads/nobody/rejects")]
    [DataRow("post", "/v1/uploads/{id}/retry", "/v1/uploads/nobody/retry")]
    [DataRow("post", "/v1/uploads/{id}", "/v1/uploads/nobody")]
    public async Task What_is_not_known_is_not_found_and_without_a_key_nothing_is_told(string method, string described, string path)
    {
        using HttpRequestMessage request = new(new HttpMethod(method), $"/api{path}");
        HttpResponseMessage response = await _api.Client.SendAsync(request);
        JsonElement problem = await Api.ReadAsync(response);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound, problem.GetRawText());
        OpenApi.Problems(problem, OpenApi.ResponseSchema(described, method, 404)).ShouldBeEmpty();
        problem.GetProperty("errors").GetProperty("id")[0].GetString()!.ShouldContain("nobody");
        using HttpClient stranger = new() { BaseAddress = _api.Client.BaseAddress };
        using HttpRequestMessage forged = new(new HttpMethod(method), $"/api{path}");
        (await stranger.SendAsync(forged)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [TestMethod]
    [DataRow("good.csv", "DROP1,2026-05-01,a,Network\n", "accepted")]
    [DataRow("sub/bad.csv", "DROP2,soon,a,Network\n", "failed")]
    public async Task A_dropped_file_is_moved_to_its_end_with_its_report_beside_it(string name, string rows, string end)
    {
        await PutAsync($"incoming/{name}", Header + rows);

        string report = await UntilAsync(async () => (await ObjectsAsync(end + "/")).SingleOrDefault(o => o.EndsWith("report.json", StringComparison.Ordinal) && File.Exists(_api.ObjectPath(o.Replace("report.json", Path.GetFileName(name), StringComparison.Ordinal)))));

        await UntilAsync(async () => (await ObjectsAsync("incoming/")).Contains($"incoming/{name}") ? null : name);
        JsonElement told = JsonElement.Parse(await File.ReadAllTextAsync(_api.ObjectPath(report)));
        (Text(told, "state"), Text(told, "file")).ShouldBe((end, Path.GetFileName(name)));
        (await _api.GetAsync($"/api/v1/uploads/{Text(told, "id")}")).GetProperty("state").GetString().ShouldBe(end);
        (await StoredAsync("DROP1")).ShouldBe(string.Equals(end, "accepted", StringComparison.Ordinal) ? 1 : await StoredAsync("DROP1"));
    }

    [TestMethod]
    public async Task A_file_that_is_still_being_written_is_left_alone()
    {
        (await _api.Services.GetRequiredService<ReceiveFile>().NoticeAsync("incoming/export.csv.part")).ShouldBeNull();
    }

    [TestMethod]
    public async Task A_file_that_was_received_just_before_the_process_ended_is_imported_all_the_same()
    {
        using MemoryStream content = new(Encoding.UTF8.GetBytes(Header + "LATE1,2026-05-01,a,Network\n"));

        // What a process leaves that ends before it starts the import.
        Ingestion received = await _api.Services.GetRequiredService<ReceiveFile>().RunAsync(new SentFile("incidents", "late.csv", content, "test"));

        JsonElement done = await _api.UntilAsync($"/api/v1/uploads/{received.Id}", IsDone);
        (Text(done, "state"), await StoredAsync("LATE1")).ShouldBe(("accepted", 1));
    }

    private static bool IsDone(JsonElement status) => Text(status, "state") is "accepted" or "failed";

    private static string? Text(JsonElement value, string name) => value.GetProperty(name).GetString();

    private static int Number(JsonElement value, string name) => value.GetProperty(name).GetInt32();

    private static async Task<HttpResponseMessage> SendAsync(string path, string content, string? key = null, HttpStatusCode status = HttpStatusCode.Accepted)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api{path}") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content)) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        HttpResponseMessage response = await _api.Client.SendAsync(request);
        response.StatusCode.ShouldBe(status, await response.Content.ReadAsStringAsync());
        return response;
    }

    private static async Task<JsonElement> DoneAsync(HttpResponseMessage response)
    {
        JsonElement received = await Api.ReadAsync(response);
        response.StatusCode.ShouldBe(HttpStatusCode.Accepted, received.GetRawText());
        OpenApi.Problems(received, OpenApi.ResponseSchema("/v1/uploads/{id}", "post", 202)).ShouldBeEmpty(received.GetRawText());
        string address = response.Headers.Location!.ToString();
        address.ShouldBe($"/api/v1/uploads/{Text(received, "id")}");
        JsonElement done = await _api.UntilAsync(address, IsDone);
        OpenApi.Problems(done, OpenApi.ResponseSchema("/v1/uploads/{id}", "get", 200)).ShouldBeEmpty(done.GetRawText());
        return done;
    }

    private static async Task<JsonElement> RejectsAsync(HttpResponseMessage response)
    {
        JsonElement answer = await _api.GetAsync(response.Headers.Location + "/rejects");
        OpenApi.Problems(answer, OpenApi.Document["components"]!["schemas"]!["Rejects"]!).ShouldBeEmpty();
        return answer.GetProperty("rejects");
    }

    private static async Task<int> StoredAsync(string number) => (await _api.Warehouse.ReadChangesAsync(0, 100_000)).Count(c => c.Incident.Number == number);

    private static Task<bool> PutAsync(string name, string content) =>
        _api.Services.GetRequiredService<IObjectStore>().WriteAsync(name, async (target, stopping) => await target.WriteAsync(Encoding.UTF8.GetBytes(content), stopping));

    private static async Task<string[]> ObjectsAsync(string prefix)
    {
        List<string> names = [];
        await foreach (StoredObject item in _api.Services.GetRequiredService<IObjectStore>().ListAsync(prefix))
        {
            names.Add(item.Name);
        }

        return [.. names];
    }

    private static async Task<string> UntilAsync(Func<Task<string?>> look)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (true)
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
