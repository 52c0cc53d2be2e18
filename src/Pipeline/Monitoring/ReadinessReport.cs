namespace Pipeline.Monitoring;

/// <summary>Whether all that the pipeline needs is in order.</summary>
/// <param name="Ready">Whether every check passed.</param>
/// <param name="CheckedAt">When they were made, in UTC.</param>
/// <param name="Checks">One entry per check.</param>
public sealed record ReadinessReport(bool Ready, DateTimeOffset CheckedAt, IReadOnlyList<Check> Checks);
