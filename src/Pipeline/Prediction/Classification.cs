namespace Pipeline.Prediction;

/// <summary>A model's answer for one text.</summary>
/// <param name="ClusterId">The cluster's id; -1 where the text belongs to none.</param>
/// <param name="Confidence">How strongly it belongs there, 0 to 1; 0 where it belongs to none.</param>
public readonly record struct Classification(int ClusterId, double Confidence)
{
    /// <summary>The answer for a text that belongs to no cluster.</summary>
    public static Classification None { get; } = new(IncidentPrediction.Unclustered, 0);
}
