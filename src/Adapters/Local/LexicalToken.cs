namespace Pipeline.Adapters.Local;

/// <summary>A word of a text as the embedder sees it.</summary>
/// <param name="Word">The word: lower case, accents folded.</param>
/// <param name="Stem">The word without its inflection; equals the word where there is none.</param>
/// <param name="Weight">How much the word tells about the topic, from 0 (nothing) to 1.</param>
/// <param name="IsIdeographic">Whether the word is one or two characters of a script written without spaces.</param>
internal readonly record struct LexicalToken(string Word, string Stem, float Weight, bool IsIdeographic = false);
