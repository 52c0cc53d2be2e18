namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class ClassTfIdfTests
{
    [TestMethod]
    public void What_a_question_of_degree_asks_for_is_no_keyword() =>
        ClassTfIdf.Keywords(["how long does the delivery take", "long delivery"], [0, 1])[0].ShouldNotContain(keyword => keyword.Term.Contains("long"));

    [TestMethod]
    public void The_weight_is_the_formula_of_the_paper()
    {
        // Class 0 has 3 words, class 1 has 5: A = 4. "printer" stands 2 times, "vpn" 4 times.
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(["printer printer vpn", "vpn vpn vpn tunnel router"], [0, 1], new ClassTfIdfOptions { MaxWords = 1 });
        Weight(keywords[0], "printer").ShouldBe(2.0 / 3 * Math.Log(1 + (4.0 / 2)), 1e-12);
        Weight(keywords[0], "vpn").ShouldBe(1.0 / 3 * Math.Log(1 + (4.0 / 4)), 1e-12);
        Weight(keywords[1], "vpn").ShouldBe(3.0 / 5 * Math.Log(1 + (4.0 / 4)), 1e-12);
        Weight(keywords[1], "tunnel").ShouldBe(1.0 / 5 * Math.Log(1 + 4.0), 1e-12);
    }

    [TestMethod]
    public void Keywords_set_their_class_apart()
    {
        string[] texts = ["Please reset my password", "Password reset needed for the portal", "password reset, account locked", "Printer is out of toner", "The printer jams", "toner low on printer"];
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(texts, [4, 4, 4, 7, 7, 7]);
        keywords.Keys.ShouldBe([4, 7]);
        keywords[4].Select(keyword => keyword.Term).ShouldContain("password reset", StringComparer.Ordinal);
        keywords[7][0].Term.ShouldBe("printer");
        keywords[4].ShouldAllBe(keyword => keyword.Weight > 0);
    }

    [TestMethod]
    public void Phrases_skip_stop_words_but_do_not_cross_punctuation()
    {
        string[] texts = ["reset of the password. Laptop slow", "reset of the password. Laptop slow"];
        string[] terms = [.. ClassTfIdf.Keywords(texts, [0, 0])[0].Select(keyword => keyword.Term)];
        terms.ShouldContain("reset password", StringComparer.Ordinal);
        terms.ShouldNotContain("password laptop", StringComparer.Ordinal);
    }

    [TestMethod]
    [DataRow("the badge is not working")]
    [DataRow("the badge isn't working")]
    [DataRow("the badge has not been working")]
    public void A_negation_stays_with_its_word(string text)
    {
        string[] terms = [.. ClassTfIdf.Keywords([text, text], [0, 0])[0].Select(keyword => keyword.Term)];
        terms.ShouldContain("badge not working", StringComparer.Ordinal);
        terms.ShouldNotContain("working", StringComparer.Ordinal);
        terms.ShouldNotContain("not", StringComparer.Ordinal);
    }

    [TestMethod]
    public void A_phrase_of_a_single_text_does_not_count()
    {
        string[] terms = [.. ClassTfIdf.Keywords(["disk full", "disk broken", "disk full"], [0, 0, 0])[0].Select(keyword => keyword.Term)];
        terms.ShouldContain("disk full", StringComparer.Ordinal);
        terms.ShouldNotContain("disk broken", StringComparer.Ordinal);
        terms.ShouldContain("broken", StringComparer.Ordinal);
    }

    [TestMethod]
    public void Phrases_of_three_words_are_an_option()
    {
        string[] texts = ["job scheduler failed", "job scheduler failed"];
        ClassTfIdf.Keywords(texts, [0, 0])[0].ShouldNotContain(keyword => keyword.Term == "job scheduler failed");
        ClassTfIdf.Keywords(texts, [0, 0], new ClassTfIdfOptions { MaxWords = 3 })[0].ShouldContain(keyword => keyword.Term == "job scheduler failed");
    }

    [TestMethod]
    public void Noise_gets_no_keywords_but_lowers_the_weight_of_its_words()
    {
        IReadOnlyDictionary<int, IReadOnlyList<Keyword>> keywords = ClassTfIdf.Keywords(["server crash", "server noise server", "server other"], [0, -1, -3]);
        keywords.Keys.ShouldBe([0]);
        keywords[0][0].Term.ShouldBe("crash");
    }

    [TestMethod]
    public void Stop_words_can_be_replaced()
    {
        ClassTfIdfOptions options = new() { StopWords = new HashSet<string>(StringComparer.Ordinal) { "drucker" }, MaxWords = 1 };
        ClassTfIdf.Keywords(["the drucker"], [0], options)[0].Select(keyword => keyword.Term).ShouldBe(["the"]);
    }

    [TestMethod]
    public void Ties_are_in_ordinal_order_whatever_the_order_of_the_texts()
    {
        IReadOnlyList<Keyword> one = ClassTfIdf.Keywords(["beta", "alpha", "gamma"], [0, 0, 0])[0], other = ClassTfIdf.Keywords(["gamma", "beta", "alpha"], [0, 0, 0])[0];
        one.Select(keyword => keyword.Term).ShouldBe(["alpha", "beta", "gamma"]);
        other.ShouldBe(one);
    }

    [TestMethod]
    public void Ready_made_words_are_taken_as_they_are()
    {
        IReadOnlyList<string>[] texts = [["disk", "c:", "full"], ["disk", "c:", "full"]];
        ClassTfIdf.Keywords(texts, [0, 0])[0].Select(keyword => keyword.Term).ShouldContain("disk c:", StringComparer.Ordinal);
    }

    [TestMethod]
    public void A_class_without_words_has_no_keywords()
    {
        ClassTfIdf.Keywords(["", "12 34 !"], [0, 1]).Values.ShouldAllBe(keywords => keywords.Count == 0);
        ClassTfIdf.Keywords(Array.Empty<string>(), []).ShouldBeEmpty();
    }

    [TestMethod]
    public void Bad_input_is_refused_by_name()
    {
        Should.Throw<ArgumentException>(() => ClassTfIdf.Keywords(["a"], [])).Message.ShouldContain("0 labels for 1 texts");
        Should.Throw<ArgumentException>(() => ClassTfIdf.Keywords(["a"], [0], new ClassTfIdfOptions { MaxWords = 4 })).Message.ShouldContain("MaxWords is 4");
        Should.Throw<ArgumentException>(() => ClassTfIdf.Keywords(["a"], [0], new ClassTfIdfOptions { Keywords = 0 })).Message.ShouldContain("Keywords is 0");
        Should.Throw<ArgumentException>(() => ClassTfIdf.Keywords(["a"], [0], new ClassTfIdfOptions { MinPhraseTexts = 0 })).Message.ShouldContain("MinPhraseTexts is 0");
    }

    private static double Weight(IEnumerable<Keyword> keywords, string term) =>
        keywords.Single(keyword => string.Equals(keyword.Term, term, StringComparison.Ordinal)).Weight;
}
