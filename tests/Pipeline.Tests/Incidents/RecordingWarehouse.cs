using Pipeline.Incidents;
using Pipeline.Storage;

namespace Pipeline.Tests.Incidents;

/// <summary>A warehouse that keeps incidents in memory, by number, and knows nothing else.</summary>
internal sealed class RecordingWarehouse : IIncidents
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

    public Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default) => throw new NotSupportedException();
}
