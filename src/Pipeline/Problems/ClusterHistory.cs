using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>The clusters of every version of a tech center, the oldest first, and the story that they tell of each cluster.</summary>
internal sealed class ClusterHistory
{
    private readonly (ModelManifest Manifest, ModelClusters Clusters)[] _versions;
    private readonly Dictionary<int, string> _labels = [];

    private ClusterHistory((ModelManifest Manifest, ModelClusters Clusters)[] versions)
    {
        _versions = versions;
        foreach (ModelCluster cluster in versions.SelectMany(v => v.Clusters.Clusters))
        {
            _labels[cluster.Id] = cluster.Label;
        }
    }

    /// <summary>Reads the clusters of all versions that served, in the order in which they began to; the one that serves is the last. A damaged one is left out of the story, unless it is that one.</summary>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    public static async Task<ClusterHistory> ReadAsync(ModelStore models, string techCenter, CancellationToken cancellationToken)
    {
        List<(ModelManifest, ModelClusters)> versions = [];
        Dictionary<string, StagedVersion> served = (await models.Stages.ReadAsync(techCenter, cancellationToken)).Versions.Where(v => v.ServedAt is not null).ToDictionary(v => v.Version, StringComparer.Ordinal);
        ListedVersion[] listed =
        [
            .. (await models.ListWithDamagedAsync(techCenter, cancellationToken)).Where(v => served.ContainsKey(v.Id.ToString()))
                .OrderBy(v => served[v.Id.ToString()].Stage == ModelStage.Production).ThenBy(v => served[v.Id.ToString()].ServedAt).ThenBy(v => v.Id),
        ];
        foreach (ListedVersion version in listed)
        {
            try
            {
                ModelManifest manifest = version.Manifest ?? throw new ModelException(version.Problem!);
                versions.Add((manifest, await models.ReadClustersAsync(manifest, cancellationToken)));
            }
            catch (ModelException) when (version != listed[^1])
            {
                // The version that serves answers without those before it.
            }
        }

        return new ClusterHistory([.. versions]);
    }

    /// <summary>The last version that has a cluster, with the cluster and its domain's name; null where no version has it.</summary>
    public (ModelManifest Manifest, bool Current, ModelCluster Cluster, string Domain)? FindNewest(int id)
    {
        for (int i = _versions.Length - 1; i >= 0; i--)
        {
            (ModelManifest manifest, ModelClusters clusters) = _versions[i];
            if (clusters.Clusters.FirstOrDefault(c => c.Id == id) is ModelCluster cluster)
            {
                return (manifest, i == _versions.Length - 1, cluster, clusters.Domains.First(d => d.Id == cluster.DomainId).Name);
            }
        }

        return null;
    }

    /// <summary>What each version made of a cluster, the oldest first.</summary>
    public IReadOnlyList<ClusterEvent> Of(int id)
    {
        List<ClusterEvent> events = [];
        foreach ((ModelManifest manifest, ModelClusters clusters) in _versions)
        {
            if (clusters.Clusters.FirstOrDefault(c => c.Id == id) is ModelCluster cluster)
            {
                events.Add(new ClusterEvent(manifest.Version, manifest.CreatedAt, cluster.Origin, cluster.Label, cluster.Size, cluster.PreviousSize, [.. cluster.RelatedIds.Select(Related)]));
            }
            else if (clusters.Gone.FirstOrDefault(g => g.Id == id) is GoneCluster gone)
            {
                events.Add(new ClusterEvent(manifest.Version, manifest.CreatedAt, ClusterChangeKind.Gone, gone.Label, 0, gone.PreviousSize, gone.MergedInto is int into ? [Related(into)] : []));
            }
        }

        return events;
    }

    private RelatedCluster Related(int id) => new(id, _labels.GetValueOrDefault(id));
}

/// <summary>What one model version made of a cluster.</summary>
/// <param name="Version">The version.</param>
/// <param name="PublishedAt">When it was published, in UTC.</param>
/// <param name="Kind">What happened since the version before.</param>
/// <param name="Label">The cluster's name in this version; its last one where it is gone.</param>
/// <param name="Size">Training incidents that belong to it; 0 where it is gone.</param>
/// <param name="PreviousSize">The same in the version before.</param>
/// <param name="Related">What it was split from or merged of, or, where it is gone, what took most of its incidents.</param>
public sealed record ClusterEvent(string Version, DateTimeOffset PublishedAt, ClusterChangeKind Kind, string Label, int Size, int PreviousSize, IReadOnlyList<RelatedCluster> Related);

/// <summary>A cluster that another came from or went into.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name in the version that knew it last; null where no version does any more.</param>
public sealed record RelatedCluster(int Id, string? Label);
