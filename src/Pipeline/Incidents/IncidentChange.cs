namespace Pipeline.Incidents;

/// <summary>An incident with its place in the order of changes.</summary>
/// <param name="Sequence">Rises with every new or changed incident; a watermark is the last sequence that was handled.</param>
/// <param name="Incident">The incident's newest version.</param>
public sealed record IncidentChange(long Sequence, Incident Incident);
