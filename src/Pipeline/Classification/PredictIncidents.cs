using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Classification;

/// <summary>
/// The prediction use case: gives every incident without an up-to-date prediction the answer of its tech center's newest model version that is sound.
/// A prediction is up to date when it is of the incident's present text and by the newest version, so publishing a version redoes them once; so does one that names no problem.
/// </summary>
public sealed class PredictIncidents(ITechCenters techCenters, IPredictions predictions, ModelStore models, string embedder, PredictionOptions options, TimeProvider clock, DatasetCatalog? datasets = null, Func<PredictedBatch, CancellationToken, Task>? told = null)
{
    /// <summary>Predicts in batches; each is stored before the next begins, so a killed run goes on where it was.</summary>
    /// <param name="techCenter">The tech center; null for all.</param>
    /// <param name="progress">Told before each tech center: how many incidents have no up-to-date prediction is not known before.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <exception cref="RequestException">The tech center has no preprocessed incidents.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public Task<IReadOnlyList<PredictionOutcome>> RunAsync(string? techCenter = null, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default) =>
        PipelineWork.RunAsync(PipelineOperation.Predict, techCenter: null, () => RunCentersAsync(techCenter, progress, cancellationToken), outcomes => !outcomes.Any(o => o.Failed));

    /// <summary>The tech centers that a prediction goes through: those that have preprocessed incidents.</summary>
    /// <param name="techCenter">The one that is asked for; null for all.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">The tech center has no preprocessed incidents.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<string>> ListAsync(string? techCenter = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<TechCenterStatistics> statistics = await techCenters.ReadStatisticsAsync(cancellationToken);
        string[] asked = [.. statistics.Where(s => s.Preprocessed > 0 && (techCenter is null || string.Equals(s.TechCenter, techCenter, StringComparison.Ordinal))).Select(s => s.TechCenter)];
        return techCenter is null || asked.Length > 0
            ? asked
            : throw RequestException.Invalid("techCenter", $"The tech center '{techCenter}' has no preprocessed incidents. Known: {string.Join(", ", statistics.Select(s => $"'{s.TechCenter}'"))}.");
    }

    private async Task<IReadOnlyList<PredictionOutcome>> RunCentersAsync(string? techCenter, IProgress<PipelineProgress>? progress, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> asked = await ListAsync(techCenter, cancellationToken);
        IReadOnlyList<Dataset> known = datasets is null ? DatasetCatalog.BuiltIn : await datasets.ListAsync(cancellationToken);
        List<PredictionOutcome> outcomes = [];
        foreach (string center in asked)
        {
            progress?.Report(new PipelineProgress("Predicting", outcomes.Count, asked.Count, center, "tech center"));
            outcomes.Add(await CenterAsync(center, DatasetCatalog.OwnerOf(center, known).EmbedderOr(embedder), cancellationToken));
        }

        progress?.Report(new PipelineProgress("Predicting", asked.Count, asked.Count, Unit: "tech center"));
        return outcomes;
    }

    private async Task<PredictionOutcome> CenterAsync(string techCenter, string embedderOfRows, CancellationToken cancellationToken)
    {
        try
        {
            if (await models.LoadNewestAsync(techCenter, (manifest, token) => LoadAsync(manifest, embedderOfRows, token), cancellationToken) is not SoundVersion<FittedModel?> version)
            {
                return new PredictionOutcome(techCenter, null, 0, 0, "No model has been trained for this tech center yet.");
            }

            if (version.Damage is not null)
            {
                PipelineMetrics.Fail(PipelineOperation.Predict, techCenter);
            }

            return version.Loaded is FittedModel model
                ? await PredictAsync(techCenter, embedderOfRows, model, cancellationToken) with { Detail = version.Damage }
                : new PredictionOutcome(techCenter, version.Manifest.Version, 0, 0, $"The model was trained on the embedder '{version.Manifest.Embedder}', the configured one is '{embedderOfRows}'. Train again.");
        }
        catch (ModelException e)
        {
            // Each incident that waits is a prediction that failed; where none waits, the one that comes next is.
            PipelineMetrics.Fail(PipelineOperation.Predict, techCenter);
            long waiting = (await techCenters.ReadStatisticsAsync(cancellationToken)).Where(s => string.Equals(s.TechCenter, techCenter, StringComparison.Ordinal)).Sum(s => s.Preprocessed - s.Predicted);
            PipelineMetrics.PredictionsFailed.Add(Math.Max(1, waiting), PipelineMetrics.TechCenter(techCenter));
            return new PredictionOutcome(techCenter, null, 0, 0, e.Message, Failed: true);
        }
    }

    // The vectors of another embedder mean nothing to a version: it is not loaded.
    private async Task<FittedModel?> LoadAsync(ModelManifest manifest, string embedderOfRows, CancellationToken cancellationToken) => string.Equals(manifest.Embedder, embedderOfRows, StringComparison.Ordinal)
        ? FittedModel.Load(manifest, await models.ReadAsync(manifest, cancellationToken), options.MaxDegreeOfParallelism)
        : null;

    private async Task<PredictionOutcome> PredictAsync(string techCenter, string embedderOfRows, FittedModel model, CancellationToken cancellationToken)
    {
        int predicted = 0;
        int unclustered = 0;
        while (true)
        {
            IReadOnlyList<PreprocessedIncident> batch = await predictions.ReadUnpredictedAsync(techCenter, embedderOfRows, model.Name, options.BatchSize, cancellationToken);
            if (batch.Count == 0)
            {
                if (predicted > 0)
                {
                    PipelineMetrics.NoiseShare.Record((double)unclustered / predicted, PipelineMetrics.TechCenter(techCenter));
                    Measure(techCenter, model);
                }

                return new PredictionOutcome(techCenter, model.Manifest.Version, predicted, unclustered);
            }

            IReadOnlyList<ClusterAssignment> answers = model.Classify([.. batch.Select(i => (i.ContentHash, model.VectorOf(i.Summary, i.Embedding)))], cancellationToken);
            DateTimeOffset now = clock.GetUtcNow();

            // Before they are stored: a batch that is killed between is answered again, and then whoever is told knows it. Streams hold texts, so records are told to nobody.
            if (told is not null && string.Equals(embedderOfRows, embedder, StringComparison.Ordinal))
            {
                await told(new PredictedBatch(techCenter, model, batch, answers), cancellationToken);
            }

            await predictions.SavePredictionsAsync([.. batch.Zip(answers, (incident, answer) => Describe(model, incident, answer, now))], cancellationToken);
            predicted += batch.Count;
            int alone = answers.Count(a => a.ClusterId == IncidentPrediction.Unclustered);
            unclustered += alone;
            Measure(techCenter, answers, alone);
        }
    }

    private static IncidentPrediction Describe(FittedModel model, PreprocessedIncident incident, ClusterAssignment answer, DateTimeOffset predictedAt)
    {
        ModelCluster? cluster = model.FindCluster(answer.ClusterId);
        ModelProblem? problem = cluster is null ? null : model.ProblemOf(cluster);
        return new IncidentPrediction
        {
            IncidentId = incident.Number,
            TechCenter = incident.TechCenter,
            ProblemId = problem?.Id ?? IncidentPrediction.Unclustered,
            ProblemLabel = problem?.Label ?? IncidentPrediction.UnclusteredName,
            ClusterId = cluster?.Id ?? IncidentPrediction.Unclustered,
            ClusterLabel = cluster?.Label ?? IncidentPrediction.UnclusteredName,
            DomainId = cluster?.DomainId ?? IncidentPrediction.Unclustered,
            DomainName = cluster is null ? IncidentPrediction.UnclusteredName : model.DomainName(cluster.DomainId),
            Confidence = answer.Confidence,
            PredictedAt = predictedAt,
            ModelVersion = model.Name,
            ModelPath = model.Manifest.Path,
            ContentHash = incident.ContentHash,
        };
    }

    // What the version is like, once for each run that made use of it.
    private static void Measure(string techCenter, FittedModel model)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(techCenter);
        if (PipelineMetrics.ProblemSize.Enabled)
        {
            foreach (int size in model.Clusters.Problems?.Select(p => p.Size) ?? model.Clusters.Clusters.Select(c => c.Size))
            {
                PipelineMetrics.ProblemSize.Record(size, center);
            }
        }

        if (PipelineMetrics.Silhouette.Enabled && model.Members?.Silhouette() is double silhouette and not double.NaN)
        {
            PipelineMetrics.Silhouette.Record(silhouette, center);
        }
    }

    private static void Measure(string techCenter, IReadOnlyList<ClusterAssignment> answers, int unclustered)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(techCenter);
        PipelineMetrics.Predictions.Add(answers.Count - unclustered, center, new("outcome", "clustered"));
        PipelineMetrics.Predictions.Add(unclustered, center, new("outcome", "unclustered"));
        PipelineMetrics.Records.Add(answers.Count, center, new("operation", PipelineOperation.Predict));
        if (PipelineMetrics.Likeness.Enabled)
        {
            foreach (ClusterAssignment answer in answers.Where(a => a.Likeness is not null))
            {
                PipelineMetrics.Likeness.Record(answer.Likeness!.Value, center);
            }
        }

        if (PipelineMetrics.Confidence.Enabled)
        {
            foreach (ClusterAssignment answer in answers.Where(a => a.ClusterId != IncidentPrediction.Unclustered))
            {
                PipelineMetrics.Confidence.Record(answer.Confidence, center);
            }
        }
    }
}

/// <summary>Incidents of a tech center with their answers.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Model">The version that answered.</param>
/// <param name="Incidents">The incidents.</param>
/// <param name="Answers">An answer for each, in order.</param>
public sealed record PredictedBatch(string TechCenter, FittedModel Model, IReadOnlyList<PreprocessedIncident> Incidents, IReadOnlyList<ClusterAssignment> Answers);

/// <summary>The result of predicting one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The model version that answered; null where there is none.</param>
/// <param name="Predicted">Incidents predicted.</param>
/// <param name="Unclustered">Those of them that belong to no cluster.</param>
/// <param name="Detail">Why nothing was predicted, or which newer versions are damaged where an earlier one stands in; null otherwise.</param>
/// <param name="Failed">Whether that is a failure.</param>
public sealed record PredictionOutcome(string TechCenter, string? Version, int Predicted, int Unclustered, string? Detail = null, bool Failed = false);

/// <summary>How incidents are predicted.</summary>
public sealed record PredictionOptions
{
    /// <summary>Incidents predicted and stored at once, 1 to 100,000: it bounds the memory.</summary>
    public int BatchSize { get; init; } = 2_000;

    /// <summary>The threads one prediction may use, 1 to 1024; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(BatchSize, 1, 100_000, "Prediction:BatchSize");
        SettingRange.Require(MaxDegreeOfParallelism, 1, 1024, "Prediction:MaxDegreeOfParallelism");
    }
}
