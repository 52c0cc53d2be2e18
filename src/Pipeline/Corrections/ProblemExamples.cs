using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Problems;

namespace Pipeline.Corrections;

/// <summary>Finds the tickets that stand for a problem: of its largest variants those that are most surely of them, each text once.</summary>
/// <param name="incidents">The tickets of the problems.</param>
public sealed class ProblemExamples(IProblemIncidents incidents)
{
    /// <summary>The most tickets that stand for a problem.</summary>
    public const int Most = 100;

    private const int MostVariants = 20;

    // Many tickets may say the same.
    private const int ReadOfVariant = 200;

    /// <summary>The tickets that stand for a problem, equally many of each variant as far as there are.</summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="problem">The problem, as people see it.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Up to <see cref="Most"/> tickets, none where nothing is predicted yet.</returns>
    /// <exception cref="Storage.WarehouseException">The warehouse cannot be read.</exception>
    public async Task<IReadOnlyList<MovedTicket>> OfAsync(string techCenter, ModelProblem problem, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        int[] variants = [.. problem.Variants.Take(MostVariants)];
        Dictionary<string, MovedTicket> found = new(StringComparer.Ordinal);
        foreach (int variant in variants)
        {
            IncidentPage page = await incidents.ReadIncidentsAsync(new IncidentQuery(techCenter, variant, OfVariant: true) { Sort = IncidentSort.Confidence, Take = ReadOfVariant }, cancellationToken);
            foreach (StoredIncident incident in page.Incidents.Where(i => i.ContentHash is not null && !found.ContainsKey(i.ContentHash)).DistinctBy(i => i.ContentHash, StringComparer.Ordinal).Take(Most / variants.Length))
            {
                found.Add(incident.ContentHash!, new MovedTicket(incident.Incident.Number, incident.ContentHash));
            }
        }

        return [.. found.Values];
    }
}
