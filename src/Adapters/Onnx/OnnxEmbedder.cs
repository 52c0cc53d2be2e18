using System.Security.Cryptography;
using Pipeline.Adapters.Local;

namespace Pipeline.Adapters.Onnx;

/// <summary>
/// Embeds texts with a sentence model of the BERT family in the ONNX format, such as all-MiniLM-L6-v2, in single precision on the processor: the mean of the last hidden states at
/// unit length. Texts of equal token length are computed together and nothing is padded, so that a text's vector does not depend on its neighbours. Needs no network.
/// A text without any token outside mask tokens gets the zero vector.
/// </summary>
public sealed class OnnxEmbedder : LocalEmbedder
{
    /// <summary>The file of the model in its folder.</summary>
    public const string ModelFile = "model.onnx";

    /// <summary>The file of the model's vocabulary in its folder, one token a line.</summary>
    public const string VocabularyFile = "vocab.txt";

    /// <summary>Changes whenever any text's vector may change, so that vectors of two algorithms are never mixed.</summary>
    private const int AlgorithmVersion = 1;

    // The length that sentence models of this family were trained for; the rest of a longer text is not read.
    private const int MostTokens = 256;

    // Bounds the memory of a batch: about 200 MB with 12 heads at the greatest length.
    private const int TokensPerBatch = 4_096;

    private readonly SentenceModel _model;
    private readonly WordPiece _words;
    private readonly int _begin;
    private readonly int _end;

    private OnnxEmbedder(SentenceModel model, WordPiece words, string modelId, int threads)
        : base("onnx", modelId, model.Dimensions, threads)
    {
        _model = model;
        _words = words;
        _begin = words.IdOf("[CLS]");
        _end = words.IdOf("[SEP]");
    }

    /// <summary>Loads a model.</summary>
    /// <param name="folder">A folder with <c>model.onnx</c> and <c>vocab.txt</c>, as sentence models are published.</param>
    /// <param name="maxDegreeOfParallelism">How many threads may be used; 0 for all processors.</param>
    /// <returns>The embedder; the name of its vectors holds a hash of the model, so that those of two models are never mixed.</returns>
    /// <exception cref="InvalidDataException">The files are no model of this kind.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative.</exception>
    public static OnnxEmbedder Load(string folder, int maxDegreeOfParallelism = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(maxDegreeOfParallelism);
        int threads = maxDegreeOfParallelism == 0 ? Environment.ProcessorCount : maxDegreeOfParallelism;
        string path = Path.Combine(folder, ModelFile);
        WordPiece words = new(File.ReadLines(Path.Combine(folder, VocabularyFile)));
        string hash;
        using (FileStream file = File.OpenRead(path))
        {
            hash = Convert.ToHexStringLower(SHA256.HashData(file))[..12];
        }

        SentenceModel model = new(path, threads);
        try
        {
            return new OnnxEmbedder(model, words, FormattableString.Invariant($"onnx-{hash}-{model.Dimensions}-v{AlgorithmVersion}"), threads);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public override float[] Embed(string text) => EmbedAll([text], new ParallelOptions())[0];

    /// <inheritdoc />
    protected override float[][] EmbedAll(string[] texts, ParallelOptions options)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentNullException.ThrowIfNull(options);
        float[][] vectors = new float[texts.Length][];
        List<int>[] tokens = [.. texts.Select(_words.Encode)];
        foreach (IGrouping<int, int> alike in Enumerable.Range(0, texts.Length).GroupBy(i => Math.Min(tokens[i].Count, MostTokens - 2)))
        {
            foreach (int[] batch in alike.Chunk(Math.Max(1, TokensPerBatch / (alike.Key + 2))))
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                float[] pooled = alike.Key == 0 ? new float[batch.Length * _model.Dimensions] : _model.Pool([.. batch.SelectMany(i => Sequence(tokens[i]))], alike.Key + 2);
                foreach ((int place, int text) in batch.Index())
                {
                    vectors[text] = pooled[(place * _model.Dimensions)..((place + 1) * _model.Dimensions)];
                    Normalise(vectors[text]);
                }
            }
        }

        return vectors;
    }

    /// <inheritdoc />
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _model.Dispose();
        }

        base.Dispose(disposing);
    }

    private IEnumerable<long> Sequence(List<int> tokens) => tokens.Take(MostTokens - 2).Prepend(_begin).Append(_end).Select(id => (long)id);
}
