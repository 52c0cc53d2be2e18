namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class TitlePhraseTests
{
    private static readonly Keyword[] Keywords = [new("payment", 0.5), new("card", 0.4), new("possible", 0.3), new("store", 0.05), new("card payment", 0.6)];

    [TestMethod]
    public void The_wording_that_titles_share_is_found_without_numbers_and_hosts() =>
        TitlePhrase.Find(["Card payment not possible in store 113", "card payment not possible at srv-9", "Card payment not possible: till 4", "payment terminal offline"], Keywords)
            .ShouldBe("card payment not possible");

    [TestMethod]
    public void A_phrase_neither_starts_nor_ends_with_a_stop_word() =>
        TitlePhrase.Find(["the card of the store", "the card of the store"], Keywords).ShouldBe("card of the store");

    [TestMethod]
    public void A_phrase_does_not_end_with_a_negation_and_rather_not_starts_with_one()
    {
        Keyword[] keywords = [new("card", 0.4), new("working", 0.4)];
        TitlePhrase.Find(["card is not", "card is not"], keywords).ShouldBeNull();
        TitlePhrase.Find(["not working card", "not working card", "working card", "working card"], keywords).ShouldBe("working card");
    }

    [TestMethod]
    public void What_most_titles_negate_is_not_told_as_its_opposite()
    {
        Keyword[] keywords = [new("hear", 0.4), new("others", 0.4), new("teams", 0.3), new("sound", 0.2)];
        TitlePhrase.Find(["cannot hear others", "cannot hear others"], keywords).ShouldBe("cannot hear others");
        TitlePhrase.Find(["nobody can hear others", "nobody can hear others", "teams no sound", "teams no sound"], keywords).ShouldBe("teams no sound");
    }

    [TestMethod]
    [DataRow("how long does a transfer take", "en", "long", "transfer take")]
    [DataRow("hoe lang een overboeking vandaag", "nl", "lang", "overboeking vandaag")]
    public void A_phrase_does_not_start_in_the_middle_of_a_question(string title, string language, string asked, string phrase)
    {
        IReadOnlySet<string> stopWords = language == "en" ? StopWords.English : StopWords.All;
        Keyword[] keywords = [new(asked, 0.9), .. phrase.Split(' ').Select(word => new Keyword(word, 0.1))];
        TitlePhrase.Find([title, title], keywords, stopWords: stopWords).ShouldBe(phrase);
    }

    [TestMethod]
    public void Words_in_another_order_speak_for_a_phrase_too()
    {
        Keyword[] keywords = [new("password", 0.4), new("reset", 0.4), new("account", 0.4), new("locked", 0.3)];
        TitlePhrase.Find(["password reset", "password reset", "reset of password", "reset password", "account locked", "account locked", "account locked"], keywords).ShouldBe("password reset");
    }

    [TestMethod]
    public void Stop_words_of_other_languages_can_be_given() =>
        TitlePhrase.Find(["de card de la store de", "de card de la store de"], Keywords, stopWords: StopWords.All).ShouldBe("card de la store");

    [TestMethod]
    public void Only_phrases_that_are_accepted_are_found() =>
        TitlePhrase.Find(["card payment in store", "card payment in store"], Keywords, accepts: phrase => !phrase.StartsWith("card", StringComparison.Ordinal)).ShouldBe("payment in store");

    [TestMethod]
    public void A_rare_wording_is_no_name() =>
        TitlePhrase.Find(["card payment slow", .. Enumerable.Range(0, 20).Select(i => $"payment {(char)('a' + i)}x")], Keywords).ShouldBeNull();

    [TestMethod]
    public void Frequent_words_without_weight_are_no_name() =>
        TitlePhrase.Find(["new ticket", "new ticket", "new ticket"], Keywords).ShouldBeNull();

    [TestMethod]
    public void The_order_of_the_titles_does_not_matter()
    {
        string[] titles = ["card payment", "payment card", "card payment", "payment card"];
        TitlePhrase.Find(titles, Keywords).ShouldBe(TitlePhrase.Find([.. titles.Reverse()], Keywords));
    }

    [TestMethod]
    public void Without_titles_there_is_no_phrase() => TitlePhrase.Find([], Keywords).ShouldBeNull();

    [TestMethod]
    [DataRow(0.0)]
    [DataRow(1.5)]
    [DataRow(double.NaN)]
    public void A_share_out_of_range_is_refused(double share) =>
        Should.Throw<ArgumentOutOfRangeException>(() => TitlePhrase.Find([], Keywords, share)).ParamName.ShouldBe("minShare");
}
