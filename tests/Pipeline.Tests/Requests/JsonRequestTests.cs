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
    [DataRow("""{"yaer": 2026}""", "yaer", "year, name, names")]
    [DataRow("""{"Year": 2026}""", "Year", "year, name, names")]
    [DataRow("""{"year": "2026"}""", "year", "whole number")]
    [DataRow("""{"year": 2026.5}""", "year", "whole number")]
    [DataRow("""{"year": 99999999999}""", "year", "whole number")]
    [DataRow("""{"name": 4}""", "name", "a text")]
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
        (await Should.ThrowAsync<RequestException>(() => ReadAsync(body))).Message.ShouldContain("Fields: year, name, names.");

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

    private static async Task<Sample> ReadAsync(string body)
    {
        using MemoryStream stream = new(Encoding.UTF8.GetBytes(body));
        return await JsonRequest.ReadAsync<Sample>(stream);
    }

    private sealed record Sample(int? Year = null, string? Name = null, IReadOnlyList<string>? Names = null);
}
