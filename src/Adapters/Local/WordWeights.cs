using System.Collections.Frozen;

namespace Pipeline.Adapters.Local;

/// <summary>
/// How much single words tell about a text's topic: a prior that stands in for document frequencies, which a stateless embedder cannot know.
/// English only; a word of another language counts in full unless it is a number.
/// </summary>
internal static class WordWeights
{
    /// <summary>The weight of function words, greetings and auxiliaries. Not zero: short questions differ by them.</summary>
    public const float Function = 0.3f;

    /// <summary>The weight of words that occur in requests of any kind, of question words and of negations.</summary>
    public const float Filler = 0.5f;

    /// <summary>The weight of every other word.</summary>
    public const float Content = 1f;

    private const string FunctionWords =
        """
        a about all also am an and any are as at be because been being between both but by can could dear did do does doing done during each even
        ever few for from get gets getting got had has have having he hello her here hers hey hi him his hope i id if ill im in into is it its ive
        just kindly let lets lot madam many may me might mine more most much must my myself nor of ok okay on once only onto or other our ours over
        own per please regards same shall she should since sir so some such team than thank thanks that the their theirs them then there these they
        this those through to too under upon us very via was we were while whom whose will with would yes you your yours
        """;

    private const string FillerWords =
        """
        able advise after again already anything back before cannot come everything explain find found give given go goes going happen happened
        happening happens help how info information issue keep know like long look looking made make makes need needs new not now off out possible
        problem question really reason say says see seem seems something still sure take tell thing things think time today tried try trying until
        up use used using want wanted way what when where which who why without wonder wondering would yesterday yet
        """;

    /// <summary>Words that say the same about a problem, the one they are known by first: negations, and spellings of what tickets are about most.</summary>
    private const string SynonymGroups =
        """
        not no dont doesnt didnt isnt arent wasnt werent hasnt havent hadnt wont wouldnt shouldnt
        cannot cant couldnt unable
        password pwd pw passwd
        login logon signin signon
        account acct
        application app apps
        """;

    private static readonly FrozenDictionary<string, string> Synonyms = ReadSynonyms();
    private static readonly FrozenDictionary<string, float> Weights = Read();

    /// <summary>The weight of a lower-case word without apostrophes.</summary>
    public static float Of(string word) => Weights.GetValueOrDefault(word, Content);

    /// <summary>The word under which a lower-case word without apostrophes is known here.</summary>
    public static string Canonical(string word) => Synonyms.GetValueOrDefault(word, word);

    private static FrozenDictionary<string, float> Read()
    {
        Dictionary<string, float> weights = new(StringComparer.Ordinal);
        foreach (string word in Split(FillerWords))
            weights[word] = Filler;

        foreach (string word in Split(FunctionWords))
            weights[word] = Function;

        return weights.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static FrozenDictionary<string, string> ReadSynonyms()
    {
        Dictionary<string, string> synonyms = new(StringComparer.Ordinal);
        foreach (string[] group in SynonymGroups.Split('\n').Select(Split))
        {
            foreach (string word in group[1..])
                synonyms[word] = group[0];
        }

        return synonyms.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string[] Split(string words) => words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
