using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>Reads what a tech center's training learns from.</summary>
public sealed class WindowReader(IPreprocessedIncidents preprocessed, ITechCenters techCenters, string embedder, TrainingOptions options, DatasetCatalog? datasets = null)
{
    private readonly PooledBackground _pooled = new(preprocessed, techCenters, embedder, options);

    /// <summary>The data set that the tech center belongs to.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<Dataset> DatasetOfAsync(string techCenter, CancellationToken cancellationToken = default) => datasets is null ? DatasetCatalog.BuiltIn[0] : await datasets.OwnerOfAsync(techCenter, cancellationToken);

    /// <summary>The incidents of a window. Those of one text share its summary, hash and embedding.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<PreprocessedIncident>> ReadAsync(string techCenter, Dataset dataset, TrainingWindow window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(window);
        List<PreprocessedIncident> rows = [];
        Dictionary<string, PreprocessedIncident> texts = new(StringComparer.Ordinal);
        await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(techCenter, dataset.EmbedderOr(embedder), window.From, window.Until, cancellationToken))
        {
            rows.Add(texts.TryGetValue(row.ContentHash, out PreprocessedIncident? first) ? first with { Number = row.Number, CreatedOn = row.CreatedOn } : row);
            texts.TryAdd(row.ContentHash, row);
        }

        return rows;
    }

    /// <summary>Makes incidents ready to be clustered. Whoever goes on with the rows of the answer, and forgets those that were given, holds each vector once.</summary>
    /// <param name="rows">The incidents of the window, 1 or more.</param>
    /// <param name="dataset">The data set that they belong to.</param>
    /// <param name="window">The window.</param>
    /// <param name="trainingRun">The run that asks: small tech centers share what one run has learned.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<WindowIncidents> PrepareAsync(IReadOnlyList<PreprocessedIncident> rows, Dataset dataset, TrainingWindow window, long trainingRun, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(dataset);
        string used = dataset.EmbedderOr(embedder);
        DistinctTexts texts = DistinctTexts.Of([.. rows.Select(r => r.ContentHash)]);
        if (dataset.Kind == DatasetKind.Records)
        {
            RecordEncoder encoder = RecordEncoder.Fit([.. rows.Select(r => r.Summary)], dataset.Columns);
            return new WindowIncidents(rows, texts, used, encoder.Encode([.. texts.FirstRows.Select(row => rows[row].Summary)]), encoder, null);
        }

        SharedBackground? background = rows.Count < PooledBackground.SmallCenter ? await _pooled.LearnAsync(window, trainingRun, cancellationToken) : null;
        float[] vectors = EmbeddingMatrix.Of([.. texts.FirstRows.Select(row => rows[row].Embedding)]);
        return new WindowIncidents(WithVectorsOf(rows, texts, vectors), texts, used, vectors, null, background);
    }

    // Embeddings are the most of what a window takes: what was read is let go for its place in the matrix.
    private static PreprocessedIncident[] WithVectorsOf(IReadOnlyList<PreprocessedIncident> rows, DistinctTexts texts, float[] vectors)
    {
        int dimensions = vectors.Length / texts.Count;
        return [.. rows.Select((row, place) => row with { Embedding = vectors.AsMemory(texts.TextOfRow[place] * dimensions, dimensions) })];
    }
}
