using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>Turns numbered clusters into problems: lasting ids, names, domains, examples, and what changed since the version before.</summary>
/// <param name="namer">Names clusters and domains of texts.</param>
/// <param name="traits">Describes and names those of records; null where the rows are texts.</param>
public sealed class ModelAssembler(ClusterNamer namer, RecordTraits? traits = null)
{
    private const int ExampleCount = 5;

    /// <summary>Assembles a version.</summary>
    /// <param name="rows">The window's incidents.</param>
    /// <param name="clustered">Their clusters; at least one incident has one.</param>
    /// <param name="earlier">The version before; null for the first.</param>
    /// <param name="versions">All versions of the tech center: ids of none of them are used again.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task<ModelAssembly> AssembleAsync(IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, EarlierVersion? earlier, IReadOnlyList<ModelManifest> versions, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(clustered);
        ArgumentNullException.ThrowIfNull(versions);
        int[] order = LargestFirst(clustered.Labels);
        int[] labels = Renumber(clustered.Labels, order);
        int[][] members = Members(labels, order.Length);

        int[] earlierIds = earlier is null ? new int[rows.Count] : earlier.ClusterIdsOf(rows, cancellationToken);
        IReadOnlyList<int> known = earlier is null ? [] : [.. earlier.Clusters.Clusters.Select(c => c.Id)];
        LineageResult lineage = ClusterLineage.Align(labels, order.Length, earlierIds, known, versions.Select(v => v.NextClusterId).DefaultIfEmpty(0).Max());

        string[] texts = [.. rows.Select(r => r.Summary)];
        IReadOnlyList<string>[] examples = [.. order.Select((original, cluster) => Examples(texts, members[cluster], original, clustered))];
        int[] once = WithoutCopies(rows, labels);
        IReadOnlyList<IReadOnlyList<ClusterTrait>>? described = traits?.Describe(labels, order.Length);
        IReadOnlyList<GroupName> names = described is null ? await namer.NameAsync(texts, once, examples, cancellationToken: cancellationToken) : RecordTraits.Name(described);

        float[][] centroids = [.. order.Select(original => clustered.Coherence.Directions.AsSpan(original * clustered.ReducedDimensions, clustered.ReducedDimensions).ToArray())];
        int[] groups = described is null ? DomainGrouping.Group(centroids, names) : DomainGrouping.Group(centroids);
        int[] ids = [.. lineage.Clusters.Select(c => c.Id)];
        Dictionary<int, int> earlierDomains = (earlier?.Clusters.Clusters ?? []).ToDictionary(c => c.Id, c => c.DomainId);
        (int[] domainIds, int nextDomainId) = DomainGrouping.Align(groups, ids, [.. members.Select(m => m.Length)], earlierDomains, versions.Select(v => v.NextDomainId).DefaultIfEmpty(0).Max());
        string?[] proposed = described is null ? SharedDomains.Names(groups, domainIds.Length, [.. members.Select(m => m.Length)], names) : new string?[domainIds.Length];
        ModelDomain[] domains = await DomainsAsync(texts, labels, groups, domainIds, names, proposed, cancellationToken);

        ProblemAssembly problems = ProblemAssembly.Make(
            labels, [.. order.Select(original => clustered.Problems[original])], ids, names, earlier?.Clusters, earlierIds, versions.Select(v => v.NextProblemId).DefaultIfEmpty(0).Max());

        problems = traits is null ? problems : problems.Described(labels, traits);

        Dictionary<int, int> earlierSizes = (earlier?.Clusters.Clusters ?? []).ToDictionary(c => c.Id, c => c.Size);
        ModelCluster[] clusters =
        [
            .. order.Select((original, cluster) => new ModelCluster
            {
                Id = ids[cluster],
                Label = names[cluster].Label,
                Keywords = names[cluster].Keywords,
                Traits = described?[cluster],
                ProblemId = problems.IdOfCluster[cluster],
                DomainId = domainIds[groups[cluster]],
                Size = members[cluster].Length,
                Persistence = clustered.Persistence[original],
                FirstSeen = members[cluster].Min(row => rows[row].CreatedOn),
                LastSeen = members[cluster].Max(row => rows[row].CreatedOn),
                Examples = examples[cluster],
                Origin = lineage.Clusters[cluster].Origin,
                PreviousSize = earlierSizes.GetValueOrDefault(ids[cluster]),
                RelatedIds = lineage.Clusters[cluster].RelatedIds,
            }),
        ];
        Dictionary<int, ModelCluster> earlierClusters = (earlier?.Clusters.Clusters ?? []).ToDictionary(c => c.Id);
        GoneCluster[] gone = [.. lineage.Gone.Select(g => new GoneCluster(g.Id, earlierClusters[g.Id].Label, earlierClusters[g.Id].Size, g.MergedInto))];
        Dictionary<string, SafeTensor> arrays = Arrays(rows, clustered, labels, order, ids);
        return new ModelAssembly(new ModelClusters(clusters, domains, gone, problems.Problems), arrays, labels.Count(l => l < 0), lineage.NextId, problems.NextId, nextDomainId);
    }

    // However often a text was reported, its words weigh once.
    private static int[] WithoutCopies(IReadOnlyList<PreprocessedIncident> rows, int[] labels)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        return [.. labels.Select((label, row) => seen.Add(rows[row].ContentHash) ? label : -1)];
    }

    // Clusters can be left without members when equal texts got one answer; they are dropped here.
    private static int[] LargestFirst(int[] labels) =>
        [.. labels.Where(label => label >= 0).CountBy(label => label).OrderByDescending(c => c.Value).ThenBy(c => c.Key).Select(c => c.Key)];

    private static int[] Renumber(int[] labels, int[] order)
    {
        Dictionary<int, int> numbers = order.Index().ToDictionary(o => o.Item, o => o.Index);
        return [.. labels.Select(label => label < 0 ? -1 : numbers[label])];
    }

    private static int[][] Members(int[] labels, int count)
    {
        ILookup<int, int> rows = Enumerable.Range(0, labels.Length).ToLookup(row => labels[row]);
        return [.. Enumerable.Range(0, count).Select(cluster => rows[cluster].ToArray())];
    }

    // The members that are most like all the others; those deep in the layout can be odd ones out.
    private static string[] Examples(string[] texts, int[] members, int original, ClusteredIncidents clustered) =>
    [
        .. members.OrderByDescending(row => clustered.Coherence.OfMember(clustered.Reduced.AsSpan(row * clustered.ReducedDimensions, clustered.ReducedDimensions), original))
            .Select(row => texts[row]).Distinct(StringComparer.Ordinal).Take(ExampleCount),
    ];

    private async Task<ModelDomain[]> DomainsAsync(
        string[] texts, int[] labels, int[] groups, int[] domainIds, IReadOnlyList<GroupName> clusterNames, string?[] proposed, CancellationToken cancellationToken)
    {
        int[] ofRows = [.. labels.Select(label => label < 0 ? -1 : groups[label])];
        IReadOnlyList<string>[] labelsOf = [.. Enumerable.Range(0, domainIds.Length).Select(group => (IReadOnlyList<string>)[.. clusterNames.Where((_, cluster) => groups[cluster] == group).Select(n => n.Label)])];
        IReadOnlyList<GroupName> names = traits is null ? await namer.NameAsync(texts, ofRows, labelsOf, proposed, cancellationToken) : RecordTraits.Name(traits.Describe(ofRows, domainIds.Length));
        return
        [
            .. domainIds.Select((id, group) => new ModelDomain(id, names[group].Label, ofRows.Count(g => g == group)))
                .OrderByDescending(d => d.Size).ThenBy(d => d.Id),
        ];
    }

    private static Dictionary<string, SafeTensor> Arrays(IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, int[] labels, int[] order, int[] ids)
    {
        Dictionary<string, SafeTensor> arrays = new(StringComparer.Ordinal);
        int[] idOfOriginal = new int[clustered.Persistence.Length];
        Array.Fill(idOfOriginal, -1);
        foreach ((int cluster, int original) in order.Index())
        {
            idOfOriginal[original] = ids[cluster];
        }

        clustered.Geometry.WithClusterIds(idOfOriginal).Write(arrays);
        KnownTexts known = new(
            [.. rows.Select(r => KnownTexts.Key(r.ContentHash))],
            [.. labels.Select(label => label < 0 ? -1 : ids[label])],
            [.. clustered.Probabilities.Select(p => (float)p)],
            clustered.Map);
        known.Write(arrays);
        return arrays;
    }
}

/// <summary>A version's content before it is measured and published.</summary>
/// <param name="Clusters">The named clusters and domains, and what became of the earlier ones.</param>
/// <param name="Arrays">The arrays of the model file.</param>
/// <param name="Unclustered">Incidents that belong to no cluster.</param>
/// <param name="NextClusterId">The lowest cluster id that is still unused.</param>
/// <param name="NextProblemId">The lowest problem id that is still unused.</param>
/// <param name="NextDomainId">The lowest domain id that is still unused.</param>
public sealed record ModelAssembly(ModelClusters Clusters, IReadOnlyDictionary<string, SafeTensor> Arrays, int Unclustered, int NextClusterId, int NextProblemId, int NextDomainId);
