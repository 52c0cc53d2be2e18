namespace Pipeline.Clustering;

/// <summary>The parameters of the class-based TF-IDF.</summary>
public sealed record ClassTfIdfOptions
{
    /// <summary>The longest phrase in words, 1 to 3.</summary>
    public int MaxWords { get; init; } = 2;

    /// <summary>Keywords per class, 1 or more.</summary>
    public int Keywords { get; init; } = 10;

    /// <summary>In how many texts a phrase of two or more words must stand to count, 1 or more. Single words always count.</summary>
    public int MinPhraseTexts { get; init; } = 2;

    /// <summary>Words that say nothing, in lower case. Phrases are formed across them.</summary>
    public IReadOnlySet<string> StopWords { get; init; } = Pipeline.Clustering.StopWords.English;

    /// <summary>Checks every parameter against its range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range; the message names it, its value and the range.</exception>
    public void Validate()
    {
        Check(MaxWords is >= 1 and <= 3, nameof(MaxWords), MaxWords, "1 to 3");
        Check(Keywords >= 1, nameof(Keywords), Keywords, "1 or more");
        Check(MinPhraseTexts >= 1, nameof(MinPhraseTexts), MinPhraseTexts, "1 or more");
        Check(StopWords is not null, nameof(StopWords), StopWords, "any set of words");
    }

    private static void Check(bool valid, string name, object? value, string range)
    {
        if (!valid)
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; its range is {range}.");
    }
}
