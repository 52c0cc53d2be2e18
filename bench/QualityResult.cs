namespace Pipeline.Bench;

/// <summary>How the pipeline's clusters agree with the true groups.</summary>
/// <param name="Texts">Texts clustered.</param>
/// <param name="Clusters">Clusters found.</param>
/// <param name="NoiseShare">The share of texts in no cluster, 0 to 1.</param>
/// <param name="AdjustedRand">Adjusted Rand index over the texts that are in a cluster.</param>
/// <param name="NormalizedMutualInformation">Normalised mutual information over all texts, noise as one group.</param>
/// <param name="Seconds">Wall-clock seconds of import, preprocessing, training and prediction, or of the step that was measured.</param>
internal sealed record QualityResult(int Texts, int Clusters, double NoiseShare, double AdjustedRand, double NormalizedMutualInformation, double Seconds);
