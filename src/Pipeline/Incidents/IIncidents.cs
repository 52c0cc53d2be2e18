namespace Pipeline.Incidents;

/// <summary>The table of source incidents, and the order in which they changed. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IIncidents
{
    /// <summary>
    /// Stores incidents by number. A version replaces the stored one when its content differs and it is not older
    /// (<see cref="Incident.UpdatedOn"/>; without it, the later call wins). Within one call the later row of a number wins.
    /// An added or changed incident gets the next sequence; an unchanged one keeps its own.
    /// </summary>
    Task<UpsertOutcome> UpsertIncidentsAsync(IReadOnlyList<Incident> incidents, CancellationToken cancellationToken = default);

    /// <summary>The first <paramref name="limit"/> incidents changed after <paramref name="afterSequence"/>, in order of sequence.</summary>
    Task<IReadOnlyList<IncidentChange>> ReadChangesAsync(long afterSequence, int limit, CancellationToken cancellationToken = default);

    /// <summary>How many incidents changed after <paramref name="afterSequence"/>.</summary>
    Task<long> CountChangesAsync(long afterSequence, CancellationToken cancellationToken = default);
}

/// <summary>An incident with its place in the order of changes.</summary>
/// <param name="Sequence">Rises with every new or changed incident; a watermark is the last sequence that was handled.</param>
/// <param name="Incident">The incident's newest version.</param>
public sealed record IncidentChange(long Sequence, Incident Incident);

/// <summary>What storing a batch of incidents changed.</summary>
/// <param name="Added">Numbers not seen before.</param>
/// <param name="Changed">Numbers whose newer version replaced the stored one.</param>
/// <param name="Unchanged">Numbers stored already in this version or a newer one.</param>
public sealed record UpsertOutcome(int Added, int Changed, int Unchanged);
