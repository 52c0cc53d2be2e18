namespace Pipeline.Training;

/// <summary>The name of a cluster or a domain.</summary>
/// <param name="Label">The name, unique among its siblings.</param>
/// <param name="Keywords">The words that tell it from its siblings, the strongest first.</param>
/// <param name="Domain">The domain that the labeller proposes for a cluster; null where it proposes none.</param>
public sealed record GroupName(string Label, IReadOnlyList<string> Keywords, string? Domain = null);
