namespace Pipeline.Prediction;

/// <summary>The result of predicting one tech center.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Version">The model version that answered; null where there is none.</param>
/// <param name="Predicted">Incidents predicted.</param>
/// <param name="Unclustered">Those of them that belong to no cluster.</param>
/// <param name="Detail">Why nothing was predicted; null otherwise.</param>
/// <param name="Failed">Whether that is a failure.</param>
public sealed record PredictionOutcome(string TechCenter, string? Version, int Predicted, int Unclustered, string? Detail = null, bool Failed = false);
