using Pipeline.Incidents;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Tests.Intake;

/// <summary>A warehouse that keeps incidents in memory, by number, and knows nothing else.</summary>
internal sealed class RecordingWarehouse : IWarehouse
{
    public Dictionary<string, Incident> Incidents { get; } = new(StringComparer.Ordinal);

    public List<int> BatchSizes { get; } = [];

    public bool Fails { get; set; }

    public Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default)
    {
        if (Fails)
        {
            throw new WarehouseException("The disk is full.");
        }

        BatchSizes.Add(incidents.Count);
        (int added, int changed, int unchanged) = (0, 0, 0);
        foreach (Incident incident in incidents)
        {
            if (!Incidents.TryGetValue(incident.Number, out Incident? stored))
            {
                added++;
            }
            else if (stored with { Texts = incident.Texts } == incident && stored.Texts.SequenceEqual(incident.Texts, StringComparer.Ordinal))
            {
                unchanged++;
            }
            else
            {
                changed++;
            }

            Incidents[incident.Number] = incident;
        }

        return Task.FromResult(new UpsertOutcome(added, changed, unchanged));
    }

    public Task InitializeAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<long> GetWatermarkAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyDictionary<string, ReadOnlyMemory<float>>> FindEmbeddingsAsync(string embedder, IReadOnlyCollection<string> contentHashes, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SavePreprocessedAsync(IReadOnlyList<PreprocessedIncident> incidents, IReadOnlyList<DeadLetter> deadLetters, string? watermarkName, long watermark, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<PreprocessedIncident> ReadWindowAsync(string techCenter, string embedder, DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(string techCenter, string embedder, string modelVersion, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<IReadOnlyList<DeadLetter>> ReadDeadLettersAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task SetSettingAsync(string name, string value, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<string?> GetSettingAsync(string name, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
