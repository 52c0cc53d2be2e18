using Pipeline.Corrections;
using Pipeline.Tests.Support;

namespace Pipeline.Tests.Corrections;

[TestClass]
public sealed class TransferCorrectionsTests
{
    private const string Start = "\"id\":\"00000000000000000000000000000004\",\"at\":\"2026-01-01T00:00:00Z\",\"by\":\"x\"";

    [TestMethod]
    [DataRow("\"kind\":\"rename\",\"tickets\":[],\"erasedTickets\":1", "tickets does not belong")]
    [DataRow("\"kind\":\"rename\",\"problem\":0", "text is missing")]
    [DataRow("\"kind\":\"rename\",\"problem\":0,\"text\":\"\\u200b\"", "text is blank")]
    [DataRow("\"kind\":\"move\",\"problem\":0,\"tickets\":[null]", "each with its number")]
    [DataRow("\"kind\":\"split\",\"problem\":0,\"variants\":[1],\"newProblem\":2147483647", "1000001 to 1999999999")]
    [DataRow("\"kind\":\"undo\",\"undoes\":\"00000000000000000000000000000001\",\"text\":\"surplus\"", "undoes is all that an undo has")]
    [DataRow("\"kind\":\"rename\",\"problem\":0,\"text\":\"a\",\"undoes\":\"00000000000000000000000000000001\"", "undoes belongs to an undo")]
    public async Task A_line_that_says_too_much_or_too_little_is_named_and_the_others_are_taken(string fields, string expected)
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        string sound = $$$"""{"techCenter":"{{{SmallCompany.TechCenter}}}","correction":{"id":"00000000000000000000000000000009","at":"2026-01-01T00:00:00Z","by":"x","kind":"note","problem":0,"text":"Taken"}}""";

        ImportedCorrections imported = await new TransferCorrections(company.CorrectionLog, company.Correct).ImportAsync(
            new StringReader($$$"""{"techCenter":"{{{SmallCompany.TechCenter}}}","correction":{ {{{Start}}},{{{fields}}} }}""" + "\n" + sound), "bob");

        (imported.Added, imported.Refused).ShouldBe((1, 1));
        imported.Lines.Single().ShouldSatisfyAllConditions(line => line.Line.ShouldBe(1), line => line.Reason.ShouldContain(expected));
    }

    [TestMethod]
    public async Task A_log_that_holds_a_correction_without_what_its_kind_needs_shows_it_as_a_conflict_and_answers()
    {
        await using SmallCompany company = await SmallCompany.TrainedAsync();
        await company.CorrectionLog.AddAsync(SmallCompany.TechCenter, _ => [new Correction { Id = new string('d', 32), At = DateTimeOffset.UnixEpoch, By = "x", Kind = CorrectionKind.Rename }]);

        CorrectionPage page = await company.Corrections.ListAsync(SmallCompany.TechCenter, null, null, null, null);

        page.Corrections.ShouldHaveSingleItem().Conflict!.What.ShouldContain("lacks a field");
    }
}
