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

    public Task<IncidentPage> ReadIncidentsAsync(IncidentQuery query, CancellationToken cancellationToken = default) => ReadAsync(
        t =>
        {
            StoredIncident[] found =
            [
                .. t.Predictions.Values.Where(p => p.TechCenter == query.TechCenter && (query.OfVariant ? p.ClusterId : p.ProblemId) == query.Id)
                    .Select(p => Stored(t, t.Incidents[p.IncidentId]))
                    .Where(i => (query.From is null || i.Incident.CreatedOn >= query.From) && (query.Until is null || i.Incident.CreatedOn < query.Until) && (query.Priority is null || i.Incident.Priority == query.Priority))
                    .OrderBy(i => i.Incident.Number, StringComparer.Ordinal),
            ];
            IEnumerable<StoredIncident> sorted = query.Sort switch
            {
                IncidentSort.Oldest => found.OrderBy(i => i.Incident.CreatedOn ?? DateTimeOffset.MaxValue),
                IncidentSort.Confidence => found.OrderByDescending(i => i.Confidence),
                IncidentSort.Doubtful => found.OrderBy(i => i.Confidence),
                _ => found.OrderByDescending(i => i.Incident.CreatedOn ?? DateTimeOffset.MinValue),
            };
            return new IncidentPage(found.Length, [.. sorted.Skip(query.Skip).Take(query.Take)]);
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
}
