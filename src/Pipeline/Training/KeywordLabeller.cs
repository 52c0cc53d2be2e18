using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Names groups by the wording that their titles share, or else by their strongest keywords. Needs no model and no network, and is deterministic.</summary>
public sealed class KeywordLabeller : IClusterLabeller
{
    private const int KeywordsOfName = 10;

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return Task.FromResult<IReadOnlyList<string>>([.. groups.Select(g => g.TitlePhrase ?? ClusterNames.Compose(g.Keywords.Take(KeywordsOfName)))]);
    }
}
