namespace Pipeline.TextClassification;

/// <summary>A typical incident that a text is like.</summary>
/// <param name="ClusterId">The cluster that it is an example of.</param>
/// <param name="ClusterLabel">The cluster's name.</param>
/// <param name="Text">Its masked text.</param>
/// <param name="Similarity">The cosine of the two embeddings, -1 to 1.</param>
public sealed record NearestExample(int ClusterId, string ClusterLabel, string Text, double Similarity);
