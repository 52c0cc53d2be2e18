using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Prediction;

/// <summary>
/// The prediction use case: gives every incident without an up-to-date prediction the answer of its tech center's newest model version.
/// A prediction is up to date when it is of the incident's present text and by the newest version, so publishing a version redoes them once.
/// </summary>
public sealed class PredictIncidents(IWarehouse warehouse, ModelStore models, string embedder, PredictionOptions options, TimeProvider clock)
{
    /// <summary>Predicts in batches; each is stored before the next begins, so a killed run goes on where it was.</summary>
    /// <param name="techCenter">The tech center; null for all.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <exception cref="RequestException">The tech center has no preprocessed incidents.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public Task<IReadOnlyList<PredictionOutcome>> RunAsync(string? techCenter = null, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PipelineWork.RunAsync(PipelineOperation.Predict, techCenter: null, () => RunCentersAsync(techCenter, progress, cancellationToken));

    private async Task<IReadOnlyList<PredictionOutcome>> RunCentersAsync(string? techCenter, IProgress<PipelineProgress>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<TechCenterStatistics> statistics = await warehouse.ReadStatisticsAsync(cancellationToken);
        TechCenterStatistics[] asked = [.. statistics.Where(s => s.Preprocessed > 0 && (techCenter is null || string.Equals(s.TechCenter, techCenter, StringComparison.Ordinal)))];
        if (techCenter is not null && asked.Length == 0)
        {
            throw RequestException.Invalid("techCenter", $"The tech center '{techCenter}' has no preprocessed incidents. Known: {string.Join(", ", statistics.Select(s => $"'{s.TechCenter}'"))}.");
        }

        List<PredictionOutcome> outcomes = [];
        long total = asked.Sum(s => s.Preprocessed);
        long done = 0;
        foreach (TechCenterStatistics center in asked)
        {
            progress?.Report(new PipelineProgress("Predicting", done, total, center.TechCenter));
            outcomes.Add(await CenterAsync(center.TechCenter, cancellationToken));
            done += center.Preprocessed;
        }

        progress?.Report(new PipelineProgress("Predicting", total, total));
        return outcomes;
    }

    private async Task<PredictionOutcome> CenterAsync(string techCenter, CancellationToken cancellationToken)
    {
        try
        {
            ModelManifest? manifest = await models.FindLatestAsync(techCenter, cancellationToken);
            if (manifest is null)
            {
                return new PredictionOutcome(techCenter, null, 0, 0, "No model has been trained for this tech center yet.");
            }

            if (!string.Equals(manifest.Embedder, embedder, StringComparison.Ordinal))
            {
                return new PredictionOutcome(techCenter, manifest.Version, 0, 0, $"The model was trained on the embedder '{manifest.Embedder}', the configured one is '{embedder}'. Train again.");
            }

            IncidentClassifier classifier = IncidentClassifier.Load(manifest, await models.ReadAsync(manifest, cancellationToken), options.MaxDegreeOfParallelism);
            return await PredictAsync(techCenter, classifier, cancellationToken);
        }
        catch (ModelException e)
        {
            PipelineMetrics.Fail(PipelineOperation.Predict, techCenter);
            return new PredictionOutcome(techCenter, null, 0, 0, e.Message, Failed: true);
        }
    }

    private async Task<PredictionOutcome> PredictAsync(string techCenter, IncidentClassifier classifier, CancellationToken cancellationToken)
    {
        int predicted = 0;
        int unclustered = 0;
        while (true)
        {
            IReadOnlyList<PreprocessedIncident> batch = await warehouse.ReadUnpredictedAsync(techCenter, embedder, classifier.ModelVersion, options.BatchSize, cancellationToken);
            if (batch.Count == 0)
            {
                if (predicted > 0)
                {
                    PipelineMetrics.NoiseShare.Record((double)unclustered / predicted, PipelineMetrics.TechCenter(techCenter));
                }

                return new PredictionOutcome(techCenter, classifier.Manifest.Version, predicted, unclustered);
            }

            IReadOnlyList<Classification> answers = classifier.Classify([.. batch.Select(i => (i.ContentHash, i.Embedding))], cancellationToken);
            DateTimeOffset now = clock.GetUtcNow();
            await warehouse.SavePredictionsAsync([.. batch.Zip(answers, (incident, answer) => classifier.Describe(incident, answer, now))], cancellationToken);
            predicted += batch.Count;
            int alone = answers.Count(a => a.ClusterId == IncidentPrediction.Unclustered);
            unclustered += alone;
            Measure(techCenter, answers, alone);
        }
    }

    private static void Measure(string techCenter, IReadOnlyList<Classification> answers, int unclustered)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(techCenter);
        PipelineMetrics.Predictions.Add(answers.Count - unclustered, center, new("outcome", "clustered"));
        PipelineMetrics.Predictions.Add(unclustered, center, new("outcome", "unclustered"));
        if (PipelineMetrics.Confidence.Enabled)
        {
            foreach (Classification answer in answers.Where(a => a.ClusterId != IncidentPrediction.Unclustered))
            {
                PipelineMetrics.Confidence.Record(answer.Confidence, center);
            }
        }
    }
}
