using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.AI;
using Pipeline.Datasets;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Preprocessing;

/// <summary>
/// The preprocessing use case: incidents that are new or changed since the watermark are masked, summarised, embedded and stored.
/// Each batch and the watermark behind it are stored in one transaction, so a killed run goes on where it was and does nothing twice. Where a batch takes several
/// requests to the embedder, each answer is stored before the next request is sent: what was paid for is found again, whatever happens then.
/// </summary>
public sealed class PreprocessIncidents(IIncidents source, IPreprocessedIncidents preprocessed, IEmbeddingGenerator<string, Embedding<float>> embedder, SummaryBuilder summaries, PreprocessingOptions options, DatasetCatalog? datasets = null)
{
    // A write costs a warehouse in the cloud about as much as that many embeddings, which is what a killed process may have to pay for once more.
    private const int StoredAtOnce = 500;

    private const string Stage = "preprocess";

    /// <summary>The embedder's id: provider and model. Vectors of different embedders are never mixed.</summary>
    public string Embedder { get; } = IdOf(embedder);

    /// <summary>What makes the summaries: texts of other origin are comparable when they are made by the same.</summary>
    public SummaryBuilder Summaries { get; } = summaries;

    // Another embedder, or other masking rules, start from the first incident again.
    private string WatermarkName => $"{Stage}:{Embedder}:{Summaries.Fingerprint}";

    /// <summary>How many incidents wait.</summary>
    public async Task<long> CountWaitingAsync(CancellationToken cancellationToken = default) =>
        await source.CountChangesAsync(await preprocessed.GetWatermarkAsync(WatermarkName, cancellationToken), cancellationToken);

    /// <summary>Names the state of the preprocessed incidents: it is another one after anything new was preprocessed.</summary>
    public async Task<string> WatermarkAsync(CancellationToken cancellationToken = default)
    {
        long watermark = await preprocessed.GetWatermarkAsync(WatermarkName, cancellationToken);
        return string.Create(CultureInfo.InvariantCulture, $"{WatermarkName}:{watermark}");
    }

    /// <summary>Preprocesses what waits.</summary>
    /// <param name="limit">Stop after this many incidents, at least 1; null for all.</param>
    /// <param name="progress">Told after each batch.</param>
    /// <param name="cancellationToken">Stops after a batch.</param>
    /// <exception cref="ArgumentOutOfRangeException">The limit is below 1.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    /// <exception cref="EmbedderException">The embedder does not answer.</exception>
    public async Task<PreprocessOutcome> RunAsync(int? limit = null, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        if (limit < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(limit), limit, "The limit must be at least 1.");
        }

        return await PipelineWork.RunAsync(PipelineOperation.Preprocess, techCenter: null, () => RunBatchesAsync(limit, progress, cancellationToken));
    }

    private async Task<PreprocessOutcome> RunBatchesAsync(int? limit, IProgress<PipelineProgress>? progress, CancellationToken cancellationToken)
    {
        long watermark = await preprocessed.GetWatermarkAsync(WatermarkName, cancellationToken);
        RecordRows records = new(Summaries, datasets is null ? DatasetCatalog.BuiltIn : await datasets.ListAsync(cancellationToken));
        await CatchUpAsync(records, watermark, cancellationToken);
        long total = Math.Min(limit ?? long.MaxValue, await source.CountChangesAsync(watermark, cancellationToken));
        PreprocessOutcome outcome = new(0, 0, 0, 0);
        progress?.Report(new PipelineProgress("Preprocessing", 0, total, Unit: "incident"));
        Task<MaskedBatch?> next = NextAsync(total - outcome.Read);
        try
        {
            // Another batch is read and masked while the one before is embedded and stored.
            while (await next is MaskedBatch batch)
            {
                watermark = batch.Changes[^1].Sequence;
                next = NextAsync(total - outcome.Read - batch.Changes.Count);
                outcome = await BatchAsync(batch, records, outcome, cancellationToken);
                progress?.Report(new PipelineProgress("Preprocessing", outcome.Read, Math.Max(total, outcome.Read), Unit: "incident"));
            }
        }
        finally
        {
            // Nothing goes on behind the caller.
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return outcome;

        async Task<MaskedBatch?> NextAsync(long left)
        {
            IReadOnlyList<IncidentChange> changes = left <= 0 ? [] : await source.ReadChangesAsync(watermark, (int)Math.Min(options.BatchSize, left), cancellationToken);
            return changes.Count == 0 ? null : new MaskedBatch(changes, await Task.Run(() => Summarise(changes, records, cancellationToken), cancellationToken));
        }
    }

    // Where the columns of a data set of records have changed, its rows are made anew of those that they were imported with.
    private async Task CatchUpAsync(RecordRows records, long watermark, CancellationToken cancellationToken)
    {
        if (watermark == 0 || datasets is null)
        {
            return;
        }

        foreach (Dataset dataset in records.Datasets)
        {
            string mark = RecordRows.WatermarkOf(dataset);
            if (await preprocessed.GetWatermarkAsync(mark, cancellationToken) > 0)
            {
                continue;
            }

            bool hasRows = await datasets.HasRowsAsync(dataset, cancellationToken);
            for (long at = 0; hasRows && at < watermark && await source.ReadChangesAsync(at, options.BatchSize, cancellationToken) is { Count: > 0 } page; at = page[^1].Sequence)
            {
                PreprocessedIncident[] rows = [.. page.Where(c => c.Sequence <= watermark && dataset.Owns(c.Incident.TechCenter)).Select(c => records.Of(c.Incident).Row).OfType<PreprocessedIncident>()];
                await preprocessed.SavePreprocessedAsync(rows, [], watermarkName: null, page[^1].Sequence, cancellationToken);
            }

            await preprocessed.SavePreprocessedAsync([], [], mark, watermark, cancellationToken);
        }
    }

    private async Task<PreprocessOutcome> BatchAsync(MaskedBatch masked, RecordRows records, PreprocessOutcome outcome, CancellationToken cancellationToken)
    {
        IReadOnlyList<IncidentChange> batch = masked.Changes;
        List<Masked> texts = [];
        List<PreprocessedIncident> recordRows = [];
        List<DeadLetter> deadLetters = [];
        List<string> rejected = [];
        foreach ((int place, Incident incident) in batch.Select(c => c.Incident).Index())
        {
            if (records.Has(incident))
            {
                (PreprocessedIncident? row, string? problem) = records.Of(incident);
                if (row is null)
                {
                    KeepAside(incident, problem!);
                }
                else
                {
                    recordRows.Add(row);
                }

                continue;
            }

            string summary = masked.Summaries[place];
            if (summary.Length == 0)
            {
                KeepAside(incident, "Nothing is left of the text after cleaning. Fill in the short description.");
            }
            else
            {
                texts.Add(new Masked(incident, summary, TextHash.Of(summary)));
            }
        }

        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(
            await preprocessed.FindEmbeddingsAsync(Embedder, [.. texts.Select(t => t.Hash).Distinct(StringComparer.Ordinal)], cancellationToken), StringComparer.Ordinal);
        Masked[] missing = [.. texts.Where(t => !embeddings.ContainsKey(t.Hash)).DistinctBy(t => t.Hash, StringComparer.Ordinal)];
        List<Masked> unstored = [.. texts];
        IReadOnlyDictionary<string, string> refused = await EmbedAsync(missing, embeddings, () => StoreAsync([], watermarkName: null), cancellationToken);
        foreach (Masked text in texts.Where(t => refused.ContainsKey(t.Hash)))
        {
            KeepAside(text.Incident, refused[text.Hash]);
        }

        await StoreAsync(deadLetters, WatermarkName);
        Measure(batch, texts, missing, refused, rejected);
        return new PreprocessOutcome(outcome.Read + batch.Count, outcome.Stored + texts.Count - unstored.Count + recordRows.Count, outcome.Embedded + missing.Length - refused.Count, outcome.DeadLetters + deadLetters.Count);

        // What was paid for is stored even when the run is told to stop.
        async Task StoreAsync(IReadOnlyList<DeadLetter> aside, string? watermarkName)
        {
            PreprocessedIncident[] rows = [.. unstored.Where(t => embeddings.ContainsKey(t.Hash)).Select(t => Preprocessed(t, embeddings[t.Hash])), .. watermarkName is null ? [] : recordRows];
            await preprocessed.SavePreprocessedAsync(rows, aside, watermarkName, batch[^1].Sequence, missing.Length > 0 ? CancellationToken.None : cancellationToken);
            unstored.RemoveAll(t => embeddings.ContainsKey(t.Hash));
        }

        void KeepAside(Incident incident, string reason)
        {
            deadLetters.Add(new DeadLetter(incident.Number, Stage, reason));
            rejected.Add(incident.TechCenter);
        }
    }

    // Masking is the most of what preprocessing computes, and each text is masked on its own.
    private string[] Summarise(IReadOnlyList<IncidentChange> batch, RecordRows records, CancellationToken cancellationToken)
    {
        string[] made = new string[batch.Count];
        ParallelOptions parallel = new() { CancellationToken = cancellationToken, MaxDegreeOfParallelism = options.MaxDegreeOfParallelism ?? Environment.ProcessorCount };
        Parallel.For(0, made.Length, parallel, place => made[place] = records.Has(batch[place].Incident) ? string.Empty : Summaries.Build(batch[place].Incident.Texts));
        return made;
    }

    private static void Measure(IReadOnlyList<IncidentChange> batch, List<Masked> texts, Masked[] missing, IReadOnlyDictionary<string, string> refused, List<string> rejected)
    {
        PipelineMetrics.Count(PipelineMetrics.Read, batch.Select(c => c.Incident.TechCenter));
        PipelineMetrics.Count(PipelineMetrics.Masked, texts.Select(t => t.Incident.TechCenter));
        PipelineMetrics.Count(PipelineMetrics.Cached, texts.Except(missing, ReferenceEqualityComparer.Instance).Cast<Masked>().Where(t => !refused.ContainsKey(t.Hash)).Select(t => t.Incident.TechCenter));
        PipelineMetrics.Count(PipelineMetrics.Rejected, rejected);
        PipelineMetrics.Records.Add(batch.Count, new KeyValuePair<string, object?>("operation", PipelineOperation.Preprocess));
    }

    // Adds the embeddings of texts that have none, has them stored while others are still to come, and tells which the embedder refuses.
    // Each is counted when it comes: it is paid for then, whatever becomes of the batch.
    private async Task<IReadOnlyDictionary<string, string>> EmbedAsync(Masked[] missing, Dictionary<string, ReadOnlyMemory<float>> embeddings, Func<Task> store, CancellationToken cancellationToken)
    {
        if (missing.Length == 0)
        {
            return ReadOnlyDictionary<string, string>.Empty;
        }

        using Activity? activity = PipelineActivity.Start("pipeline.embed");
        activity?.SetTag("texts", missing.Length);
        int complete = embeddings.Count + missing.Length;
        int unstored = 0;
        IncrementalEmbeddingOptions told = new(async part =>
        {
            Add(part);
            unstored += part.Count;
            if (unstored >= StoredAtOnce && embeddings.Count < complete)
            {
                unstored = 0;
                await store();
            }
        });
        try
        {
            Add((await embedder.GenerateAsync(missing.Select(m => m.Summary), told, cancellationToken)).Index().Select(e => KeyValuePair.Create(e.Index, e.Item)));
            return ReadOnlyDictionary<string, string>.Empty;
        }
        catch (TextsRefusedException e)
        {
            Add(e.Made.Index().Where(m => m.Item is not null).Select(m => KeyValuePair.Create(m.Index, m.Item!)));
            return e.Refused.ToDictionary(r => missing[r.Key].Hash, r => r.Value, StringComparer.Ordinal);
        }
        catch when (unstored > 0)
        {
            await store();
            throw;
        }

        void Add(IEnumerable<KeyValuePair<int, Embedding<float>>> made)
        {
            List<string> added = [];
            foreach ((int place, Embedding<float> embedding) in made)
            {
                if (embeddings.TryAdd(missing[place].Hash, embedding.Vector))
                {
                    added.Add(missing[place].Incident.TechCenter);
                }
            }

            PipelineMetrics.Count(PipelineMetrics.Embedded, added);
        }
    }

    private PreprocessedIncident Preprocessed(Masked text, ReadOnlyMemory<float> embedding) => new()
    {
        Number = text.Incident.Number,
        CreatedOn = text.Incident.CreatedOn,
        TechCenter = text.Incident.TechCenter,
        Summary = text.Summary,
        ContentHash = text.Hash,
        Embedder = Embedder,
        Embedding = embedding,
    };

    private static string IdOf(IEmbeddingGenerator<string, Embedding<float>> embedder)
    {
        EmbeddingGeneratorMetadata? metadata = embedder.GetService(typeof(EmbeddingGeneratorMetadata)) as EmbeddingGeneratorMetadata;
        return metadata?.DefaultModelId ?? throw new ArgumentException("The embedder does not name its model: its vectors could not be told from others.", nameof(embedder));
    }

    /// <summary>Incidents in the order of their changes, with the masked text of each; empty of a record.</summary>
    private sealed record MaskedBatch(IReadOnlyList<IncidentChange> Changes, string[] Summaries);

    /// <summary>An incident with its masked text and the hash of that.</summary>
    private sealed record Masked(Incident Incident, string Summary, string Hash);
}

/// <summary>What a preprocessing run did.</summary>
/// <param name="Read">Incidents read since the watermark.</param>
/// <param name="Stored">Incidents masked, embedded and stored.</param>
/// <param name="Embedded">Texts that were embedded: the others had an embedding already.</param>
/// <param name="DeadLetters">Incidents that could not be processed and were kept aside.</param>
public sealed record PreprocessOutcome(long Read, long Stored, long Embedded, long DeadLetters);

/// <summary>How incidents are preprocessed.</summary>
public sealed record PreprocessingOptions
{
    /// <summary>Incidents read, embedded and stored at once, 1 to 100,000: it bounds the memory, and what a crash has to do again.</summary>
    public int BatchSize { get; init; } = 1_000;

    /// <summary>The threads that mask texts, 1 to 1024; null for all cores. The result does not depend on it.</summary>
    public int? MaxDegreeOfParallelism { get; init; }

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(BatchSize, 1, 100_000, "Preprocessing:BatchSize");
        SettingRange.Require(MaxDegreeOfParallelism, 1, 1024, "Preprocessing:MaxDegreeOfParallelism");
    }
}
