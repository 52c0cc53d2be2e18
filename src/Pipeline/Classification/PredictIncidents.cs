using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Classification;

/// <summary>
/// The prediction use case: gives every incident without an up-to-date prediction the answer of the model version that serves its tech center; those of the share of a version on trial
/// get the answer of that one. A prediction is up to date when it is of the incident's present text, names a problem and is by one of the two, so a promotion and a rollback redo them once.
/// </summary>
public sealed class PredictIncidents(ITechCenters techCenters, IPredictions predictions, ModelStore models, string embedder, PredictionOptions options, TimeProvider clock, DatasetCatalog? datasets = null, Func<PredictedBatch, CancellationToken, Task>? told = null, CorrectPredictions? corrections = null)
{
    /// <summary>Predicts in batches; each is stored before the next begins, so a killed run goes on where it was.</summary>
    /// <param name="techCenter">The tech center; null for all.</param>
    /// <param name="progress">Told before each tech center: how many incidents have no up-to-date prediction is not known before.</param>
    /// <param name="version">The version that answers, whatever its stage, of the tech center that is named; null for the one that serves.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <exception cref="RequestException">The tech center has no preprocessed incidents, or no such version.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public Task<IReadOnlyList<PredictionOutcome>> RunAsync(string? techCenter = null, IProgress<PipelineProgress>? progress = null, string? version = null, CancellationToken cancellationToken = default) =>
        PipelineWork.RunAsync(PipelineOperation.Predict, techCenter: null, () => RunCentersAsync(techCenter, progress, version, cancellationToken), outcomes => !outcomes.Any(o => o.Failed));

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

    private async Task<IReadOnlyList<PredictionOutcome>> RunCentersAsync(string? techCenter, IProgress<PipelineProgress>? progress, string? version, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> asked = await ListAsync(techCenter, cancellationToken);
        IReadOnlyList<Dataset> known = datasets is null ? DatasetCatalog.BuiltIn : await datasets.ListAsync(cancellationToken);
        if (version is not null && techCenter is null)
        {
            throw RequestException.Invalid("version", "A version belongs to one tech center. Name it as well.");
        }

        List<PredictionOutcome> outcomes = [];
        foreach (string center in asked)
        {
            progress?.Report(new PipelineProgress("Predicting", outcomes.Count, asked.Count, center, "tech center"));
            outcomes.Add(await CenterAsync(center, DatasetCatalog.OwnerOf(center, known).EmbedderOr(embedder), version, cancellationToken));
        }

        progress?.Report(new PipelineProgress("Predicting", asked.Count, asked.Count, Unit: "tech center"));
        return outcomes;
    }

    private async Task<PredictionOutcome> CenterAsync(string techCenter, string embedderOfRows, string? version, CancellationToken cancellationToken)
    {
        try
        {
            if (await LoadAsync(techCenter, embedderOfRows, version, cancellationToken) is not SoundVersion<FittedModel?> serving)
            {
                return new PredictionOutcome(techCenter, null, 0, 0, "No model serves this tech center yet: train, or promote a version that was refused.");
            }

            if (serving.Damage is not null)
            {
                PipelineMetrics.Fail(PipelineOperation.Predict, techCenter);
            }

            if (serving.Loaded is not FittedModel model)
            {
                return new PredictionOutcome(techCenter, serving.Manifest.Version, 0, 0, $"The model was trained on the embedder '{serving.Manifest.Embedder}', the configured one is '{embedderOfRows}'. Train again.");
            }

            await CorrectAsync(techCenter, again: false, cancellationToken);
            CenterStages? stages = version is null ? await models.Stages.ReadAsync(techCenter, cancellationToken) : null;
            (FittedModel Model, int Percent)? trial = await LoadTrialAsync(techCenter, embedderOfRows, stages?.Canary, cancellationToken);
            PredictionOutcome? outcome = await PredictAsync(techCenter, embedderOfRows, model, trial, () => IsChangedAsync(stages, model, cancellationToken), cancellationToken);
            if (outcome is not null)
            {
                return outcome with { Detail = serving.Damage };
            }

            // What was answered before the change is not to stay as it was decided before it.
            await CorrectAsync(techCenter, again: true, cancellationToken);
            return await CenterAsync(techCenter, embedderOfRows, version, cancellationToken);
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

    private async Task<SoundVersion<FittedModel?>?> LoadAsync(string techCenter, string embedderOfRows, string? version, CancellationToken cancellationToken)
    {
        if (version is null)
        {
            return await models.LoadServingAsync(techCenter, (manifest, token) => LoadAsync(manifest, embedderOfRows, token), cancellationToken);
        }

        ModelManifest named = await models.RequireAsync(techCenter, version, cancellationToken);
        return new SoundVersion<FittedModel?>(named, await LoadAsync(named, embedderOfRows, cancellationToken), Damage: null);
    }

    private Task CorrectAsync(string techCenter, bool again, CancellationToken cancellationToken) => corrections?.RunAsync(techCenter, again, cancellationToken) ?? Task.CompletedTask;

    private async Task<bool> IsChangedAsync(CenterStages? stages, FittedModel model, CancellationToken cancellationToken)
    {
        if (stages is null)
        {
            return false;
        }

        if (!string.Equals(await models.Corrections.RevisionAsync(stages.TechCenter, cancellationToken), model.Corrections, StringComparison.Ordinal))
        {
            return true;
        }

        CenterStages present = await models.Stages.ReadAsync(stages.TechCenter, cancellationToken);
        return !stages.HasSameProduction(present) || present.Canary?.Percent != stages.Canary?.Percent || !string.Equals(present.Canary?.Version, stages.Canary?.Version, StringComparison.Ordinal);
    }

    // A version on trial that cannot be used is the trial's concern: nothing is answered by it.
    private async Task<(FittedModel Model, int Percent)?> LoadTrialAsync(string techCenter, string embedderOfRows, StagedVersion? canary, CancellationToken cancellationToken)
    {
        if (canary is null)
        {
            return null;
        }

        try
        {
            return await LoadAsync(await models.RequireAsync(techCenter, canary.Version, cancellationToken), embedderOfRows, cancellationToken) is FittedModel model ? (model, canary.Percent ?? 0) : null;
        }
        catch (Exception e) when (e is ModelException or RequestException)
        {
            PipelineMetrics.Fail(PipelineOperation.Predict, techCenter);
            return null;
        }
    }

    // The vectors of another embedder mean nothing to a version: it is not loaded.
    private async Task<FittedModel?> LoadAsync(ModelManifest manifest, string embedderOfRows, CancellationToken cancellationToken) => string.Equals(manifest.Embedder, embedderOfRows, StringComparison.Ordinal)
        ? await models.LoadCorrectedAsync(manifest, options.MaxDegreeOfParallelism, cancellationToken)
        : null;

    // Null where another version serves by now: two that answered against each other would never come to an end.
    private async Task<PredictionOutcome?> PredictAsync(string techCenter, string embedderOfRows, FittedModel model, (FittedModel Model, int Percent)? trial, Func<Task<bool>> isChanged, CancellationToken cancellationToken)
    {
        int predicted = 0;
        int unclustered = 0;
        PreprocessedIncident? last = null;
        while (true)
        {
            IReadOnlyList<PreprocessedIncident> batch = await predictions.ReadUnpredictedAsync(techCenter, embedderOfRows, model.Name, trial?.Model.Name, options.BatchSize, last, cancellationToken);
            if (batch.Count == 0 && last is not null)
            {
                // What has come or changed meanwhile.
                last = null;
                continue;
            }

            last = batch.Count > 0 ? batch[^1] : null;
            if (batch.Count == 0)
            {
                if (predicted > 0 && await isChanged())
                {
                    return null;
                }

                if (predicted > 0)
                {
                    PipelineMetrics.NoiseShare.Record((double)unclustered / predicted, PipelineMetrics.TechCenter(techCenter));
                    Measure(techCenter, model);
                }

                return new PredictionOutcome(techCenter, model.Manifest.Version, predicted, unclustered);
            }

            if (await isChanged())
            {
                return null;
            }

            List<IncidentPrediction> made = [];
            foreach (IGrouping<bool, PreprocessedIncident> part in batch.GroupBy(i => trial is not null && CanaryShare.Includes(i.Number, trial.Value.Percent)))
            {
                FittedModel asked = part.Key ? trial!.Value.Model : model;
                PreprocessedIncident[] incidents = [.. part];
                IReadOnlyList<ClusterAssignment> answers =
                [
                    .. asked.Classify([.. incidents.Select(i => (i.ContentHash, asked.VectorOf(i.Summary, i.Embedding)))], cancellationToken).Select((answer, i) => asked.Decide(incidents[i].Number, answer)),
                ];
                DateTimeOffset now = clock.GetUtcNow();
                MeasureLikeness(techCenter, answers);

                // Before they are stored: a batch that is killed between is answered again, and then whoever is told knows it. Streams hold texts, so records are told to nobody.
                if (told is not null && string.Equals(embedderOfRows, embedder, StringComparison.Ordinal))
                {
                    await told(new PredictedBatch(techCenter, asked, incidents, answers), cancellationToken);
                }

                made.AddRange(incidents.Zip(answers, (incident, answer) => Describe(asked, incident, answer, now)));
            }

            await predictions.SavePredictionsAsync(made, cancellationToken);
            predicted += batch.Count;
            int alone = made.Count(p => p.ClusterId == IncidentPrediction.Unclustered);
            unclustered += alone;
            Measure(techCenter, made, alone);
        }
    }

    /// <summary>A prediction with what a model's answer says: variant, problem, domain and their names.</summary>
    internal static IncidentPrediction Answered(FittedModel model, IncidentPrediction prediction, ClusterAssignment answer)
    {
        ModelCluster? cluster = model.FindCluster(answer.ClusterId);
        ModelProblem? problem = cluster is null ? null : model.ProblemOf(cluster);
        return prediction with
        {
            ProblemId = problem?.Id ?? IncidentPrediction.Unclustered,
            ProblemLabel = problem?.Label ?? IncidentPrediction.UnclusteredName,
            ClusterId = cluster?.Id ?? IncidentPrediction.Unclustered,
            ClusterLabel = cluster?.Label ?? IncidentPrediction.UnclusteredName,
            DomainId = cluster?.DomainId ?? IncidentPrediction.Unclustered,
            DomainName = cluster is null ? IncidentPrediction.UnclusteredName : model.DomainName(cluster.DomainId),
            Confidence = answer.Confidence,
        };
    }

    private static IncidentPrediction Describe(FittedModel model, PreprocessedIncident incident, ClusterAssignment answer, DateTimeOffset predictedAt) => Answered(
        model,
        new IncidentPrediction
        {
            IncidentId = incident.Number,
            TechCenter = incident.TechCenter,
            ProblemId = IncidentPrediction.Unclustered,
            ProblemLabel = IncidentPrediction.UnclusteredName,
            ClusterId = IncidentPrediction.Unclustered,
            ClusterLabel = IncidentPrediction.UnclusteredName,
            DomainId = IncidentPrediction.Unclustered,
            DomainName = IncidentPrediction.UnclusteredName,
            Confidence = answer.Confidence,
            PredictedAt = predictedAt,
            ModelVersion = model.Name,
            ModelPath = model.Manifest.Path,
            ContentHash = incident.ContentHash,
        },
        answer);

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

    private static void MeasureLikeness(string techCenter, IReadOnlyList<ClusterAssignment> answers)
    {
        if (PipelineMetrics.Likeness.Enabled)
        {
            foreach (float likeness in answers.Select(a => a.Likeness).OfType<float>())
            {
                PipelineMetrics.Likeness.Record(likeness, PipelineMetrics.TechCenter(techCenter));
            }
        }
    }

    private static void Measure(string techCenter, List<IncidentPrediction> answers, int unclustered)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(techCenter);
        PipelineMetrics.Predictions.Add(answers.Count - unclustered, center, new("outcome", "clustered"));
        PipelineMetrics.Predictions.Add(unclustered, center, new("outcome", "unclustered"));
        PipelineMetrics.Records.Add(answers.Count, center, new("operation", PipelineOperation.Predict));
        if (PipelineMetrics.Confidence.Enabled)
        {
            foreach (IncidentPrediction answer in answers.Where(a => a.ClusterId != IncidentPrediction.Unclustered))
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
