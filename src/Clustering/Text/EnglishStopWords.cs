using System.Collections.Frozen;

namespace Pipeline.Clustering;

/// <summary>English words that say nothing about a text's subject: articles, pronouns, prepositions, auxiliaries, common adverbs and courtesies.</summary>
public static class EnglishStopWords
{
    private const string Words = """
        a an the this that these those such same other another each every either neither both all any some no none one ones own few more most much many
        i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they them their theirs
        themselves someone somebody anyone anybody everyone everybody nobody something anything everything nothing who whom whose which what where when why how
        and or but nor so yet if then else than because while although though unless until since whether as
        of at by for with within without about against between into through during before after above below to from up down in out on off over under again upon
        per via toward towards across along around behind beside besides near onto among
        am is are was were be been being have has had having do does did doing done will would shall should can could may might must ought
        it's i'm i've i'd i'll you're you've you'll he's she's we're we've they're they've that's there's what's let's
        here there now just only also even still already always never ever often sometimes usually very too really quite rather almost maybe perhaps
        further once twice however therefore thus hence otherwise instead etc eg ie vs
        hi hello hey dear thanks thank thankyou thx please pls plz kindly regards sincerely cheers sorry greetings
        get gets got getting go goes going went want wants wanted need needs needed like know let make makes made see seems seem try tried trying use used using
        yes ok okay well able due re fw fwd cc www http https com mailto
        """;

    /// <summary>The words, in lower case.</summary>
    public static FrozenSet<string> All { get; } =
        Words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
