using Pipeline.Models;


namespace Pipeline.Training;

/// <summary>
/// Carries cluster identity from one model version to the next. Two clusters are the same problem when they hold the same incidents:
/// each incident of the new training is also answered by the version before, and the two answers are counted against each other.
/// </summary>
public static class ClusterLineage
{
    private const double SamePart = 0.5;

    /// <summary>
    /// Gives every new cluster its id. Pairs of an earlier and a new cluster are taken by falling Jaccard index of their incidents;
    /// a pair continues when at least half of the smaller one is shared and neither has a partner yet. What is left gets fresh ids.
    /// </summary>
    /// <param name="labels">The new cluster of each incident, 0 to <paramref name="clusterCount"/> - 1, or -1 for none.</param>
    /// <param name="clusterCount">How many new clusters there are.</param>
    /// <param name="earlier">The earlier cluster id of each incident, -1 for none; as many as <paramref name="labels"/>.</param>
    /// <param name="earlierIds">The ids of all earlier clusters.</param>
    /// <param name="nextId">The lowest id never used.</param>
    /// <returns>The lineage; fresh ids are given in the order of the new clusters' numbers.</returns>
    /// <exception cref="ArgumentException">The two answers differ in length.</exception>
    public static LineageResult Align(ReadOnlySpan<int> labels, int clusterCount, ReadOnlySpan<int> earlier, IReadOnlyList<int> earlierIds, int nextId)
    {
        ArgumentNullException.ThrowIfNull(earlierIds);
        if (labels.Length != earlier.Length)
        {
            throw new ArgumentException($"There are {labels.Length} labels but {earlier.Length} earlier ones.", nameof(earlier));
        }

        Dictionary<(int Old, int New), int> shared = [];
        Dictionary<int, int> oldSizes = earlierIds.ToDictionary(id => id, _ => 0);
        int[] newSizes = new int[clusterCount];
        for (int i = 0; i < labels.Length; i++)
        {
            bool known = oldSizes.TryGetValue(earlier[i], out int oldSize);
            if (known)
            {
                oldSizes[earlier[i]] = oldSize + 1;
            }

            if (labels[i] >= 0)
            {
                newSizes[labels[i]]++;
            }

            if (known && labels[i] >= 0)
            {
                (int, int) pair = (earlier[i], labels[i]);
                shared[pair] = shared.GetValueOrDefault(pair) + 1;
            }
        }

        return Assign(shared, oldSizes, newSizes, nextId);
    }

    private static LineageResult Assign(Dictionary<(int Old, int New), int> shared, Dictionary<int, int> oldSizes, int[] newSizes, int nextId)
    {
        int?[] ids = new int?[newSizes.Length];
        HashSet<int> continued = [];
        var candidates = shared
            .Where(p => p.Value >= SamePart * Math.Min(oldSizes[p.Key.Old], newSizes[p.Key.New]))
            .OrderByDescending(p => (double)p.Value / (oldSizes[p.Key.Old] + newSizes[p.Key.New] - p.Value))
            .ThenBy(p => p.Key.Old)
            .ThenBy(p => p.Key.New);
        foreach (((int old, int cluster), _) in candidates)
        {
            if (ids[cluster] is null && continued.Add(old))
            {
                ids[cluster] = old;
            }
        }

        LineageCluster[] clusters = new LineageCluster[newSizes.Length];
        for (int cluster = 0; cluster < clusters.Length; cluster++)
        {
            clusters[cluster] = Describe(cluster, ids[cluster], ref nextId, shared, oldSizes, newSizes, continued);
        }

        LineageGone[] gone =
        [
            .. oldSizes.Keys.Where(old => !continued.Contains(old)).Order()
                .Select(old => new LineageGone(old, Absorber(old, clusters, shared, oldSizes[old]))),
        ];
        return new LineageResult(clusters, gone, nextId);
    }

    private static LineageCluster Describe(int cluster, int? inherited, ref int nextId, Dictionary<(int Old, int New), int> shared, Dictionary<int, int> oldSizes, int[] newSizes, HashSet<int> continued)
    {
        if (inherited is int id)
        {
            int[] absorbed = [.. oldSizes.Keys.Where(old => !continued.Contains(old) && IsPart(Shared(old), oldSizes[old])).Order()];
            return new LineageCluster(id, absorbed.Length > 0 ? ClusterChangeKind.Merged : ClusterChangeKind.Kept, absorbed);
        }

        int[] parents = [.. oldSizes.Keys.Where(old => IsPart(Shared(old), newSizes[cluster])).Order()];
        return new LineageCluster(nextId++, parents.Length > 0 ? ClusterChangeKind.Split : ClusterChangeKind.New, parents);

        int Shared(int old) => shared.GetValueOrDefault((old, cluster));
    }

    private static int? Absorber(int old, LineageCluster[] clusters, Dictionary<(int Old, int New), int> shared, int size)
    {
        for (int cluster = 0; cluster < clusters.Length; cluster++)
        {
            if (IsPart(shared.GetValueOrDefault((old, cluster)), size))
            {
                return clusters[cluster].Id;
            }
        }

        return null;
    }

    private static bool IsPart(int sharedIncidents, int size) => sharedIncidents > 0 && sharedIncidents >= SamePart * size;
}

/// <summary>How the clusters of a training continue those of the version before.</summary>
/// <param name="Clusters">One entry per new cluster, in the order of their numbers.</param>
/// <param name="Gone">The earlier clusters that do not continue, in the order of their ids.</param>
/// <param name="NextId">The lowest id that is still unused.</param>
public sealed record LineageResult(IReadOnlyList<LineageCluster> Clusters, IReadOnlyList<LineageGone> Gone, int NextId);

/// <summary>A new cluster's identity.</summary>
/// <param name="Id">The id: inherited where it is the same problem, fresh otherwise.</param>
/// <param name="Origin">Kept or merged where the id is inherited; new or split where it is fresh.</param>
/// <param name="RelatedIds">The earlier clusters that were merged into it, or that it was split from.</param>
public sealed record LineageCluster(int Id, ClusterChangeKind Origin, IReadOnlyList<int> RelatedIds);

/// <summary>An earlier cluster that does not continue.</summary>
/// <param name="Id">Its id, never used again.</param>
/// <param name="MergedInto">The cluster that took at least half of its incidents; null where they scattered.</param>
public sealed record LineageGone(int Id, int? MergedInto);
