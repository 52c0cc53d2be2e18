using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// What small tech centers share: the reduction, and texts by which words are weighed. A few hundred texts do not show which words are common in all incidents and which tell problems
/// apart; those of all centers together do. What it learned is written into each model as its own.
/// </summary>
internal sealed class PooledBackground(IPreprocessedIncidents preprocessed, ITechCenters techCenters, string embedder, TrainingOptions options)
{
    /// <summary>A center with fewer incidents than this is small.</summary>
    public const int SmallCenter = 300;

    private const int MostTexts = 5_000;

    // Words are common in fewer texts than it takes to learn components from.
    private const int MostWeighed = 2_000;

    private Learned? _last;

    /// <summary>Learns it, once for a training run.</summary>
    /// <param name="window">The period to learn from.</param>
    /// <param name="trainingRun">The run that asks.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>What is shared; null where there is only one tech center.</returns>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<SharedBackground?> LearnAsync(TrainingWindow window, long trainingRun, CancellationToken cancellationToken)
    {
        if (_last is Learned known && known.Run == trainingRun)
        {
            return known.Shared;
        }

        IReadOnlyList<string> centers = await techCenters.ListTechCentersAsync(cancellationToken);
        if (centers.Count < 2)
        {
            return null;
        }

        IReadOnlyList<PreprocessedIncident> texts = await SampleAsync(centers, window, cancellationToken);
        TrainingParameters parameters = options.Resolve(texts.Count);
        EmbeddingReduction reduction = EmbeddingReduction.Fit(EmbeddingMatrix.Of([.. texts.Select(text => text.Embedding)]), texts[0].Embedding.Length, parameters, options.MaxDegreeOfParallelism, cancellationToken);
        SharedBackground shared = new(reduction, [.. texts.Take(MostWeighed).Select(text => text.Summary)]);
        _last = new Learned(trainingRun, shared);
        return shared;
    }

    // The texts with the lowest content hashes: as good as drawn at random, and the same whatever the order of reading.
    private async Task<IReadOnlyList<PreprocessedIncident>> SampleAsync(IReadOnlyList<string> centers, TrainingWindow window, CancellationToken cancellationToken)
    {
        SortedSet<string> hashes = new(StringComparer.Ordinal);
        Dictionary<string, PreprocessedIncident> texts = new(StringComparer.Ordinal);
        foreach (string center in centers)
        {
            await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(center, embedder, window.From, window.Until, cancellationToken))
            {
                if ((hashes.Count == MostTexts && string.CompareOrdinal(row.ContentHash, hashes.Max) > 0) || !hashes.Add(row.ContentHash))
                {
                    continue;
                }

                texts[row.ContentHash] = row;
                if (hashes.Count > MostTexts)
                {
                    texts.Remove(hashes.Max!);
                    hashes.Remove(hashes.Max!);
                }
            }
        }

        return [.. hashes.Select(hash => texts[hash])];
    }

    /// <summary>What a run has learned; tech centers that are trained at once may both learn it, and it is the same.</summary>
    private sealed record Learned(long Run, SharedBackground Shared);
}

/// <summary>What small tech centers share.</summary>
/// <param name="Reduction">From embeddings to reduced vectors.</param>
/// <param name="Texts">Masked texts of all centers, 2,000 at most, by which words are weighed.</param>
public sealed record SharedBackground(EmbeddingReduction Reduction, IReadOnlyList<string> Texts);
