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

    /// <summary>The weight of words that occur in requests of any kind.</summary>
    public const float Filler = 0.5f;

    /// <summary>The weight of every other word.</summary>
    public const float Content = 1f;

    private const string FunctionWords =
        """
        a about after again all already also am an and any are arent as at be because been before being between both but by can cant could couldnt
        dear did didnt do does doesnt doing done dont during each even ever few for from get gets getting got had hadnt has hasnt have havent having
        he hello her here hers hey hi him his hope how i id if ill im in into is isnt it its ive just kindly let lets lot madam many may me might
        mine more most much must my myself nor of off ok okay on once only onto or other our ours out over own per please regards same shall she
        should shouldnt since sir so some still such team than thank thanks that the their theirs them then there these they this those through to
        too under until up upon us very via was wasnt we were what when where which while who whom whose why will with wont would wouldnt yes yet
        you your yours
        """;

    private const string FillerWords =
        """
        able advise anything come everything explain find found give given go goes going happen happened happening happens help info information
        issue keep know like long look looking made make makes need needs new now possible problem question really reason say says see seem seems
        something sure take tell thing things think time today tried try trying unable use used using want wanted way wonder wondering would
        yesterday
        """;

    private static readonly FrozenDictionary<string, float> Weights = Read();

    /// <summary>The weight of a lower-case word without apostrophes.</summary>
    public static float Of(string word) => Weights.GetValueOrDefault(word, Content);

    private static FrozenDictionary<string, float> Read()
    {
        Dictionary<string, float> weights = new(StringComparer.Ordinal);
        foreach (string word in Split(FillerWords))
            weights[word] = Filler;

        foreach (string word in Split(FunctionWords))
            weights[word] = Function;

        return weights.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static string[] Split(string words) => words.Split((char[])[' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries);
}
