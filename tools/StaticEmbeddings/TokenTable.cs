using System.Numerics.Tensors;
using System.Text;
using Pipeline.Adapters.Onnx;
using Pipeline.Clustering;

namespace Pipeline.StaticEmbeddings;

/// <summary>
/// A vector for each token of a sentence model's vocabulary, so that a text's vector is the sum of its tokens' (Model2Vec, Tulkens and van Dongen 2024): what the model
/// answers for the token alone, its first principal components, weighted by how rare the token is (smooth inverse frequency, Arora et al. 2017), in signed bytes with one scale a token.
/// </summary>
internal static class TokenTable
{
    /// <summary>Values per token.</summary>
    public const int Dimensions = 256;

    // The vocabulary is ordered by frequency from this number on; before it are marks and reserved places, which get no vector.
    private const int FirstToken = 999;
    private const double Smoothing = 1e-4;

    // The sum of 1/rank over the vocabulary: a frequency is 1/rank over this (Zipf's law).
    private const double Ranks = 10.9;

    private const int Batch = 256;
    private const int LargestValue = 127;

    /// <summary>Makes the table. The same on every run on one machine; where the processor computes in another order, a value may differ by one step of its scale.</summary>
    /// <param name="modelPath">The model's file.</param>
    /// <param name="vocabulary">The model's tokens in the order of their numbers.</param>
    /// <param name="threads">Threads to compute on.</param>
    /// <returns>The arrays <c>tokens</c> (the vocabulary in UTF-8, one token a line), <c>scales</c> (one a token) and <c>vectors</c> (tokens x <see cref="Dimensions"/>).</returns>
    public static IReadOnlyDictionary<string, SafeTensor> Make(string modelPath, string[] vocabulary, int threads)
    {
        using SentenceModel model = new(modelPath, threads);
        float[] answers = Ask(model, vocabulary);

        // With all components the analysis is exact; the first are then taken.
        PcaModel pca = Pca.Fit(answers, model.Dimensions, model.Dimensions, maxDegreeOfParallelism: threads);
        float[] scores = pca.Transform(answers, threads);
        float[] scales = new float[vocabulary.Length];
        byte[] values = new byte[vocabulary.Length * Dimensions];
        for (int token = FirstToken; token < vocabulary.Length; token++)
        {
            Span<float> vector = scores.AsSpan((token - FirstToken) * pca.ComponentCount, Dimensions);
            TensorPrimitives.Multiply(vector, (float)Weight(token), vector);
            scales[token] = MathF.Abs(TensorPrimitives.MaxMagnitude<float>(vector)) / LargestValue;
            for (int d = 0; d < Dimensions; d++)
            {
                values[(token * Dimensions) + d] = (byte)(sbyte)MathF.Round(vector[d] / scales[token]);
            }
        }

        byte[] tokens = Encoding.UTF8.GetBytes(string.Join('\n', vocabulary));
        return new Dictionary<string, SafeTensor>(StringComparer.Ordinal)
        {
            ["tokens"] = SafeTensor.From<byte>(tokens, tokens.Length),
            ["scales"] = SafeTensor.From<float>(scales, scales.Length),
            ["vectors"] = new SafeTensor("I8", [vocabulary.Length, Dimensions], values),
        };
    }

    /// <summary>What the model answers for each token alone, between the marks of a text's begin and end.</summary>
    private static float[] Ask(SentenceModel model, string[] vocabulary)
    {
        long begin = Array.IndexOf(vocabulary, "[CLS]");
        long end = Array.IndexOf(vocabulary, "[SEP]");
        float[] answers = new float[(vocabulary.Length - FirstToken) * model.Dimensions];
        for (int first = FirstToken; first < vocabulary.Length; first += Batch)
        {
            long[] ids = [.. Enumerable.Range(first, Math.Min(Batch, vocabulary.Length - first)).SelectMany(token => (long[])[begin, token, end])];
            model.Pool(ids, 3).CopyTo(answers.AsSpan((first - FirstToken) * model.Dimensions));
        }

        return answers;
    }

    private static double Weight(int token) => Smoothing / (Smoothing + (1 / ((token - FirstToken + 1) * Ranks)));
}
