using System.Globalization;
using System.Text.Json;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Cli;

/// <summary>Remembers of which incidents, and with which parameters, the models of a data folder were trained, so that a run trains only where something has changed.</summary>
internal sealed class TrainedState(LocalPipeline pipeline, TrainingOptions options)
{
    private const string Setting = "run.trained";
    private const int Page = 10_000;

    private string Parameters => JsonSerializer.Serialize(options with { MaxDegreeOfParallelism = null }, PipelineJson.Compact);

    /// <summary>What has to be trained: the tech centers with incidents that are new or changed since, and those without a model; all of them where the parameters, the embedder or the masking have changed.</summary>
    public async Task<TrainingRequest[]> NeededAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not Trained trained || !string.Equals(trained.Parameters, Parameters, StringComparison.Ordinal)
            || SequenceOf(trained.Watermark, await pipeline.Preprocess.WatermarkAsync(cancellationToken)) is not long sequence)
        {
            return [new TrainingRequest()];
        }

        HashSet<string> changed = await ChangedAsync(sequence, cancellationToken);
        IReadOnlyList<string> all = await pipeline.TechCenters.ListTechCentersAsync(cancellationToken);
        List<string> needed = [];
        foreach (string center in all)
        {
            if (changed.Contains(center) || !await HasModelAsync(center, cancellationToken))
            {
                needed.Add(center);
            }
        }

        return needed.Count == 0 ? [] : [new TrainingRequest(TechCenters: needed.Count == all.Count ? null : needed)];
    }

    /// <summary>Remembers that everything is trained as it is now.</summary>
    public async Task SaveAsync(CancellationToken cancellationToken) => await pipeline.Kept.SetSettingAsync(
        Setting, JsonSerializer.Serialize(new Trained(await pipeline.Preprocess.WatermarkAsync(cancellationToken), Parameters), PipelineJson.Compact), cancellationToken);

    private async Task<Trained?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.Kept.GetSettingAsync(Setting, cancellationToken) is string stored ? JsonSerializer.Deserialize<Trained>(stored, PipelineJson.Compact) : null;
        }
        catch (JsonException)
        {
            // What cannot be read is not known: all is trained again.
            return null;
        }
    }

    // A watermark is the name of what makes the summaries and embeddings, and a sequence.
    private static long? SequenceOf(string before, string now)
    {
        int end = now.LastIndexOf(':') + 1;
        return before.Length > end && before.StartsWith(now[..end], StringComparison.Ordinal) && long.TryParse(before.AsSpan(end), NumberStyles.None, CultureInfo.InvariantCulture, out long sequence) ? sequence : null;
    }

    private async Task<HashSet<string>> ChangedAsync(long sequence, CancellationToken cancellationToken)
    {
        HashSet<string> centers = new(StringComparer.Ordinal);
        while (await pipeline.Incidents.ReadChangesAsync(sequence, Page, cancellationToken) is { Count: > 0 } changes)
        {
            centers.UnionWith(changes.Select(change => change.Incident.TechCenter));
            sequence = changes[^1].Sequence;
        }

        return centers;
    }

    private async Task<bool> HasModelAsync(string center, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.Models.FindServingAsync(center, cancellationToken) is not null;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    private sealed record Trained(string Watermark, string Parameters);
}
