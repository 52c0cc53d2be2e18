using Pipeline.Models;

namespace Pipeline.Problems;

/// <summary>The problems and clusters of every version of a tech center that served, the first one first, and the story that they tell of each.</summary>
internal sealed class ProblemHistory
{
    private readonly (ModelManifest Manifest, ModelClusters Clusters)[] _versions;
    private readonly Dictionary<int, string> _problemLabels = [];
    private readonly Dictionary<int, string> _clusterLabels = [];

    private ProblemHistory((ModelManifest Manifest, ModelClusters Clusters)[] versions)
    {
        _versions = versions;
        foreach (ModelClusters clusters in versions.Select(v => v.Clusters))
        {
            foreach (ModelProblem problem in clusters.Problems)
            {
                _problemLabels[problem.Id] = problem.Label;
            }

            foreach (ModelCluster cluster in clusters.Clusters)
            {
                _clusterLabels[cluster.Id] = cluster.Label;
            }
        }
    }

    /// <summary>What the version that serves knows; null where there is none.</summary>
    public ModelClusters? Newest => Serving?.Clusters;

    /// <summary>The version that serves; null where there is none.</summary>
    public KnownVersion? Serving => _versions.Length == 0 ? null : new KnownVersion(_versions[^1].Manifest, _versions[^1].Clusters, Current: true);

    /// <summary>The versions that served, in the order in which they began to; the one that serves is the last.</summary>
    public IReadOnlyList<string> Versions => [.. _versions.Select(v => v.Manifest.Version)];

    /// <summary>The first version that had a problem; null where none that served had it.</summary>
    public string? FirstVersionOf(int problem) => _versions.FirstOrDefault(v => v.Clusters.Problems.Any(p => p.Id == problem)).Manifest?.Version;

    /// <summary>Reads the clusters of all versions that served, in the order in which they began to; the one that serves is the last. A damaged one is left out of the story, unless it is that one.</summary>
    /// <exception cref="ModelException">The version that serves is damaged.</exception>
    public static async Task<ProblemHistory> ReadAsync(ModelStore models, string techCenter, CancellationToken cancellationToken)
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
                versions.Add((manifest, await models.ReadCorrectedAsync(manifest, cancellationToken)));
            }
            catch (ModelException) when (version != listed[^1])
            {
                // The version that serves answers without those before it.
            }
        }

        return new ProblemHistory([.. versions]);
    }

    /// <summary>The problem of the version that serves that another one is part of; null where there is none.</summary>
    public int? MergedInto(int id) => Newest?.GoneProblems.FirstOrDefault(g => g.Id == id)?.MergedInto;

    /// <summary>The last version that has a problem; null where no version has it.</summary>
    public KnownVersion? FindProblem(int id) => Find(clusters => clusters.Problems.Any(p => p.Id == id));

    /// <summary>The last version that has a cluster; null where no version has it.</summary>
    public KnownVersion? FindCluster(int id) => Find(clusters => clusters.Clusters.Any(c => c.Id == id));

    /// <summary>What each version made of a problem, the oldest first.</summary>
    public IReadOnlyList<LineageEvent> OfProblem(int id)
    {
        List<LineageEvent> events = [];
        foreach ((ModelManifest manifest, ModelClusters clusters) in _versions)
        {
            if (clusters.Problems.FirstOrDefault(p => p.Id == id) is ModelProblem problem)
            {
                events.Add(new LineageEvent(manifest.Version, manifest.CreatedAt, problem.Origin, problem.Label, problem.Size, problem.PreviousSize, Related(problem.RelatedIds, _problemLabels))
                {
                    SplitOff = Related([.. clusters.Problems.Where(p => p.Id != id && p.Origin == ClusterChangeKind.Split && p.RelatedIds.Contains(id)).Select(p => p.Id)], _problemLabels),
                });
            }
            else if (clusters.GoneProblems.FirstOrDefault(g => g.Id == id) is GoneProblem gone)
            {
                events.Add(Gone(manifest, gone.Label, gone.PreviousSize, gone.MergedInto, _problemLabels));
            }
        }

        return events;
    }

    /// <summary>What each version made of a cluster, the oldest first.</summary>
    public IReadOnlyList<LineageEvent> OfCluster(int id)
    {
        List<LineageEvent> events = [];
        foreach ((ModelManifest manifest, ModelClusters clusters) in _versions)
        {
            if (clusters.Clusters.FirstOrDefault(c => c.Id == id) is ModelCluster cluster)
            {
                events.Add(new LineageEvent(manifest.Version, manifest.CreatedAt, cluster.Origin, cluster.Label, cluster.Size, cluster.PreviousSize, Related(cluster.RelatedIds, _clusterLabels))
                {
                    SplitOff = Related([.. clusters.Clusters.Where(c => c.Id != id && c.Origin == ClusterChangeKind.Split && c.RelatedIds.Contains(id)).Select(c => c.Id)], _clusterLabels),
                });
            }
            else if (clusters.Gone.FirstOrDefault(g => g.Id == id) is GoneCluster gone)
            {
                events.Add(Gone(manifest, gone.Label, gone.PreviousSize, gone.MergedInto, _clusterLabels));
            }
        }

        return events;
    }

    private KnownVersion? Find(Func<ModelClusters, bool> has)
    {
        int found = Array.FindLastIndex(_versions, version => has(version.Clusters));
        return found < 0 ? null : new KnownVersion(_versions[found].Manifest, _versions[found].Clusters, found == _versions.Length - 1);
    }

    private static LineageEvent Gone(ModelManifest manifest, string label, int previousSize, int? into, Dictionary<int, string> labels) =>
        new(manifest.Version, manifest.CreatedAt, ClusterChangeKind.Gone, label, 0, previousSize, Related(into is int id ? [id] : [], labels));

    private static RelatedEntry[] Related(IReadOnlyList<int> ids, Dictionary<int, string> labels) => [.. ids.Select(id => new RelatedEntry(id, labels.GetValueOrDefault(id)))];
}

/// <summary>A version that has what was asked for.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Clusters">Its problems and clusters.</param>
/// <param name="Current">Whether it is the one that serves.</param>
internal sealed record KnownVersion(ModelManifest Manifest, ModelClusters Clusters, bool Current);

/// <summary>What one model version made of a problem or a cluster.</summary>
/// <param name="Version">The version.</param>
/// <param name="PublishedAt">When it was published, in UTC.</param>
/// <param name="Kind">What happened since the version before.</param>
/// <param name="Label">The name in this version; the last one where it is gone.</param>
/// <param name="Size">Training incidents that belong to it; 0 where it is gone.</param>
/// <param name="PreviousSize">The same in the version before.</param>
/// <param name="Related">What it was split from or merged of, or, where it is gone, what took most of its incidents.</param>
public sealed record LineageEvent(string Version, DateTimeOffset PublishedAt, ClusterChangeKind Kind, string Label, int Size, int PreviousSize, IReadOnlyList<RelatedEntry> Related)
{
    /// <summary>What became a problem or cluster of its own in this version and was part of it before.</summary>
    public IReadOnlyList<RelatedEntry> SplitOff { get; init; } = [];
}

/// <summary>A problem or a cluster that another came from or went into.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name in the version that knew it last; null where no version does any more.</param>
public sealed record RelatedEntry(int Id, string? Label);
