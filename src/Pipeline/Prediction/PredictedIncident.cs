namespace Pipeline.Prediction;

/// <summary>A prediction with what a reader needs to see of its incident.</summary>
/// <param name="Prediction">The prediction.</param>
/// <param name="CreatedOn">When the incident was opened, in UTC; null where the source has no dates.</param>
/// <param name="Summary">The masked text.</param>
public sealed record PredictedIncident(IncidentPrediction Prediction, DateTimeOffset? CreatedOn, string Summary);
