using System.Text;
using Pipeline.Requests;

namespace Pipeline.Tests.Requests;

[TestClass]
public sealed class JsonRequestTests
{
    [TestMethod]
    public async Task Fields_are_read_by_name_and_may_be_left_out()
    {
        Sample sample = await ReadAsync("""{"year": 2026, "names": ["a", "b"]}""");

        sample.Year.ShouldBe(2026);
        sample.Name.ShouldBeNull();
        sample.Names.ShouldBe(["a", "b"]);
    }

    [TestMethod]
    [DataRow("")]
    [DataRow(" \r\n")]
    [DataRow("{}")]
    [DataRow("""{"year": null}""")]
    public async Task An_empty_body_leaves_every_field_out(string body) => (await ReadAsync(body)).ShouldBe(new Sample());

    [TestMethod]
    public async Task A_date_and_time_is_read() =>
        (await ReadAsync("""{"moment": "2026-03-01T14:05:00Z"}""")).Moment.ShouldBe(new DateTimeOffset(2026, 3, 1, 14, 5, 0, TimeSpan.Zero));

    [TestMethod]
    [DataRow("""{"\ud800": 1}""")]
    [DataRow("""{"year": 2026, "\udc00": 1, "names": []}""")]
    public async Task A_field_whose_name_is_no_text_is_told(string body) =>
        (await Should.ThrowAsync<RequestException>(() => ReadAsync(body))).Message.ShouldContain("half a character");

    [TestMethod]
    [DataRow("""{"yaer": 2026}""", "yaer", "year, name, names, moment")]
    [DataRow("""{"Year": 2026}""", "Year", "year, name, names, moment")]
    [DataRow("""{"year": "2026"}""", "year", "whole number")]
    [DataRow("""{"year": 2026.5}""", "year", "whole number")]
    [DataRow("""{"year": 99999999999}""", "year", "whole number")]
    [DataRow("""{"name": 4}""", "name", "a text")]
    [DataRow("""{"moment": 4}""", "moment", "a date and time")]
    [DataRow("""{"moment": "yesterday"}""", "moment", "a date and time")]
    [DataRow("""{"moment": "\ud800"}""", "moment", "a date and time")]
    [DataRow("""{"names": "a"}""", "names", "a list of texts")]
    [DataRow("""{"names": ["a", null]}""", "names", "a list of texts")]
    [DataRow("""{"names": {"a": 1}}""", "names", "a list of texts")]
    public async Task A_field_that_cannot_be_read_is_named_with_the_fix(string body, string field, string fix)
    {
        RequestException error = await Should.ThrowAsync<RequestException>(() => ReadAsync(body));

        error.Problem.ShouldBe(RequestProblem.Invalid);
        error.Errors.Keys.ShouldBe([field]);
        error.Errors[field].ShouldHaveSingleItem().ShouldContain(fix);
    }

    [TestMethod]
    public async Task Every_wrong_field_is_named_at_once() =>
        (await Should.ThrowAsync<RequestException>(() => ReadAsync("""{"year": true, "name": 1, "other": 2}"""))).Errors.Keys.ShouldBe(["year", "name", "other"]);

    [TestMethod]
    [DataRow("{")]
    [DataRow("year=2026")]
    [DataRow("""{"year": 1, "year": 2}""")]
    [DataRow("{} {}")]
    public async Task What_is_not_json_is_refused_with_the_fields_that_there_are(string body) =>
        (await Should.ThrowAsync<RequestException>(() => ReadAsync(body))).Message.ShouldContain("Fields: year, name, names, moment.");

    [TestMethod]
    [DataRow("[]", "array")]
    [DataRow("\"text\"", "text")]
    [DataRow("null", "null")]
    public async Task What_is_no_object_is_refused(string body, string kind) =>
        (await Should.ThrowAsync<RequestException>(() => ReadAsync(body))).Message.ShouldContain($"JSON {kind}; it must be an object");

    [TestMethod]
    public async Task A_body_that_is_too_long_is_not_read_to_its_end()
    {
        using MemoryStream body = new(new byte[JsonRequest.LongestBody * 3]);

        (await Should.ThrowAsync<RequestException>(() => JsonRequest.ReadAsync<Sample>(body))).Problem.ShouldBe(RequestProblem.TooLarge);

        body.Position.ShouldBeLessThan(body.Length);
    }

    [TestMethod]
    public async Task An_answer_to_ninety_thousand_unknown_fields_is_short()
    {
        string body = $"{{{string.Join(',', Enumerable.Range(0, 90_000).Select(i => $"\"f{i}\":1"))}}}";

        RequestException error = await Should.ThrowAsync<RequestException>(() => ReadAsync(body));

        error.Message.ShouldBe("The body has fields that cannot be read: f0, f1, f2, f3, f4, f5, f6, f7, f8, f9 and 89990 more.");
        error.Errors.Count.ShouldBe(10);
    }

    [TestMethod]
    public async Task A_fields_name_is_cut_in_the_answer()
    {
        RequestException error = await Should.ThrowAsync<RequestException>(() => ReadAsync($"{{\"{new string('x', 100_000)}\":1}}"));

        error.Message.Length.ShouldBeLessThan(200);
        error.Errors.Keys.ShouldHaveSingleItem().ShouldBe($"{new string('x', 60)}...");
    }

    [TestMethod]
    public void A_query_parameter_that_is_not_read_is_refused_with_those_that_are()
    {
        Should.Throw<RequestException>(() => RequestFields.Require(["page", "sise"], ["page", "pageSize"])).Errors["sise"].ShouldBe(["There is no such parameter. Parameters: page, pageSize."]);
        Should.Throw<RequestException>(() => RequestFields.Require(["page"], [])).Errors["page"].ShouldBe(["There is no such parameter. This address takes none."]);
        RequestFields.Require(["PAGE"], ["page"]);
    }

    private static async Task<Sample> ReadAsync(string body)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(body));
        return await JsonRequest.ReadAsync<Sample>(stream);
    }

    private sealed record Sample(int? Year = null, string? Name = null, IReadOnlyList<string>? Names = null, DateTimeOffset? Moment = null);
}
