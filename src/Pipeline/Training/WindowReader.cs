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

    /// <summary>The incidents of a window.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<PreprocessedIncident>> ReadAsync(string techCenter, Dataset dataset, TrainingWindow window, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataset);
        ArgumentNullException.ThrowIfNull(window);
        List<PreprocessedIncident> rows = [];
        await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(techCenter, dataset.EmbedderOr(embedder), window.From, window.Until, cancellationToken))
        {
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Makes incidents ready to be clustered.</summary>
    /// <param name="rows">The incidents of the window.</param>
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
        if (dataset.Kind == DatasetKind.Records)
        {
            string[] records = [.. rows.Select(r => r.Summary)];
            RecordEncoder encoder = RecordEncoder.Fit(records, dataset.Columns);
            return new WindowIncidents(rows, used, encoder.Encode(records), encoder, null);
        }

        SharedBackground? background = rows.Count < PooledBackground.SmallCenter ? await _pooled.LearnAsync(window, trainingRun, cancellationToken) : null;
        return new WindowIncidents(rows, used, EmbeddingMatrix.Of([.. rows.Select(r => r.Embedding)]), null, background);
    }
}
