using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Incidents;

namespace Pipeline.LocalHost.Tests.Functions;

[TestClass]
public sealed class ErasuresApiTests
{
    private const string Export = "number,opened_at,short_description,assignment_group\nINC1,2026-05-01,Printer is down,Desk\nINC2,2026-05-02,Mail of Jane is slow,Desk\n";

    [TestMethod]
    public async Task An_incident_that_came_in_over_HTTP_is_erased_behind_the_answer_and_the_record_says_so()
    {
        await using Api api = await Api.StartAsync();
        string file = await UploadAsync(api);
        using HttpClient master = Master(api);

        HttpResponseMessage begun = await master.PostAsJsonAsync("/api/v1/erasures", new { number = "INC2" });

        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        begun.Headers.RetryAfter.ShouldNotBeNull();
        JsonElement done = await UntilDoneAsync(master, begun.Headers.Location!.OriginalString);
        done.GetProperty("state").GetString().ShouldBe("erased", done.ToString());
        done.GetProperty("requestedBy").GetString().ShouldBe("key master");
        (done.GetProperty("removed").GetProperty("incidents").GetInt32(), done.GetProperty("removed").GetProperty("keptRows").GetInt32()).ShouldBe((1, 1));
        done.ToString().ShouldNotContain("INC2");
        (await api.Warehouse.ReadChangesAsync(0, 10)).Select(c => c.Incident.Number).ShouldBe(["INC1"]);
        (await File.ReadAllTextAsync(api.ObjectPath($"accepted/{file}/export.csv.erased.csv"))).ShouldNotContain("Jane");
        File.Exists(api.ObjectPath($"accepted/{file}/export.csv")).ShouldBeFalse();

        JsonElement list = await master.GetFromJsonAsync<JsonElement>("/api/v1/erasures");
        list.GetProperty("erasures").EnumerateArray().ShouldHaveSingleItem().ToString().ShouldBe(done.ToString());
        foreach (string database in (string[])["warehouse.db", "warehouse.db-wal", "orchestrations.db", "orchestrations.db-wal"])
        {
            string path = Path.Combine(Path.GetDirectoryName(api.WarehousePath)!, database);
            if (File.Exists(path))
            {
                await using FileStream open = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using StreamReader reader = new(open, System.Text.Encoding.Latin1);
                (await reader.ReadToEndAsync()).ShouldNotContain("Mail of Jane", Case.Sensitive, $"{database} still holds the text");
            }
        }
    }

    [TestMethod]
    public async Task The_key_of_functions_does_not_erase()
    {
        await using Api api = await Api.StartAsync();
        await UploadAsync(api);

        foreach (HttpResponseMessage refused in (HttpResponseMessage[])[await api.PostAsync("/api/v1/erasures", new { number = "INC2" }), await api.Client.GetAsync(new Uri("/api/v1/erasures", UriKind.Relative)), await api.Client.GetAsync(new Uri("/api/v1/erasures/x", UriKind.Relative))])
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
            (await refused.Content.ReadAsStringAsync()).ShouldContain("the role admin");
        }

        (await api.Warehouse.CountChangesAsync(0)).ShouldBe(2);
    }

    [TestMethod]
    public async Task A_number_that_is_missing_and_an_erasure_that_is_not_there_are_named()
    {
        await using Api api = await Api.StartAsync();
        using HttpClient master = Master(api);

        HttpResponseMessage missing = await master.PostAsJsonAsync("/api/v1/erasures", new { number = "" });
        missing.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await missing.Content.ReadAsStringAsync()).ShouldContain("The number is missing. Name the incident that is to be erased.");
        (await master.PostAsJsonAsync("/api/v1/erasures", new { number = new string('x', 1 << 20) })).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        HttpResponseMessage nobody = await master.GetAsync(new Uri("/api/v1/erasures/nobody", UriKind.Relative));
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await nobody.Content.ReadAsStringAsync()).ShouldContain("There is no erasure 'nobody'.");
    }

    [TestMethod]
    public async Task Old_incidents_are_archived_on_schedule()
    {
        await using Api api = await Api.StartAsync(new Dictionary<string, string?>(StringComparer.Ordinal) { ["ArchiveSchedule"] = "* * * * * *", ["Training:WindowMonths"] = "1", ["Archive:AfterMonths"] = "1" });
        DateTimeOffset first = new(2022, 1, 1, 12, 0, 0, TimeSpan.Zero);
        await api.Warehouse.UpsertIncidentsAsync([.. Enumerable.Range(0, 40).Select(i => new Incident { Number = $"OLD{i:00}", CreatedOn = first.AddDays(i), Texts = [$"text {i}"], TechCenter = "Desk" }),
            new Incident { Number = "NEW", CreatedOn = first.AddDays(100), Texts = ["new"], TechCenter = "Desk" }]);

        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (await api.Warehouse.CountChangesAsync(0) > 1)
        {
            await Task.Delay(100, patience.Token);
        }

        Directory.GetFiles(api.ObjectPath("archive/incidents"), "*.parquet", SearchOption.AllDirectories).Length.ShouldBe(40, "more than one activity has done them");
    }

    private static HttpClient Master(Api api)
    {
        HttpClient client = new() { BaseAddress = api.Client.BaseAddress };
        client.DefaultRequestHeaders.Add("x-functions-key", Api.MasterKey);
        return client;
    }

    private static async Task<string> UploadAsync(Api api)
    {
        using StringContent content = new(Export);
        HttpResponseMessage sent = await api.Client.PostAsync(new Uri("/api/v1/uploads/incidents?name=export.csv", UriKind.Relative), content);
        sent.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        string address = sent.Headers.Location!.OriginalString;
        JsonElement taken = await api.UntilAsync(address, upload => upload.GetProperty("state").GetString() is "accepted" or "failed");
        taken.GetProperty("accepted").GetInt32().ShouldBe(2, taken.ToString());
        return address.Split('/')[^1];
    }

    private static async Task<JsonElement> UntilDoneAsync(HttpClient client, string address)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(3));
        while (true)
        {
            JsonElement answer = await client.GetFromJsonAsync<JsonElement>(address, patience.Token);
            if (answer.GetProperty("state").GetString() is not "erasing")
            {
                return answer;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
