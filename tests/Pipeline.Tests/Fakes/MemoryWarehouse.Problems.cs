using System.Runtime.CompilerServices;
using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Problems;

namespace Pipeline.Tests.Fakes;

/// <content>The incidents of the problems.</content>
internal sealed partial class MemoryWarehouse : IProblemIncidents
{
    public Task<IReadOnlyList<ProblemDay>> CountByDayAsync(CancellationToken cancellationToken = default) => ReadAsync<IReadOnlyList<ProblemDay>>(
        t =>
        [
            .. t.Predictions.Values.Select(p => (Answer: p, t.Incidents[p.IncidentId].Incident))
                .GroupBy(p => (p.Answer.TechCenter, p.Answer.ProblemId, Day: p.Incident.CreatedOn is DateTimeOffset created ? DateOnly.FromDateTime(created.UtcDateTime) : (DateOnly?)null))
                .Select(g => new ProblemDay(g.Key.TechCenter, g.Key.ProblemId, g.Key.Day, g.Count())
                {
                    Prioritised = g.Count(p => p.Incident.Priority is not null),
                    Urgent = g.Count(p => p.Incident.Priority is ['1' or '2', ..] or ['p' or 'P', '1' or '2', ..] || p.Incident.Priority?.ToUpperInvariant() is "CRITICAL" or "HIGH"),
                    Followed = g.Count(p => p.Incident.ReopenCount is not null),
                    Reopened = g.Count(p => p.Incident.ReopenCount > 0),
                    Resolved = g.Count(p => p.Incident.ResolvedOn >= p.Incident.CreatedOn),
                    HoursToResolve = g.Where(p => p.Incident.ResolvedOn >= p.Incident.CreatedOn).Sum(p => (p.Incident.ResolvedOn - p.Incident.CreatedOn)!.Value.TotalHours),
                }),
        ],
        cancellationToken);

    public Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default) =>
        ReadAsync(t => Chosen(t, query) is var found ? new IncidentPage(found.Length, [.. found.Skip(query.Skip).Take(query.Take)]) : null!, cancellationToken);

    public async IAsyncEnumerable<StoredIncident> StreamIncidentsAsync(IncidentQuery query, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (StoredIncident incident in (await ReadIncidentsAsync(query, cancellationToken)).Incidents)
        {
            yield return incident;
        }
    }

    public Task<ProblemValues> CountValuesAsync(string techCenter, int problemId, CancellationToken cancellationToken = default) => ReadAsync(
        t =>
        {
            (bool Own, Incident Incident)[] answered =
            [
                .. t.Predictions.Values.Select(p => (Own: p.ProblemId == problemId, t.Incidents[p.IncidentId].Incident)).Where(p => p.Incident.TechCenter == techCenter)
                    .OrderByDescending(p => p.Incident.CreatedOn ?? DateTimeOffset.MinValue).Take(ProblemValues.MostRead),
            ];
            return new ProblemValues(answered.Length, answered.Count(a => a.Own),
            [
                .. Values(answered, ValueColumn.Priority, i => i.Priority), .. Values(answered, ValueColumn.ConfigurationItem, i => i.ConfigurationItem), .. Values(answered, ValueColumn.Location, i => i.Location),
            ]);
        },
        cancellationToken);

    public async IAsyncEnumerable<AnsweredIncident> ReadAnsweredAsync(string techCenter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Tables tables = await ReadAsync(t => t, cancellationToken);
        foreach (IncidentPrediction prediction in tables.Predictions.Values.Where(p => p.TechCenter == techCenter).OrderBy(p => p.IncidentId, StringComparer.Ordinal))
        {
            Incident incident = tables.Incidents[prediction.IncidentId].Incident;
            yield return new AnsweredIncident(prediction.IncidentId, incident.CreatedOn, incident.Priority, prediction.ProblemId, prediction.ModelVersion, prediction.ContentHash);
        }
    }

    private static IEnumerable<ValueCount> Values((bool Own, Incident Incident)[] answered, ValueColumn column, Func<Incident, string?> of)
    {
        (bool Own, string Value)[] known = [.. answered.Where(a => !string.IsNullOrEmpty(of(a.Incident))).Select(a => (a.Own, of(a.Incident)!))];
        return known.GroupBy(k => k.Value, StringComparer.Ordinal).OrderByDescending(g => g.Count()).Take(ProblemValues.MostValues)
            .Select(g => new ValueCount(column, g.Key, g.Count(), g.Count(k => k.Own), known.Length, known.Count(k => k.Own)));
    }

    private static StoredIncident[] Chosen(Tables t, IncidentQuery query)
    {
        IEnumerable<StoredIncident> found = t.Incidents.Values.Select(i => Stored(t, i))
            .Where(i => query.Id is int id
                ? i.ClusterId is not null && t.Predictions[i.Incident.Number].TechCenter == query.TechCenter && (query.OfVariant ? i.ClusterId : i.ProblemId) == id
                : query.TechCenter is null || i.Incident.TechCenter == query.TechCenter)
            .Where(i => (query.From is null || i.Incident.CreatedOn >= query.From) && (query.Until is null || i.Incident.CreatedOn < query.Until) && (query.Priority is null || i.Incident.Priority == query.Priority))
            .Where(i => (query.Text is null || i.Summary?.Contains(query.Text, StringComparison.OrdinalIgnoreCase) == true) && (!query.HasCloseNotes || !string.IsNullOrEmpty(i.Incident.CloseNotes)))
            .OrderBy(i => i.Incident.Number, StringComparer.Ordinal);
        return
        [
            .. query.Sort switch
            {
                IncidentSort.Oldest => found.OrderBy(i => i.Incident.CreatedOn ?? DateTimeOffset.MaxValue),
                IncidentSort.Confidence => found.OrderByDescending(i => i.Confidence ?? -1),
                IncidentSort.Doubtful => found.OrderBy(i => i.Confidence ?? 2),
                _ => found.OrderByDescending(i => i.Incident.CreatedOn ?? DateTimeOffset.MinValue),
            },
        ];
    }
}
