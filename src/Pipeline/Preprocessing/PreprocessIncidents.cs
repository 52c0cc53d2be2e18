using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Preprocessing;

/// <summary>
/// The preprocessing use case: incidents that are new or changed since the watermark are masked, summarised, embedded and stored.
/// Each batch and the watermark behind it are stored in one transaction, so a killed run goes on where it was and does nothing twice.
/// </summary>
public sealed class PreprocessIncidents(IWarehouse warehouse, IEmbeddingGenerator<string, Embedding<float>> embedder, SummaryBuilder summaries, PreprocessingOptions options)
{
    private const string Stage = "preprocess";

    /// <summary>The embedder's id: provider and model. Vectors of different embedders are never mixed.</summary>
    public string Embedder { get; } = IdOf(embedder);

    /// <summary>What makes the summaries: texts of other origin are comparable when they are made by the same.</summary>
    public SummaryBuilder Summaries { get; } = summaries;

    // Another embedder, or other masking rules, start from the first incident again.
    private string WatermarkName => $"{Stage}:{Embedder}:{Summaries.Fingerprint}";

    /// <summary>How many incidents wait.</summary>
    public async Task<long> CountWaitingAsync(CancellationToken cancellationToken = default) =>
        await warehouse.CountChangesAsync(await warehouse.GetWatermarkAsync(WatermarkName, cancellationToken), cancellationToken);

    /// <summary>Names the state of the preprocessed incidents: it is another one after anything new was preprocessed.</summary>
    public async Task<string> WatermarkAsync(CancellationToken cancellationToken = default)
    {
        long watermark = await warehouse.GetWatermarkAsync(WatermarkName, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{WatermarkName}:{watermark}");
    }

    /// <summary>Preprocesses what waits.</summary>
    /// <param name="limit">Stop after this many incidents, at least 1; null for all.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<PreprocessOutcome> RunAsync(int? limit = null, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit must be at least 1.");
        }

        long watermark = await warehouse.GetWatermarkAsync(WatermarkName, cancellationToken);
        long total = Math.Min(limit ?? long.MaxValue, await warehouse.CountChangesAsync(watermark, cancellationToken));
        PreprocessOutcome outcome = new(0, 0, 0, 0);
        progress?.Report(new PipelineProgress("Preprocessing", 0, total));
        while (outcome.Read < total)
        {
            int size = (int)Math.Min(options.BatchSize, total - outcome.Read);
            IReadOnlyList<IncidentChange> batch = await warehouse.ReadChangesAsync(watermark, size, cancellationToken);
            if (batch.Count == 0)
            {
                break;
            }

            watermark = batch[^1].Sequence;
            outcome = await BatchAsync(batch, watermark, outcome, cancellationToken);
            progress?.Report(new PipelineProgress("Preprocessing", outcome.Read, Math.Max(total, outcome.Read)));
        }

        return outcome;
    }

    private async Task<PreprocessOutcome> BatchAsync(IReadOnlyList<IncidentChange> batch, long watermark, PreprocessOutcome outcome, CancellationToken cancellationToken)
    {
        List<(Incident Incident, string Summary, string Hash)> texts = [];
        List<DeadLetter> deadLetters = [];
        foreach (Incident incident in batch.Select(c => c.Incident))
        {
            string summary = Summaries.Build(incident.Texts);
            if (summary.Length == 0)
            {
                deadLetters.Add(new DeadLetter(incident.Number, Stage, "Nothing is left of the text after cleaning. Fill in the short description."));
            }
            else
            {
                texts.Add((incident, summary, TextHash.Of(summary)));
            }
        }

        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(
            await warehouse.FindEmbeddingsAsync(Embedder, [.. texts.Select(t => t.Hash).Distinct(StringComparer.Ordinal)], cancellationToken), StringComparer.Ordinal);
        (string Summary, string Hash)[] missing = [.. texts.Where(t => !embeddings.ContainsKey(t.Hash)).Select(t => (t.Summary, t.Hash)).DistinctBy(t => t.Hash, StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            GeneratedEmbeddings<Embedding<float>> made = await embedder.GenerateAsync(missing.Select(m => m.Summary), cancellationToken: cancellationToken);
            foreach ((string hash, Embedding<float> embedding) in missing.Select(m => m.Hash).Zip(made))
            {
                embeddings.Add(hash, embedding.Vector);
            }
        }

        PreprocessedIncident[] rows =
        [
            .. texts.Select(t => new PreprocessedIncident
            {
                Number = t.Incident.Number,
                CreatedOn = t.Incident.CreatedOn,
                TechCenter = t.Incident.TechCenter,
                Summary = t.Summary,
                ContentHash = t.Hash,
                Embedder = Embedder,
                Embedding = embeddings[t.Hash],
            }),
        ];
        await warehouse.SavePreprocessedAsync(rows, deadLetters, WatermarkName, watermark, cancellationToken);
        return new PreprocessOutcome(outcome.Read + batch.Count, outcome.Stored + rows.Length, outcome.Embedded + missing.Length, outcome.DeadLetters + deadLetters.Count);
    }

    private static string IdOf(IEmbeddingGenerator<string, Embedding<float>> embedder)
    {
        EmbeddingGeneratorMetadata? metadata = embedder.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
        return metadata?.DefaultModelId ?? throw new ArgumentException("The embedder does not name its model: its vectors could not be told from others.", nameof(embedder));
    }
}
