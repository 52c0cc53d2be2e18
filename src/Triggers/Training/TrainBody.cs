namespace Pipeline.Triggers;

/// <summary>The body of <c>POST /api/train</c>.</summary>
/// <param name="Year">The calendar year of the window's end; null for that of the newest incident.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4; null for that of the newest incident.</param>
/// <param name="TechCenters">The tech centers to train; null for all.</param>
public sealed record TrainBody(int? Year = null, int? Quarter = null, IReadOnlyList<string>? TechCenters = null);
