namespace Pipeline.Clusters;

/// <summary>Incidents of one week.</summary>
/// <param name="Week">The week's Monday.</param>
/// <param name="Count">Incidents opened in it (UTC).</param>
public sealed record WeeklyCount(DateOnly Week, int Count);
