using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.Incidents;
using Pipeline.RouteContract;

namespace Pipeline.LocalHost.Tests.Functions;

/// <summary>Incidents that are sent one or a few at a time; every answer is held against the OpenAPI document.</summary>
[TestClass]
public sealed class IncidentsApiTests
{
    private const string Path = "/v1/incidents";

    private static Api _api = null!;

    [ClassInitialize]
    public static async Task Start(TestContext _) => _api = await Api.StartAsync();

    [ClassCleanup]
    public static async Task Stop() => await _api.DisposeAsync();

    [TestMethod]
    public async Task One_incident_is_stored_when_the_answer_comes()
    {
        HttpResponseMessage response = await SendAsync("""{"number": "ONE1", "opened_at": "2026-05-01 08:00:00", "short_description": "VPN drops", "assignment_group": "Network", "priority": "2 - High", "state": "Closed"}""");

        JsonElement answer = await CheckedAsync(response, HttpStatusCode.Accepted);
        Counts(answer).ShouldBe((1, 0, 1));
        Incident stored = (await StoredAsync("ONE1")).ShouldNotBeNull();
        (stored.TechCenter, stored.Texts[0], stored.Priority, stored.State).ShouldBe(("Network", "VPN drops", "2 - High", "Closed"));
        string address = response.Headers.Location!.ToString();
        address.ShouldBe($"/api/v1/uploads/{answer.GetProperty("ingestion").GetProperty("id").GetString()}");
        JsonElement status = await _api.GetAsync(address);
        OpenApi.Problems(status, OpenApi.ResponseSchema("/v1/uploads/{id}", "get", 200)).ShouldBeEmpty();
        status.GetRawText().ShouldBe(answer.GetProperty("ingestion").GetRawText());
    }

    [TestMethod]
    [DataRow("""[{"number": "ARR1", "opened_at": "2026-05-01", "short_description": "a"}, {"number": "ARR2", "opened_at": "2026-05-02", "short_description": "b"}]""", "ARR2")]
    [DataRow("{\"number\": \"LIN1\", \"opened_at\": \"2026-05-01\", \"short_description\": \"a\"}\n{\"number\": \"LIN2\", \"opened_at\": \"2026-05-02\", \"short_description\": \"b\"}\n", "LIN2")]
    public async Task Several_come_as_an_array_or_one_a_line(string body, string last)
    {
        Counts(await CheckedAsync(await SendAsync(body), HttpStatusCode.Accepted)).ShouldBe((2, 0, 2));

        (await StoredAsync(last)).ShouldNotBeNull();
    }

    [TestMethod]
    public async Task Of_sound_and_broken_ones_the_sound_are_stored_and_the_others_are_told_as_they_came()
    {
        JsonElement answer = await CheckedAsync(
            await SendAsync("""[{"number": "MIX1", "opened_at": "2026-05-01", "short_description": "a"}, {"number": "MIX2", "opened_at": "soon", "short_description": "b"}, {"number": "MIX3", "opened_at": "2026-05-01", "short_description": " "}]"""),
            HttpStatusCode.Accepted);

        Counts(answer).ShouldBe((1, 2, 1));
        JsonElement[] rejects = [.. answer.GetProperty("rejects").EnumerateArray()];
        rejects.Select(r => (r.GetProperty("row").GetInt32(), r.GetProperty("field").GetString(), r.GetProperty("kind").GetString())).ShouldBe([(2, "opened_at", "invalidDate"), (3, "short_description", "emptyText")]);
        rejects[0].GetProperty("values").GetProperty("opened_at").GetString().ShouldBe("soon");
        (await StoredAsync("MIX2")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Half_a_character_is_told_with_its_field_and_the_others_are_stored()
    {
        JsonElement answer = await CheckedAsync(
            await SendAsync("""[{"number": "HALF1", "opened_at": "2026-05-01", "short_description": "a \ud800"}, {"number": "HALF2", "opened_at": "2026-05-01", "short_description": "b"}]"""),
            HttpStatusCode.Accepted);
        JsonElement alone = await CheckedAsync(await SendAsync("""{"number": "HALF3", "opened_at": "2026-05-01", "short_description": "\ud800"}"""), HttpStatusCode.BadRequest);
        JsonElement nameless = await CheckedAsync(await SendAsync("""{"number": "HALF4", "\ud800": "2026-05-01", "short_description": "c"}"""), HttpStatusCode.BadRequest);

        Counts(answer).ShouldBe((1, 1, 1));
        JsonElement reject = answer.GetProperty("rejects")[0];
        (reject.GetProperty("row").GetInt32(), reject.GetProperty("field").GetString()).ShouldBe((1, "short_description"));
        reject.GetProperty("values").GetProperty("number").GetString().ShouldBe("HALF1");
        alone.GetProperty("errors").GetProperty("row 1, short_description")[0].GetString()!.ShouldContain("half a character");
        nameless.GetProperty("detail").GetString()!.ShouldContain("half a character");
    }

    [TestMethod]
    public async Task A_number_with_a_slash_is_found_and_one_that_reads_like_its_escape_is_another()
    {
        await SendAsync("""[{"number": "INC/A0", "opened_at": "2026-05-01", "short_description": "slash"}, {"number": "INC%2F1", "opened_at": "2026-05-01", "short_description": "escape"}, {"number": "INC ü?+#", "opened_at": "2026-05-01", "short_description": "others"}]""");

        (await _api.GetAsync("/api/incidents/INC%2FA0")).GetProperty("incident").GetProperty("number").GetString().ShouldBe("INC/A0");
        (await _api.GetAsync("/api/incidents/INC%2fA0?")).GetProperty("incident").GetProperty("number").GetString().ShouldBe("INC/A0");
        (await _api.GetAsync("/api/incidents/INC%252F1")).GetProperty("incident").GetProperty("number").GetString().ShouldBe("INC%2F1");
        (await _api.GetAsync("/api/incidents/INC%20%C3%BC%3F%2B%23")).GetProperty("incident").GetProperty("number").GetString().ShouldBe("INC ü?+#");
        HttpResponseMessage nobody = await _api.Client.GetAsync(new Uri("/api/incidents/INC%2F1", UriKind.Relative));
        nobody.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await nobody.Content.ReadAsStringAsync()).ShouldContain("There is no incident 'INC/1'.");
    }

    [TestMethod]
    [DataRow("models/Desk%2FWest%252F1/v1")]
    [DataRow("models/Desk%2FWest%252F1/compare?a=1&b=2")]
    [DataRow("clusters/Desk%2FWest%252F1/1")]
    [DataRow("clusters/Desk%2FWest%252F1/1/incidents")]
    [DataRow("problems/Desk%2FWest%252F1/1")]
    [DataRow("problems/Desk%2FWest%252F1/1/incidents")]
    [DataRow("problems/Desk%2FWest%252F1/1/neighbours")]
    [DataRow("forecast/Desk%2FWest%252F1/1")]
    [DataRow("forecast/Desk%2FWest%252F1")]
    [DataRow("forecast-models/Desk%2FWest%252F1")]
    public async Task A_tech_center_with_a_slash_is_asked_for_by_its_name(string path) =>
        (await _api.GetAsync($"/api/{path}")).GetProperty("detail").GetString()!.ShouldContain("'Desk/West%2F1'");

    [TestMethod]
    [DataRow("", "The body is empty")]
    [DataRow(" \n ", "The body is empty")]
    [DataRow("[]", "holds no incident")]
    [DataRow("{\"number\": \"A", "not valid JSON near line 1")]
    [DataRow("[{\"number\": \"A\"},\n{number: 1}]", "not valid JSON near line 2")]
    [DataRow("number,short_description\nA,b", "not valid JSON near line 1")]
    [DataRow("[1, 2]", "each has to be a JSON object")]
    [DataRow("\"text\"", "each has to be a JSON object")]
    [DataRow("{\"number\": \"A\", \"opened_at\": \"2026-05-01\"}", "No column holds the text")]
    [DataRow("{\"number\": \"A\", \"short_description\": \"b\"}", "created-column")]
    public async Task A_body_that_holds_no_incidents_is_refused_with_the_reason(string body, string reason)
    {
        JsonElement problem = await CheckedAsync(await SendAsync(body), HttpStatusCode.BadRequest);

        problem.GetProperty("detail").GetString()!.ShouldContain(reason);
    }

    [TestMethod]
    public async Task A_request_of_which_nothing_is_sound_is_refused_with_the_reason_of_every_row()
    {
        JsonElement problem = await CheckedAsync(await SendAsync("""{"number": "BAD1", "opened_at": "soon", "short_description": "b"}"""), HttpStatusCode.BadRequest);

        problem.GetProperty("errors").GetProperty("row 1, opened_at")[0].GetString()!.ShouldContain("cannot be read");
    }

    [TestMethod]
    public async Task A_field_that_is_not_known_is_passed_over_and_the_query_names_others()
    {
        HttpResponseMessage response = await SendAsync("""{"number": "UNK1", "Since": "2026-05-01", "What": "Printer jams", "colour": {"of": "paper"}}""", query: "?created-column=Since&text-columns=What");

        Counts(await CheckedAsync(response, HttpStatusCode.Accepted)).ShouldBe((1, 0, 1));
        (await StoredAsync("UNK1")).ShouldNotBeNull().Texts.ShouldBe(["Printer jams"]);
    }

    [TestMethod]
    public async Task A_query_that_cannot_be_read_is_named()
    {
        JsonElement problem = await CheckedAsync(await SendAsync("{}", query: "?day-first=maybe"), HttpStatusCode.BadRequest);

        problem.GetProperty("errors").GetProperty("day-first")[0].GetString()!.ShouldContain("true or false");
    }

    [TestMethod]
    public async Task The_same_key_is_answered_with_the_first_result_and_a_refused_request_leaves_its_key_free()
    {
        string refused = """{"number": "KEY1", "opened_at": "soon", "short_description": "b"}""";
        await CheckedAsync(await SendAsync(refused, "a-key"), HttpStatusCode.BadRequest);
        JsonElement first = await CheckedAsync(await SendAsync(refused.Replace("soon", "2026-05-01", StringComparison.Ordinal), "a-key"), HttpStatusCode.Accepted);
        JsonElement again = await CheckedAsync(await SendAsync("""{"number": "KEY2", "opened_at": "2026-05-01", "short_description": "c"}""", "a-key"), HttpStatusCode.Accepted);

        again.GetRawText().ShouldBe(first.GetRawText());
        (await StoredAsync("KEY2")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Sending_the_same_again_changes_nothing()
    {
        string body = """{"number": "TWO1", "opened_at": "2026-05-01", "short_description": "b"}""";
        Counts(await CheckedAsync(await SendAsync(body), HttpStatusCode.Accepted)).ShouldBe((1, 0, 1));

        Counts(await CheckedAsync(await SendAsync(body), HttpStatusCode.Accepted)).ShouldBe((1, 0, 0));
    }

    [TestMethod]
    public async Task More_than_a_thousand_are_sent_to_the_uploads_and_nothing_of_them_is_stored()
    {
        string body = JsonSerializer.Serialize(Enumerable.Range(0, 1001).Select(i => new { number = $"MANY{i}", opened_at = "2026-05-01", short_description = "b" }));

        JsonElement problem = await CheckedAsync(await SendAsync(body), HttpStatusCode.RequestEntityTooLarge);

        problem.GetProperty("detail").GetString()!.ShouldContain("POST /api/v1/uploads/incidents");
        (await StoredAsync("MANY0")).ShouldBeNull();
    }

    [TestMethod]
    public async Task Without_a_key_nothing_is_taken()
    {
        using HttpClient stranger = new() { BaseAddress = _api.Client.BaseAddress };
        using StringContent body = new("{}", Encoding.UTF8, "application/json");

        (await stranger.PostAsync(new Uri($"/api{Path}", UriKind.Relative), body)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private static (int Accepted, int Rejected, int Added) Counts(JsonElement answer)
    {
        JsonElement ingestion = answer.GetProperty("ingestion");
        ingestion.GetProperty("state").GetString().ShouldBe("accepted");
        return (ingestion.GetProperty("accepted").GetInt32(), ingestion.GetProperty("rejected").GetInt32(), ingestion.GetProperty("added").GetInt32());
    }

    private static async Task<Incident?> StoredAsync(string number) =>
        (await _api.Warehouse.ReadChangesAsync(0, 100_000)).Select(change => change.Incident).SingleOrDefault(incident => incident.Number == number);

    private static async Task<HttpResponseMessage> SendAsync(string body, string? key = null, string query = "")
    {
        using HttpRequestMessage request = new(HttpMethod.Post, $"/api{Path}{query}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return await _api.Client.SendAsync(request);
    }

    private static async Task<JsonElement> CheckedAsync(HttpResponseMessage response, HttpStatusCode expected)
    {
        JsonElement body = await Api.ReadAsync(response);
        response.StatusCode.ShouldBe(expected, body.GetRawText());
        OpenApi.Problems(body, OpenApi.ResponseSchema(Path, "post", (int)expected)).ShouldBeEmpty(body.GetRawText());
        return body;
    }
}
