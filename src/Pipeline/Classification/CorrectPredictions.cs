using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Classification;

/// <summary>
/// Brings the stored predictions of a tech center to what people decided, without asking the model again but for the tickets that were moved and those that are almost the same. What was brought to which
/// state is noted beside the predictions, after them: what is cut short is done again.
/// </summary>
public sealed class CorrectPredictions(IPredictions predictions, IPreprocessedIncidents preprocessed, ModelStore models, ISettingsTable settings, PredictionOptions options, TimeProvider clock)
{
    private static readonly DateTimeOffset Always = new(1, 1, 2, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Forever = new(9999, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Brings them there.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="again">Whether it is done though nothing was decided since the last time.</param>
    /// <param name="cancellationToken">Stops between batches.</param>
    /// <returns>How many predictions changed.</returns>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<int> RunAsync(string techCenter, bool again = false, CancellationToken cancellationToken = default)
    {
        string mark = $"corrections:{techCenter}";
        string revision = await models.Corrections.RevisionAsync(techCenter, cancellationToken);
        string? done = await settings.GetSettingAsync(mark, cancellationToken);
        if (!again && string.Equals(done ?? "", revision, StringComparison.Ordinal))
        {
            return 0;
        }

        int changed = 0;
        foreach (FittedModel model in await AnsweringAsync(techCenter, cancellationToken))
        {
            changed += await CorrectAsync(techCenter, model, cancellationToken);
        }

        await settings.SetSettingAsync(mark, revision, cancellationToken);
        return changed;
    }

    // The version that serves, and that on trial.
    private async Task<IReadOnlyList<FittedModel>> AnsweringAsync(string techCenter, CancellationToken cancellationToken)
    {
        List<FittedModel> answering = [];
        if (await models.LoadServingAsync(techCenter, LoadAsync, cancellationToken) is { Loaded: FittedModel serving })
        {
            answering.Add(serving);
        }

        try
        {
            if ((await models.Stages.ReadAsync(techCenter, cancellationToken)).Canary is StagedVersion canary)
            {
                answering.Add(await LoadAsync(await models.RequireAsync(techCenter, canary.Version, cancellationToken), cancellationToken));
            }
        }
        catch (Exception e) when (e is ModelException or Requests.RequestException)
        {
            // The trial's concern.
        }

        return answering;
    }

    private Task<FittedModel> LoadAsync(ModelManifest manifest, CancellationToken cancellationToken) => models.LoadCorrectedAsync(manifest, options.MaxDegreeOfParallelism, cancellationToken);

    private async Task<int> CorrectAsync(string techCenter, FittedModel model, CancellationToken cancellationToken)
    {
        Dictionary<string, ClusterAssignment> moved = await AnswerMovedAsync(techCenter, model, cancellationToken);
        List<IncidentPrediction> changed = [];
        int saved = 0;
        await foreach (PredictedIncident row in predictions.ReadPredictedAsync(techCenter, cancellationToken))
        {
            if (!string.Equals(row.Prediction.ModelVersion, model.Name, StringComparison.Ordinal))
            {
                continue;
            }

            ClusterAssignment answer = moved.TryGetValue(row.Prediction.IncidentId, out ClusterAssignment anew) ? anew : new ClusterAssignment(row.Prediction.ClusterId, row.Prediction.Confidence);
            IncidentPrediction corrected = PredictIncidents.Answered(model, row.Prediction, answer);
            if (corrected != row.Prediction)
            {
                changed.Add(corrected with { PredictedAt = clock.GetUtcNow() });
            }

            if (changed.Count >= options.BatchSize)
            {
                saved += await SaveAsync(changed, cancellationToken);
            }
        }

        return saved + await SaveAsync(changed, cancellationToken);
    }

    // The model is asked of those tickets alone whose answer is not told by their cluster.
    private async Task<Dictionary<string, ClusterAssignment>> AnswerMovedAsync(string techCenter, FittedModel model, CancellationToken cancellationToken)
    {
        Dictionary<string, ClusterAssignment> answers = new(StringComparer.Ordinal);
        if (!model.HasMoved)
        {
            return answers;
        }

        await foreach (PreprocessedIncident row in preprocessed.ReadWindowAsync(techCenter, model.Manifest.Embedder, Always, Forever, cancellationToken))
        {
            ReadOnlyMemory<float> vector = model.VectorOf(row.Summary, row.Embedding);
            if (model.IsMoved(new PreprocessedText(row.Number, row.ContentHash, vector)))
            {
                answers[row.Number] = model.Decide(row.Number, model.Classify([(row.ContentHash, vector)], cancellationToken)[0]);
            }
        }

        return answers;
    }

    private async Task<int> SaveAsync(List<IncidentPrediction> changed, CancellationToken cancellationToken)
    {
        int count = changed.Count;
        if (count > 0)
        {
            await predictions.SavePredictionsAsync([.. changed], cancellationToken);
            changed.Clear();
        }

        return count;
    }
}
