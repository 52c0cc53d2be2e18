using System.Globalization;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class ClusterNamesTests
{
    [TestMethod]
    [DataRow("password 0.30; reset 0.28; password reset 0.25; account 0.05", "password reset")]
    [DataRow("job 0.2; job scheduler 0.18; scheduler failed 0.17; failed 0.15", "job scheduler failed")]
    [DataRow("scheduler failed 0.18; job scheduler 0.17", "job scheduler failed")]
    [DataRow("printer 0.3; printers 0.28; toner 0.2", "printer toner")]
    [DataRow("verify identity 0.3; verification 0.2; identity verification 0.19", "verify identity")]
    [DataRow("card not working 0.2; not working 0.19; card 0.1", "card not working")]
    [DataRow("vpn 0.4", "vpn")]
    [DataRow("server 0.3; database 0.05", "server database")]
    [DataRow("alpha 0.2; bravo 0.2; charlie 0.2; delta 0.2; echo 0.2", "alpha bravo charlie delta")]
    [DataRow("", "")]
    public void A_name_is_made_of_the_strongest_keywords(string keywords, string expected)
    {
        Keyword[] list = Parse(keywords);
        ClusterNames.Compose(list).ShouldBe(expected);
        ClusterNames.Compose(list.Reverse()).ShouldBe(expected);
    }

    [TestMethod]
    public void A_negation_stays_with_its_word() =>
        ClusterNames.Compose(Parse("printer 0.3; print 0.28; not printing 0.2; problem 0.1")).ShouldBe("printer not printing");

    [TestMethod]
    public void The_words_of_a_name_are_in_the_order_of_the_texts()
    {
        string[][] texts = [["the", "outlook", "address", "book"], ["outlook", "is", "not", "working"], ["address", "in", "outlook", "book"], ["outlook", "address"]];
        ClusterNames.InOrder("book address outlook", texts).ShouldBe("outlook address book");
        ClusterNames.InOrder("not working outlook", texts).ShouldBe("outlook not working");
        ClusterNames.InOrder("one two", texts).ShouldBe("one two");
    }

    [TestMethod]
    public void A_further_word_stands_before_or_behind_the_name_as_in_the_texts()
    {
        string[][] texts = [["full", "outlook", "mailbox", "locked"]];
        ClusterNames.Extend("outlook mailbox", "full", texts).ShouldBe("full outlook mailbox");
        ClusterNames.Extend("outlook mailbox", "locked", texts).ShouldBe("outlook mailbox locked");
        ClusterNames.Extend("outlook mailbox", "other", texts).ShouldBe("outlook mailbox other");
    }

    [TestMethod]
    public void A_name_is_no_longer_than_asked_for()
    {
        Keyword[] list = Parse("alpha bravo 0.2; charlie 0.2; delta echo foxtrot 0.2");
        ClusterNames.Compose(list, 1).ShouldBe("charlie");
        ClusterNames.Compose(list, 2).ShouldBe("alpha bravo");
        Should.Throw<ArgumentException>(() => ClusterNames.Compose(list, 0)).Message.ShouldContain("1 word or more");
    }

    [TestMethod]
    [DataRow("fails", "failed", true)]
    [DataRow("connection", "connecting", true)]
    [DataRow("queries", "query", true)]
    [DataRow("verify", "verification", true)]
    [DataRow("stopped", "stopping", true)]
    [DataRow("server", "service", false)]
    [DataRow("status", "state", false)]
    [DataRow("transfer", "transaction", false)]
    [DataRow("access", "acces", false)]
    public void Inflections_of_a_word_are_recognised(string first, string second, bool same)
    {
        WordStem.Same(WordStem.Of(first), WordStem.Of(second)).ShouldBe(same);
    }

    [TestMethod]
    public void Real_questions_about_cards_get_names_that_say_what_they_are_about()
    {
        string[] lines = [.. File.ReadLines(SharedFiles.Require("data/banking77_train.csv")).Skip(1).Where(line => line.Contains(',', StringComparison.Ordinal) && line[0] != '"')];
        (string Category, string Name)[] expected = [("change_pin", "change pin"), ("exchange_rate", "exchange rates"), ("declined_transfer", "transfer declined"), ("card_not_working", "card not working")];
        string[] categories = [.. lines.Select(line => line[(line.LastIndexOf(',') + 1)..]).Distinct(StringComparer.Ordinal)];
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(
            [.. lines.Select(line => line[..line.LastIndexOf(',')])],
            [.. lines.Select(line => Array.IndexOf(categories, line[(line.LastIndexOf(',') + 1)..]))]);
        foreach ((string category, string name) in expected)
            ClusterNames.Compose(keywords[Array.IndexOf(categories, category)]).ShouldBe(name);
    }

    private static Keyword[] Parse(string keywords) =>
        [.. keywords.Split("; ", StringSplitOptions.RemoveEmptyEntries).Select(entry => new Keyword(entry[..entry.LastIndexOf(' ')], double.Parse(entry[(entry.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture)))];
}
