using System.Numerics.Tensors;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.Streams;

/// <summary>The texts of a model version's problems as whole embeddings: what a new incident is held against to see whether a problem explains it. Not safe for use by many threads.</summary>
internal sealed class ProblemTexts
{
    private const int MostTexts = 50_000;
    private const int MostRemembered = 200_000;
    private readonly float[] _vectors;
    private readonly int _dimensions;
    private readonly Dictionary<string, double> _nearness = new(StringComparer.Ordinal);

    private ProblemTexts(Dictionary<string, float[]> texts)
    {
        _dimensions = texts.Values.Select(v => v.Length).FirstOrDefault();
        _vectors = new float[texts.Count * _dimensions];
        foreach ((int row, float[] vector) in texts.Values.Index())
        {
            vector.CopyTo(_vectors, row * _dimensions);
        }

        Count = texts.Count;
        Background = BackgroundLikeness.Measure(_vectors, _dimensions, [.. texts.Keys], seed: 1);
    }

    /// <summary>How many there are.</summary>
    public int Count { get; }

    /// <summary>How alike two of them are that have nothing to do with each other.</summary>
    public BackgroundLikeness Background { get; }

    /// <summary>Reads them: of more than 50,000 those with the lowest content hashes, which is as good as drawing them at random.</summary>
    /// <exception cref="Storage.WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<ProblemTexts> LoadAsync(IPreprocessedIncidents preprocessed, FittedModel model, string techCenter, CancellationToken cancellationToken)
    {
        SortedSet<string> hashes = new(StringComparer.Ordinal);
        Dictionary<string, float[]> vectors = new(StringComparer.Ordinal);
        TrainingWindow window = model.Manifest.Window;
        await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(techCenter, model.Manifest.Embedder, window.From, window.Until, cancellationToken))
        {
            if (vectors.ContainsKey(row.ContentHash) || model.Recall(row.ContentHash).ClusterId < 0 || TakeStreamItems.Unit(row.Embedding) is not float[] vector)
            {
                continue;
            }

            hashes.Add(row.ContentHash);
            vectors.Add(row.ContentHash, vector);
            if (hashes.Count > MostTexts)
            {
                vectors.Remove(hashes.Max!);
                hashes.Remove(hashes.Max!);
            }
        }

        return new ProblemTexts(vectors);
    }

    /// <summary>The cosine with the text that is most alike, at least that of unrelated texts. O(texts x dimensions), once for a text.</summary>
    /// <param name="contentHash">What the text is known by.</param>
    /// <param name="vector">Its embedding, of length 1.</param>
    public double Nearness(string contentHash, ReadOnlySpan<float> vector)
    {
        if (_nearness.TryGetValue(contentHash, out double known))
        {
            return known;
        }

        double nearest = Background.Mean;
        for (int at = 0; at < _vectors.Length && vector.Length == _dimensions; at += _dimensions)
        {
            nearest = Math.Max(nearest, TensorPrimitives.Dot(vector, _vectors.AsSpan(at, _dimensions)));
        }

        if (_nearness.Count >= MostRemembered)
        {
            _nearness.Clear();
        }

        _nearness.Add(contentHash, nearest);
        return nearest;
    }
}
