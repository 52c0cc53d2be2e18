using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Names clusters and domains for people.</summary>
public interface IClusterLabeller
{
    /// <summary>A short name, and perhaps a domain, for each group, in order. Names may repeat; the caller makes them unique.</summary>
    /// <param name="groups">What there is to see of each group.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<IReadOnlyList<GroupLabel>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default);
}

/// <summary>What a labeller gets to see of a cluster or a domain.</summary>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="TitlePhrase">The wording that the titles share, in lower case; null where there is none.</param>
/// <param name="Examples">A few typical incidents (masked text) of a cluster, or the names of a domain's clusters.</param>
public sealed record ClusterDescription(IReadOnlyList<Keyword> Keywords, string? TitlePhrase, IReadOnlyList<string> Examples);

/// <summary>What a labeller proposes for a group.</summary>
/// <param name="Name">A short name; empty where it has none.</param>
/// <param name="Domain">The field that the group belongs to, such as "Printing"; null where the labeller proposes none.</param>
public sealed record GroupLabel(string Name, string? Domain = null);

/// <summary>The name of a cluster or a domain.</summary>
/// <param name="Label">The name, unique among its siblings.</param>
/// <param name="Keywords">The words that tell it from its siblings, the strongest first.</param>
/// <param name="Domain">The domain that the labeller proposes for a cluster; null where it proposes none.</param>
public sealed record GroupName(string Label, IReadOnlyList<string> Keywords, string? Domain = null)
{
    /// <summary>The words that many texts of the group have, with the share of the texts that do, above 0 to 1; null where there are no texts to tell.</summary>
    public IReadOnlyDictionary<string, double>? CommonWords { get; init; }
}
