using Pipeline.Search;

namespace Pipeline.Tests.Search;

[TestClass]
public sealed class SearchWordsTests
{
    [TestMethod]
    public void Words_are_told_apart_without_regard_to_case_and_diacritics() =>
        SearchWords.Of("Drücker druckt NICHT; drucker, VPN-2 x\u0301y \ud83d\ude00 \ud800").ShouldBe(["drucker", "druckt", "nicht", "vpn", "2", "xy"]);

    [TestMethod]
    public void The_places_of_words_are_those_of_the_text_as_it_is_shown()
    {
        const string text = "Der Drücker: \ud83d\ude00 drucker!";

        IReadOnlyList<IReadOnlyList<int>> places = SearchWords.Places(text, ["drucker", "nowhere"]);

        places.Select(p => text[p[0]..p[1]]).ShouldBe(["Drücker", "drucker"]);
    }
}
