using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Names groups by the wording that their titles share, or else by their strongest keywords. Needs no model and no network, and is deterministic.</summary>
public sealed class KeywordLabeller : IClusterLabeller
{
    private const int KeywordsOfName = 10;
    private const int LongestName = 3;

    /// <inheritdoc/>
    public Task<IReadOnlyList<GroupLabel>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return Task.FromResult<IReadOnlyList<GroupLabel>>([.. groups.Select(g => new GroupLabel(g.TitlePhrase ?? ClusterNames.Compose(g.Keywords.Take(KeywordsOfName), LongestName)))]);
    }
}
