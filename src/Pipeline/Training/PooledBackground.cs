using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// The reduction that small tech centers share. A few hundred texts do not show which words are common in all incidents and which tell problems apart; those of all
/// centers together do. What it learned is written into each model as its own.
/// </summary>
internal sealed class PooledBackground(IPreprocessedIncidents preprocessed, ITechCenters techCenters, string embedder, TrainingOptions options)
{
    /// <summary>A center with fewer incidents than this is small.</summary>
    public const int SmallCenter = 300;

    private const int MostTexts = 5_000;

    private (long Run, EmbeddingReduction Reduction)? _last;

    /// <summary>Learns the reduction, once for a training run.</summary>
    /// <param name="window">The period to learn from.</param>
    /// <param name="trainingRun">The run that asks.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>The reduction; null where there is only one tech center.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<EmbeddingReduction?> LearnAsync(TrainingWindow window, long trainingRun, CancellationToken cancellationToken)
    {
        if (_last is (long run, EmbeddingReduction known) && run == trainingRun)
        {
            return known;
        }

        IReadOnlyList<string> centers = await techCenters.ListTechCentersAsync(cancellationToken);
        if (centers.Count < 2)
        {
            return null;
        }

        IReadOnlyList<ReadOnlyMemory<float>> texts = await SampleAsync(centers, window, cancellationToken);
        TrainingParameters parameters = options.Resolve(texts.Count);
        EmbeddingReduction reduction = EmbeddingReduction.Fit(EmbeddingMatrix.Of(texts), texts[0].Length, parameters, options.MaxDegreeOfParallelism, cancellationToken);
        _last = (trainingRun, reduction);
        return reduction;
    }

    // The texts with the lowest content hashes: as good as drawn at random, and the same whatever the order of reading.
    private async Task<IReadOnlyList<ReadOnlyMemory<float>>> SampleAsync(IReadOnlyList<string> centers, TrainingWindow window, CancellationToken cancellationToken)
    {
        SortedSet<string> hashes = new(StringComparer.Ordinal);
        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(StringComparer.Ordinal);
        foreach (string center in centers)
        {
            await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(center, embedder, window.From, window.Until, cancellationToken))
            {
                if ((hashes.Count == MostTexts && string.CompareOrdinal(row.ContentHash, hashes.Max) > 0) || !hashes.Add(row.ContentHash))
                {
                    continue;
                }

                embeddings[row.ContentHash] = row.Embedding;
                if (hashes.Count > MostTexts)
                {
                    embeddings.Remove(hashes.Max!);
                    hashes.Remove(hashes.Max!);
                }
            }
        }

        return [.. hashes.Select(hash => embeddings[hash])];
    }
}
