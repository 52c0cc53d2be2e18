namespace Pipeline.Triggers;

/// <summary>The body of <c>POST /api/predict</c>.</summary>
/// <param name="TechCenter">The tech center; null for all.</param>
/// <param name="Version">The model version of the tech center that answers; null for the one that serves.</param>
public sealed record PredictBody(string? TechCenter = null, string? Version = null);
