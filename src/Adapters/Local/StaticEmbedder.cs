namespace Pipeline.Adapters.Local;

/// <summary>
/// Embeds texts by the meaning of their words: the sum of a vector per token of an English vocabulary, made beforehand from the sentence model all-MiniLM-L6-v2
/// (Model2Vec, Tulkens and van Dongen 2024). Needs no network; the table is part of this assembly. Words of other languages are known by their parts only.
/// A text without any known token outside mask tokens gets the zero vector.
/// </summary>
/// <param name="maxDegreeOfParallelism">How many threads a batch may use; 0 for all processors.</param>
public sealed class StaticEmbedder(int maxDegreeOfParallelism = 0) : LocalEmbedder("static", $"static-minilm-{StaticTable.Dimensions}-v{AlgorithmVersion}", StaticTable.Dimensions, maxDegreeOfParallelism)
{
    /// <summary>Changes whenever any text's vector may change, so that vectors of two algorithms are never mixed.</summary>
    private const int AlgorithmVersion = 1;

    /// <inheritdoc />
    public override float[] Embed(string text)
    {
        float[] vector = new float[StaticTable.Dimensions];
        foreach (int token in StaticTable.Instance.Tokens.Encode(text))
            StaticTable.Instance.Add(token, vector);

        Normalise(vector);
        return vector;
    }
}
