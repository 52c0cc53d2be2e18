namespace Pipeline.Adapters.Local.Tests;

[TestClass]
public sealed class WordPieceTests
{
    // The vocabulary of the BERT authors' own tests.
    private static readonly string[] Small = ["[UNK]", "[CLS]", "[SEP]", "want", "##want", "##ed", "wa", "un", "runn", "##ing", ",", "low", "lowest"];

    [TestMethod]
    [DataRow("UNwant\u00E9d,running", "un ##want ##ed , runn ##ing")]
    [DataRow("unwanted running", "un ##want ##ed runn ##ing")]
    [DataRow("unwantedX running", "[UNK] runn ##ing")]
    [DataRow("UNwant\u0065\u0301d", "un ##want ##ed")]
    [DataRow("un\tlow\u00A0low\u3000un", "un low low un")]
    [DataRow("un\u0000low\u200Bun", "[UNK]")]
    [DataRow("lo\u00ADw", "low")]
    [DataRow("", "")]
    public void Words_are_cut_into_the_longest_pieces_of_the_vocabulary(string text, string tokens) => Cut(new WordPiece(Small), Small, text).ShouldBe(tokens);

    [TestMethod]
    [DataRow("I have a new GPU!", "i have a new gp ##u !")]
    [DataRow("tokenization", "token ##ization")]
    [DataRow("Embeddings", "em ##bed ##ding ##s")]
    [DataRow("don't", "don ' t")]
    [DataRow("error 0x80070005", "error 0 ##x ##80 ##0 ##70 ##00 ##5")]
    [DataRow("Z\u00FCrich \u0130zmir", "zurich i ##z ##mir")]
    [DataRow("\u6771\u4EAC\u6253", "\u6771 \u4EAC [UNK]")]
    [DataRow("a\uD83D\uDE00b", "[UNK]")]
    [DataRow("cannot print to <ip> <user>", "cannot print to")]
    public void The_tables_own_vocabulary_cuts_as_that_of_the_model(string text, string tokens) => Cut(StaticTable.Instance.Tokens, StaticTable.Instance.Vocabulary, text).ShouldBe(tokens);

    [TestMethod]
    public void A_word_longer_than_a_hundred_characters_is_unknown() => Cut(new WordPiece(Small), Small, new string('l', 101)).ShouldBe("[UNK]");

    [TestMethod]
    public void Many_threads_get_what_one_gets()
    {
        WordPiece words = StaticTable.Instance.Tokens;
        string[] texts = [.. Enumerable.Range(0, 2_000).Select(i => $"srvapp{i} unreachable since {i}, r\u00E9sum\u00E9 lost")];
        List<int>[] expected = [.. texts.Select(words.Encode)];

        Parallel.For(0, texts.Length, i => words.Encode(texts[i]).ShouldBe(expected[i]));
    }

    [TestMethod]
    public void A_vocabulary_without_the_token_of_the_unknown_is_refused() =>
        Should.Throw<InvalidDataException>(() => new WordPiece(["a", "b"])).Message.ShouldContain("[UNK]");

    [TestMethod]
    public void A_vocabulary_with_a_token_twice_is_refused() =>
        Should.Throw<InvalidDataException>(() => new WordPiece(["[UNK]", "a", "a"])).Message.ShouldContain("'a' twice");

    private static string Cut(WordPiece words, IReadOnlyList<string> vocabulary, string text) => string.Join(' ', words.Encode(text).Select(id => vocabulary[id]));
}
