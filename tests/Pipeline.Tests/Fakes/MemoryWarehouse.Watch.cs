using System.Runtime.CompilerServices;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Measures;

namespace Pipeline.Tests.Fakes;

/// <content>Measures and alerts.</content>
internal sealed partial class MemoryWarehouse
{
    /// <summary>What tells when an incident arrives.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public Task SaveMeasuresAsync(IReadOnlyList<Measure> measures, CancellationToken cancellationToken = default) =>
        WriteAsync(tables => tables with { Measures = tables.Measures.AddRange(measures) }, () => true, cancellationToken);

    public async IAsyncEnumerable<Measure> ReadMeasuresAsync(DateTimeOffset from, DateTimeOffset until, string? name = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (Measure measure in (await ReadAsync(t => t.Measures, cancellationToken)).Where(m => m.Time >= from && m.Time < until && (name is null || string.Equals(m.Name, name, StringComparison.Ordinal))).OrderBy(m => m.Time))
        {
            yield return measure;
        }
    }

    public Task<long> PurgeMeasuresAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        long purged = 0;
        return WriteAsync(
            tables =>
            {
                purged = tables.Measures.Count(m => m.Time < before);
                return tables with { Measures = tables.Measures.RemoveAll(m => m.Time < before) };
            },
            () => purged,
            cancellationToken);
    }

    public Task<IReadOnlyList<double>> ReadLagsAsync(string techCenter, DateTimeOffset arrivedAfter, CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<double>>(
        t =>
        [
            .. t.Arrivals.Where(a => a.Value > arrivedAfter && string.Equals(t.Incidents[a.Key].Incident.TechCenter, techCenter, StringComparison.Ordinal) && t.Predictions.TryGetValue(a.Key, out IncidentPrediction? p) && p.PredictedAt >= a.Value)
                .Select(a => (t.Predictions[a.Key].PredictedAt - a.Value).TotalSeconds),
        ],
        cancellationToken);

    public Task<Alert> RaiseAlertAsync(Alert alert, DateTimeOffset since, CancellationToken cancellationToken = default)
    {
        Alert stored = alert;
        return WriteAsync(
            tables =>
            {
                if (tables.Alerts.Where(a => string.Equals(a.Fingerprint, alert.Fingerprint, StringComparison.Ordinal) && a.RaisedAt >= since).MaxBy(a => a.RaisedAt) is not Alert earlier)
                {
                    return tables with { Alerts = tables.Alerts.Add(alert) };
                }

                stored = earlier with { Count = earlier.Count + 1, LastAt = alert.LastAt, Revision = earlier.Revision + 1 };
                return tables with { Alerts = tables.Alerts.Replace(earlier, stored) };
            },
            () => stored,
            cancellationToken);
    }

    public Task<bool> UpdateAlertAsync(Alert alert, CancellationToken cancellationToken = default)
    {
        bool isFound = false;
        return WriteAsync(
            tables =>
            {
                Alert? stored = tables.Alerts.FirstOrDefault(a => string.Equals(a.Id, alert.Id, StringComparison.Ordinal) && a.Revision == alert.Revision);
                isFound = stored is not null;
                return stored is null ? tables : tables with { Alerts = tables.Alerts.Replace(stored, alert with { Revision = alert.Revision + 1, Count = stored.Count, LastAt = stored.LastAt }) };
            },
            () => isFound,
            cancellationToken);
    }

    public Task<Alert?> FindAlertAsync(string id, CancellationToken cancellationToken = default) => ReadAsync(t => t.Alerts.FirstOrDefault(a => string.Equals(a.Id, id, StringComparison.Ordinal)), cancellationToken);

    public Task<long> PurgeAlertsAsync(DateTimeOffset before, CancellationToken cancellationToken = default)
    {
        long purged = 0;
        return WriteAsync(
            tables =>
            {
                purged = tables.Alerts.Count(a => a.RaisedAt < before && !a.IsOpen);
                return tables with { Alerts = tables.Alerts.RemoveAll(a => a.RaisedAt < before && !a.IsOpen) };
            },
            () => purged,
            cancellationToken);
    }

    public Task<IReadOnlyList<Alert>> ReadAlertsAsync(int limit, bool openOnly = false, CancellationToken cancellationToken = default) =>
        ReadAsync<IReadOnlyList<Alert>>(t => [.. t.Alerts.Where(a => !openOnly || a.IsOpen).OrderByDescending(a => a.RaisedAt).ThenByDescending(a => a.Id, StringComparer.Ordinal).Take(limit)], cancellationToken);
}
