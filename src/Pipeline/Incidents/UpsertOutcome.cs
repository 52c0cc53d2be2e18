namespace Pipeline.Incidents;

/// <summary>What storing a batch of incidents changed.</summary>
/// <param name="Added">Numbers not seen before.</param>
/// <param name="Changed">Numbers whose newer version replaced the stored one.</param>
/// <param name="Unchanged">Numbers stored already in this version or a newer one.</param>
public sealed record UpsertOutcome(int Added, int Changed, int Unchanged);
