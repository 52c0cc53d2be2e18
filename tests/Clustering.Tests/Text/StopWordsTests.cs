using System.Collections.Frozen;

namespace Pipeline.Clustering.Tests.Text;

[TestClass]
public sealed class StopWordsTests
{
    [TestMethod]
    [DataRow("Der Drucker ist nicht mit dem Netz verbunden", "der nicht mit dem")]
    [DataRow("La imprimante n'est pas dans le bureau de la direction", "la dans le de pas")]
    [DataRow("La farola de la esquina no se enciende por las noches", "la de por las")]
    [DataRow("A impressora da sala não está ligada na rede", "da na não")]
    [DataRow("Il computer della sala non si accende con questo cavo", "il della con questo")]
    [DataRow("De printer op de gang is niet met het netwerk verbonden", "de op niet met het")]
    [DataRow("Nie mogę się zalogować do systemu przez sieć", "nie się do przez")]
    public void The_function_words_of_the_language_of_the_texts_say_nothing(string text, string silent)
    {
        FrozenSet<string> words = StopWords.Of([text]);
        silent.Split(' ').ShouldAllBe(word => words.Contains(word));
    }

    [TestMethod]
    public void The_words_of_a_language_that_the_texts_are_not_in_may_name_them()
    {
        FrozenSet<string> words = StopWords.Of(["The pod restarts and is not ready after the update", "A pod of the cluster was evicted"]);
        words.ShouldNotContain("pod", StringComparer.Ordinal);
        words.ShouldContain("the", StringComparer.Ordinal);
        StopWords.All.ShouldContain("pod", StringComparer.Ordinal);
    }

    [TestMethod]
    public void A_language_of_a_few_texts_among_many_counts()
    {
        string[] texts = [.. Enumerable.Repeat("The printer is not on the network", 100), "Der Drucker ist mit dem Netz nicht verbunden"];
        StopWords.Of(texts).ShouldContain("dem", StringComparer.Ordinal);
    }

    [TestMethod]
    public void Words_that_all_classes_use_alike_are_found_in_any_language()
    {
        string[] subjects = ["skrivare", "nätverk", "lösenord", "skärm", "tangentbord", "dator", "telefon", "server", "konto"];
        string[] texts = [.. subjects.SelectMany(subject => Enumerable.Range(0, 12).Select(i => i % 3 == 0 ? $"{subject} fungerar" : $"och {subject} på kontoret"))];
        int[] labels = [.. subjects.SelectMany((_, label) => Enumerable.Repeat(label, 12))];
        IReadOnlySet<string> words = SpreadWords.Find(texts, labels);
        words.ShouldBe(["och", "på", "kontoret", "fungerar"], ignoreOrder: true);
    }

    [TestMethod]
    public void Among_a_few_classes_no_word_is_called_spread()
    {
        SpreadWords.Find(["och dator", "och telefon"], [0, 1]).ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => SpreadWords.Find(["a"], [])).Message.ShouldContain("0 labels for 1 texts");
    }
}
