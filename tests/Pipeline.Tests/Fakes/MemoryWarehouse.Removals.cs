using Pipeline.Classification;
using Pipeline.Erasure;
using Pipeline.Incidents;

namespace Pipeline.Tests.Fakes;

/// <content>Incidents that leave it, and the record of those that were erased.</content>
internal sealed partial class MemoryWarehouse : IRemovals, IErasures
{
    public Task<DateTimeOffset?> FindOldestAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken = default) =>
        ReadAsync(t => t.Incidents.Values.Select(c => c.Incident.CreatedOn).Where(date => date >= from && date < until).Min(), cancellationToken);

    public Task<IReadOnlyList<StoredIncident>> ReadOpenedAsync(DateTimeOffset from, DateTimeOffset until, string? afterNumber, int limit, CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<StoredIncident>>(
        t => [.. t.Incidents.Values.Where(c => c.Incident.CreatedOn >= from && c.Incident.CreatedOn < until && string.CompareOrdinal(c.Incident.Number, afterNumber ?? "") > 0).Take(limit).Select(c => Stored(t, c))], cancellationToken);

    public Task<StoredIncident?> FindIncidentAsync(string number, CancellationToken cancellationToken = default) =>
        ReadAsync(t => t.Incidents.GetValueOrDefault(number) is { } change ? Stored(t, change) : null, cancellationToken);

    public Task<long> CountOthersOfTextAsync(string contentHash, string number, CancellationToken cancellationToken = default) => ReadAsync<long>(
        t => t.Preprocessed.Values.Count(i => string.Equals(i.ContentHash, contentHash, StringComparison.Ordinal) && !string.Equals(i.Number, number, StringComparison.Ordinal)), cancellationToken);

    public Task<RemovedRows> RemoveAsync(IReadOnlyList<IncidentVersion> incidents, CancellationToken cancellationToken = default) =>
        RemoveAsync(t => incidents.Where(i => t.Incidents.GetValueOrDefault(i.Number)?.Sequence == i.Sequence).Select(i => i.Number), cancellationToken);

    public Task<RemovedRows> EraseAsync(string number, CancellationToken cancellationToken = default) => RemoveAsync(_ => [number], cancellationToken);

    public Task RecordErasureAsync(ErasureRecord erasure, CancellationToken cancellationToken = default) =>
        WriteAsync(t => t with { Erasures = t.Erasures.SetItem(erasure.Id, erasure) }, () => true, cancellationToken);

    public Task<ErasureRecord?> FindErasureAsync(string id, CancellationToken cancellationToken = default) => ReadAsync(t => t.Erasures.GetValueOrDefault(id), cancellationToken);

    public Task<IReadOnlyList<ErasureRecord>> ReadErasuresAsync(int limit, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<ErasureRecord>>(t => [.. t.Erasures.Values.Reverse().Take(limit)], cancellationToken);

    private Task<RemovedRows> RemoveAsync(Func<Tables, IEnumerable<string>> find, CancellationToken cancellationToken)
    {
        RemovedRows removed = new(0, 0, 0, 0);
        return WriteAsync(
            tables =>
            {
                foreach (string number in find(tables).ToArray())
                {
                    removed += new RemovedRows(tables.Incidents.ContainsKey(number) ? 1 : 0, tables.Preprocessed.ContainsKey(number) ? 1 : 0, tables.Predictions.ContainsKey(number) ? 1 : 0, tables.DeadLetters.ContainsKey(number) ? 1 : 0);
                    tables = tables with
                    {
                        Sequence = tables.Sequence + 1,
                        Incidents = tables.Incidents.Remove(number),
                        Preprocessed = tables.Preprocessed.Remove(number),
                        Predictions = tables.Predictions.Remove(number),
                        DeadLetters = tables.DeadLetters.Remove(number),
                        Removals = tables.Removals.SetItem(number, tables.Sequence + 1),
                    };
                }

                return tables;
            },
            () => removed,
            cancellationToken);
    }

    private static StoredIncident Stored(Tables tables, IncidentChange change)
    {
        IncidentPrediction? answer = tables.Predictions.GetValueOrDefault(change.Incident.Number);
        return new StoredIncident(change.Sequence, change.Incident)
        {
            Summary = tables.Preprocessed.GetValueOrDefault(change.Incident.Number)?.Summary,
            ContentHash = tables.Preprocessed.GetValueOrDefault(change.Incident.Number)?.ContentHash,
            ClusterId = answer?.ClusterId,
            ClusterLabel = answer?.ClusterLabel,
            ProblemId = answer?.ProblemId,
            ProblemLabel = answer?.ProblemLabel,
            DomainName = answer?.DomainName,
            Confidence = answer?.Confidence,
            ModelVersion = answer?.ModelVersion,
            PredictedAt = answer?.PredictedAt,
            Embedder = tables.Preprocessed.GetValueOrDefault(change.Incident.Number)?.Embedder,
            ArrivedAt = tables.Arrivals.GetValueOrDefault(change.Incident.Number),
        };
    }
}
