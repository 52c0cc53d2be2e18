using Pipeline.Clustering;

namespace Pipeline.Training;

/// <summary>Names groups by their strongest keywords. Needs no model and no network, and is deterministic.</summary>
public sealed class KeywordLabeller : IClusterLabeller
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(groups);
        return Task.FromResult<IReadOnlyList<string>>([.. groups.Select(g => ClusterNames.Compose(g.Keywords))]);
    }
}
