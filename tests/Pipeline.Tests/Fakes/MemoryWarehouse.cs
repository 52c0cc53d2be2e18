using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Fakes;

/// <summary>A warehouse in memory that keeps the contract: a write replaces the whole state or nothing, and a reader keeps the state it began with.</summary>
internal sealed partial class MemoryWarehouse : IWarehouse, IIncidents, ITechCenters, IPreprocessedIncidents, IPredictions, ITrainingJournal, ISettingsTable, IMeasures, IAlertLog
{
    private readonly Lock _writing = new();
    private volatile Tables _tables = new();

    /// <summary>Takes over what another one holds.</summary>
    public void CopyFrom(MemoryWarehouse other)
    {
        lock (_writing)
        {
            _tables = other._tables;
        }
    }

    public Task InitializeAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

    public Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(incidents);
        (int added, int changed, int unchanged) = (0, 0, 0);
        return WriteAsync(
            tables =>
            {
                foreach (Incident incident in incidents.Index().GroupBy(i => i.Item.Number, StringComparer.Ordinal).Select(g => g.Last()).OrderBy(i => i.Index).Select(i => i.Item))
                {
                    if (string.IsNullOrEmpty(incident.Number))
                    {
                        throw new ArgumentException("An incident has no number.", nameof(incidents));
                    }

                    Incident row = incident with { CreatedOn = incident.CreatedOn?.ToUniversalTime(), UpdatedOn = incident.UpdatedOn?.ToUniversalTime(), Texts = [.. incident.Texts] };
                    cancellationToken.ThrowIfCancellationRequested();
                    Incident? stored = tables.Incidents.GetValueOrDefault(row.Number)?.Incident;
                    if (stored is not null && (IsSame(stored, row) || row.UpdatedOn < stored.UpdatedOn))
                    {
                        unchanged++;
                        continue;
                    }

                    (added, changed) = stored is null ? (added + 1, changed) : (added, changed + 1);
                    tables = tables with { Sequence = tables.Sequence + 1, Incidents = tables.Incidents.SetItem(row.Number, new IncidentChange(tables.Sequence + 1, row)), Arrivals = tables.Arrivals.SetItem(row.Number, Clock.GetUtcNow()) };
                }

                return tables;
            },
            () => new UpsertOutcome(added, changed, unchanged),
            cancellationToken);
    }

    public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<IncidentChange>>(t => [.. t.Incidents.Values.Where(c => c.Sequence > afterSequence).OrderBy(c => c.Sequence).Take(limit)], cancellationToken);

    public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) =>
        ReadAsync<long>(t => t.Incidents.Values.Count(c => c.Sequence > afterSequence), cancellationToken);

    public Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<string>>(t => [.. t.Preprocessed.Values.Select(i => i.TechCenter).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)], cancellationToken);

    public Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<TechCenterStatistics>>(
        t =>
        {
            ILookup<string, Incident> source = t.Incidents.Values.Select(c => c.Incident).ToLookup(i => i.TechCenter, StringComparer.Ordinal);
            ILookup<string, PreprocessedIncident> ready = t.Preprocessed.Values.ToLookup(i => i.TechCenter, StringComparer.Ordinal);
            ILookup<string, IncidentPrediction> answered = t.Predictions.Values.ToLookup(p => p.TechCenter, StringComparer.Ordinal);
            IEnumerable<string> names = source.Select(g => g.Key).Union(ready.Select(g => g.Key), StringComparer.Ordinal).Union(answered.Select(g => g.Key), StringComparer.Ordinal);
            return
            [
                .. names.Order(StringComparer.Ordinal).Select(name => new TechCenterStatistics(
                    name,
                    source[name].Count(),
                    ready[name].Count(),
                    answered[name].Count(),
                    answered[name].Count(p => p.ClusterId == IncidentPrediction.Unclustered),
                    source[name].Max(i => i.CreatedOn),
                    answered[name].Max(p => (DateTimeOffset?)p.PredictedAt),
                    source[name].Min(i => i.CreatedOn))),
            ];
        },
        cancellationToken);

    public Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) => ReadAsync(t => t.Watermarks.GetValueOrDefault(name), cancellationToken);

    public Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyDictionary<string, ReadOnlyMemory<float>>>(
            t => t.Preprocessed.Values.Where(i => string.Equals(i.Embedder, embedder, StringComparison.Ordinal) && contentHashes.Contains(i.ContentHash, StringComparer.Ordinal))
                .DistinctBy(i => i.ContentHash, StringComparer.Ordinal).ToDictionary(i => i.ContentHash, i => i.Embedding, StringComparer.Ordinal),
            cancellationToken);

    public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default) => WriteAsync(
        tables =>
        {
            Tables before = tables;
            bool Overtaken(string number) => before.Incidents.GetValueOrDefault(number)?.Sequence > watermark || before.Removals.GetValueOrDefault(number) > watermark;
            foreach (PreprocessedIncident incident in incidents.Where(i => !Overtaken(i.Number)))
            {
                _ = incident.Summary ?? throw new ArgumentException($"The incident {incident.Number} has no summary.", nameof(incidents));
                bool moved = tables.Predictions.TryGetValue(incident.Number, out IncidentPrediction? old) && !string.Equals(old.TechCenter, incident.TechCenter, StringComparison.Ordinal);
                tables = tables with
                {
                    Preprocessed = tables.Preprocessed.SetItem(incident.Number, incident),
                    Predictions = moved ? tables.Predictions.Remove(incident.Number) : tables.Predictions,
                    DeadLetters = tables.DeadLetters.Remove(incident.Number),
                };
            }

            foreach (DeadLetter letter in deadLetters.Where(d => !Overtaken(d.Number)))
            {
                tables = tables with
                {
                    DeadLetters = tables.DeadLetters.SetItem(letter.Number, letter),
                    Preprocessed = tables.Preprocessed.Remove(letter.Number),
                    Predictions = tables.Predictions.Remove(letter.Number),
                };
            }

            return watermarkName is null ? tables : tables with { Watermarks = tables.Watermarks.SetItem(watermarkName, Math.Max(watermark, tables.Watermarks.GetValueOrDefault(watermarkName))) };
        },
        () => true,
        cancellationToken);

    public async IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (PreprocessedIncident incident in (await ReadAsync(t => t.Preprocessed, cancellationToken)).Values.Where(i => IsOf(i, techCenter, embedder) && (i.CreatedOn is null || (i.CreatedOn >= from && i.CreatedOn < until))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return incident;
        }
    }

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<DeadLetter>>(t => [.. t.DeadLetters.Values], cancellationToken);

    public Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(string techCenter, string embedder, string modelVersion, string? trialVersion, int limit, PreprocessedIncident? after = null, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<PreprocessedIncident>>(
            t =>
            [
                .. t.Preprocessed.Values.Where(i => IsOf(i, techCenter, embedder)
                    && !(t.Predictions.TryGetValue(i.Number, out IncidentPrediction? p) && string.Equals(p.ContentHash, i.ContentHash, StringComparison.Ordinal) && (string.Equals(p.ModelVersion, modelVersion, StringComparison.Ordinal) || string.Equals(p.ModelVersion, trialVersion, StringComparison.Ordinal))))
                    .OrderBy(i => i.CreatedOn).ThenBy(i => i.Number, StringComparer.Ordinal).Take(limit),
            ],
            cancellationToken);

    public Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default) => WriteAsync(
        tables => tables with
        {
            Predictions = tables.Predictions.SetItems(predictions
                .Where(p => tables.Preprocessed.TryGetValue(p.IncidentId, out PreprocessedIncident? i) && string.Equals(i.ContentHash, p.ContentHash, StringComparison.Ordinal) && string.Equals(i.TechCenter, p.TechCenter, StringComparison.Ordinal))
                .Select(p => KeyValuePair.Create(p.IncidentId, p))),
        },
        () => true,
        cancellationToken);

    public async IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Tables tables = await ReadAsync(t => t, cancellationToken);
        foreach (IncidentPrediction prediction in tables.Predictions.Values.Where(p => techCenter is null || string.Equals(p.TechCenter, techCenter, StringComparison.Ordinal)).OrderBy(p => p.TechCenter, StringComparer.Ordinal).ThenBy(p => p.IncidentId, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new PredictedIncident(prediction, tables.Preprocessed[prediction.IncidentId].CreatedOn, tables.Preprocessed[prediction.IncidentId].Summary);
        }
    }

    public Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default)
    {
        TrainingRun? opened = null;
        return WriteAsync(
            tables =>
            {
                opened = tables.Runs.Values.FirstOrDefault(r => r.Year == year && r.Quarter == quarter && string.Equals(r.Request, request, StringComparison.Ordinal) && !tables.Closed.Contains(r.Id))
                    ?? new TrainingRun(1 + tables.Runs.Keys.DefaultIfEmpty(0).Max(), year, quarter, request, ImmutableDictionary.Create<string, string>(StringComparer.Ordinal));
                return tables with { Runs = tables.Runs.SetItem(opened.Id, opened) };
            },
            () => opened!,
            cancellationToken);
    }

    public Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default) => WriteAsync(
        tables =>
        {
            ImmutableDictionary<string, string> finished = (ImmutableDictionary<string, string>)Run(tables, runId).Finished;
            return finished.ContainsKey(techCenter) ? tables : tables with { Runs = tables.Runs.SetItem(runId, tables.Runs[runId] with { Finished = finished.Add(techCenter, outcomeJson) }) };
        },
        () => true,
        cancellationToken);

    public Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default) =>
        WriteAsync(tables => tables with { Closed = tables.Closed.Add(Run(tables, runId).Id) }, () => true, cancellationToken);

    public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) =>
        WriteAsync(tables => tables with { Settings = tables.Settings.SetItem(name, value) }, () => true, cancellationToken);

    public Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) => ReadAsync(t => t.Settings.GetValueOrDefault(name), cancellationToken);

    private static TrainingRun Run(Tables tables, long runId) =>
        tables.Runs.GetValueOrDefault(runId) ?? throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"There is no training run {runId}."), nameof(runId));

    private static bool IsOf(PreprocessedIncident incident, string techCenter, string embedder) =>
        string.Equals(incident.TechCenter, techCenter, StringComparison.Ordinal) && string.Equals(incident.Embedder, embedder, StringComparison.Ordinal);

    private static bool IsSame(Incident a, Incident b) => a with { Texts = b.Texts } == b && a.Texts.SequenceEqual(b.Texts, StringComparer.Ordinal);

    private Task<T> ReadAsync<T>(Func<Tables, T> read, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested ? Task.FromCanceled<T>(cancellationToken) : Task.FromResult(read(_tables));

    private async Task<T> WriteAsync<T>(Func<Tables, Tables> write, Func<T> result, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        lock (_writing)
        {
            _tables = write(_tables);
            return result();
        }
    }

    private sealed record Tables
    {
        public long Sequence { get; init; }

        public ImmutableSortedDictionary<string, IncidentChange> Incidents { get; init; } = ByName<IncidentChange>();

        public ImmutableSortedDictionary<string, PreprocessedIncident> Preprocessed { get; init; } = ByName<PreprocessedIncident>();

        public ImmutableSortedDictionary<string, DeadLetter> DeadLetters { get; init; } = ByName<DeadLetter>();

        public ImmutableSortedDictionary<string, IncidentPrediction> Predictions { get; init; } = ByName<IncidentPrediction>();

        public ImmutableSortedDictionary<string, long> Removals { get; init; } = ByName<long>();

        public ImmutableSortedDictionary<string, ErasureRecord> Erasures { get; init; } = ByName<ErasureRecord>();

        public ImmutableSortedDictionary<string, long> Watermarks { get; init; } = ByName<long>();

        public ImmutableSortedDictionary<string, string> Settings { get; init; } = ByName<string>();

        public ImmutableSortedDictionary<long, TrainingRun> Runs { get; init; } = ImmutableSortedDictionary<long, TrainingRun>.Empty;

        public ImmutableHashSet<long> Closed { get; init; } = [];

        public ImmutableSortedDictionary<string, DateTimeOffset> Arrivals { get; init; } = ByName<DateTimeOffset>();

        public ImmutableList<Measure> Measures { get; init; } = [];

        public ImmutableList<Alert> Alerts { get; init; } = [];

        private static ImmutableSortedDictionary<string, T> ByName<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);
    }
}
