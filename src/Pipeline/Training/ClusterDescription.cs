using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>What a labeller gets to see of a cluster or a domain.</summary>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="TitlePhrase">The wording that the titles share, in lower case; null where there is none.</param>
/// <param name="Examples">A few typical incidents (masked text) of a cluster, or the names of a domain's clusters.</param>
public sealed record ClusterDescription(IReadOnlyList<Keyword> Keywords, string? TitlePhrase, IReadOnlyList<string> Examples);
