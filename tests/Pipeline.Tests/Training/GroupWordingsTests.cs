using Pipeline.Training;

namespace Pipeline.Tests.Training;

[TestClass]
public sealed class GroupWordingsTests
{
    [TestMethod]
    public void Groups_of_which_most_titles_say_the_same_are_one()
    {
        string[][] groups =
        [
            ["Job alpha failed in scheduler at night", "Job beta failed in scheduler at noon", "Job gamma failed in scheduler"],
            ["Printer on floor three shows a paper jam", "paper jam in the printer", "Printer: paper jam again"],
            ["Job delta failed in scheduler", "job epsilon failed in scheduler again", "Job zeta failed in scheduler"],
        ];

        Wordings(groups).SayingTheSame().ShouldBe([0, 1, 0]);
    }

    [TestMethod]
    public void Groups_that_share_a_part_of_what_they_say_stay_apart()
    {
        string[][] groups =
        [
            ["Account locked after too many attempts", "Account locked after many attempts", "account locked after attempts"],
            ["Account missing for new colleague", "new colleague: account missing", "Account missing for the new colleague"],
        ];

        Wordings(groups).SayingTheSame().ShouldBe([0, 1]);
    }

    [TestMethod]
    public void Groups_whose_titles_share_nothing_are_never_one() =>
        Wordings([["alpha beta", "gamma delta", "epsilon zeta"], ["eta theta", "iota kappa", "lambda mu"]]).SayingTheSame().ShouldBe([0, 1]);

    [TestMethod]
    public void What_few_texts_of_a_group_have_is_no_word_of_its_name()
    {
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => i == 0 ? $"mailbox full {string.Join(' ', Enumerable.Repeat("umbrella", 30))}" : "mailbox full since today")];

        Wordings([texts, ["vpn down", "vpn down again"]]).Keywords[0].ShouldNotContain(keyword => keyword.Term.Contains("umbrella", StringComparison.Ordinal));
    }

    [TestMethod]
    public void What_texts_of_elsewhere_have_too_tells_no_group()
    {
        string[] texts = ["laptop battery", "laptop battery", "mailbox quota", "mailbox quota"];
        int[] groups = [0, 0, 1, 1];

        Strongest(GroupWordings.Of(texts, groups, 2)).ShouldBe("battery");
        Strongest(GroupWordings.Of(texts, groups, 2, [.. Enumerable.Range(0, 50).Select(i => $"battery of device {i}")])).ShouldBe("laptop");
        Strongest(GroupWordings.Of(texts, groups, 2, [.. Enumerable.Range(0, 50).Select(i => $"laptop of person {i}")])).ShouldBe("battery");

        static string Strongest(GroupWordings wordings) => wordings.Keywords[0].First(keyword => !keyword.Term.Contains(' ', StringComparison.Ordinal)).Term;
    }

    private static GroupWordings Wordings(string[][] groups) =>
        GroupWordings.Of([.. groups.SelectMany(group => group)], [.. groups.SelectMany((group, number) => group.Select(_ => number))], groups.Length);
}
