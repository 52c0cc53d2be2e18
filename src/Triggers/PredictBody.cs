namespace Pipeline.Triggers;

/// <summary>The body of <c>POST /api/predict</c>.</summary>
/// <param name="TechCenter">The tech center; null for all.</param>
public sealed record PredictBody(string? TechCenter = null);
