using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Training;

/// <summary>Turns numbered clusters into problems with variants: lasting ids, names, domains, examples, and what changed since the version before.</summary>
/// <param name="namer">Names what is found in texts.</param>
/// <param name="traits">Describes and names what is found in records; null where the rows are texts.</param>
/// <param name="background">Texts of other tech centers by which words are weighed too; null for none.</param>
public sealed class ModelAssembler(ClusterNamer namer, RecordTraits? traits = null, IReadOnlyList<string>? background = null)
{
    private const int ExampleCount = 5;

    // Only problems are named by a model; their variants are one click deeper, and as many again.
    private readonly ClusterNamer _variantNamer = new(new KeywordLabeller());

    /// <summary>Assembles a version.</summary>
    /// <param name="rows">The window's incidents.</param>
    /// <param name="clustered">Their clusters; at least one incident has one.</param>
    /// <param name="earlier">The version before; null for the first.</param>
    /// <param name="versions">All versions of the tech center: ids of none of them are used again.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <param name="told">The problems that were told of before this training, whose ids they keep; null for none.</param>
    public async Task<ModelAssembly> AssembleAsync(
        IReadOnlyList<PreprocessedIncident> rows, ClusteredIncidents clustered, EarlierVersion? earlier, IReadOnlyList<ModelManifest> versions, CancellationToken cancellationToken, IReadOnlyList<ToldProblem>? told = null)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(clustered);
        ArgumentNullException.ThrowIfNull(versions);
        int[] order = LargestFirst(clustered.Labels);
        int[] labels = Renumber(clustered.Labels, order);
        int[][] members = Members(labels, order.Length);
        int[] sizes = [.. members.Select(m => m.Length)];

        ModelClusters? before = earlier?.Clusters;
        int[] earlierIds = earlier is null ? new int[rows.Count] : earlier.ClusterIdsOf(rows, cancellationToken);
        IReadOnlyList<int> known = before is null ? [] : [.. before.Clusters.Select(c => c.Id)];
        LineageResult lineage = ClusterLineage.Align(labels, order.Length, earlierIds, known, versions.Select(v => v.NextClusterId).DefaultIfEmpty(0).Max());
        int[] ids = [.. lineage.Clusters.Select(c => c.Id)];

        string[] texts = [.. rows.Select(r => r.Summary)];
        IReadOnlyList<string>[] examples = [.. order.Select((original, cluster) => Examples(texts, members[cluster], original, clustered))];
        int[] once = WithoutCopies(rows, labels);
        // The texts of records are their columns, which say the same everywhere.
        int[] grouped = [.. order.Select(original => clustered.Problems[original])];
        (int[] ofClusters, GroupWordings? wordings) = traits is null ? SayingTheSame(grouped, texts, once) : (Numbered(grouped).Numbers, null);
        ProblemAssembly problems = ProblemAssembly.Make(
            labels, ofClusters, before, earlierIds, versions.Select(v => v.FreeProblemId).Concat((told ?? []).Select(t => t.Id + 1)).DefaultIfEmpty(0).Max(), ToldOf(rows, told ?? []));
        IReadOnlyList<IReadOnlyList<ClusterTrait>>? described = traits?.Describe(problems.OfRows(labels), problems.Sizes.Length);
        IReadOnlyList<IReadOnlyList<ClusterTrait>>? variantsDescribed = traits?.Describe(labels, order.Length);
        IReadOnlyList<GroupName> names = described is not null
            ? RecordTraits.Name(described)
            : await namer.NameAsync(wordings!, problems.Typical(examples, ExampleCount), known: null, cancellationToken);
        IReadOnlyList<GroupName> variantNames = variantsDescribed is not null ? RecordTraits.Name(variantsDescribed) : await VariantNamesAsync(problems, names, wordings!, once, examples, cancellationToken);

        float[][] directions = problems.Directions([.. order.Select(original => clustered.Coherence.Directions.AsSpan(original * clustered.ReducedDimensions, clustered.ReducedDimensions).ToArray())], sizes);
        (int[] domainOfProblem, IReadOnlyList<ModelDomain> domains, int nextDomainId) = await DomainsAsync(
            problems, names, directions, wordings, labels, before, versions.Select(v => v.NextDomainId).DefaultIfEmpty(0).Max(), cancellationToken);

        Dictionary<int, ModelCluster> earlierClusters = (before?.Clusters ?? []).ToDictionary(c => c.Id);
        int[] problemIds = problems.Ids;
        ModelCluster[] clusters =
        [
            .. order.Select((original, cluster) => new ModelCluster
            {
                Id = ids[cluster],
                Label = variantNames[cluster].Label,
                Keywords = variantNames[cluster].Keywords,
                Traits = variantsDescribed?[cluster],
                ProblemId = problemIds[problems.OfCluster[cluster]],
                DomainId = domainOfProblem[problems.OfCluster[cluster]],
                Size = sizes[cluster],
                Persistence = clustered.Persistence[original],
                FirstSeen = members[cluster].Min(row => rows[row].CreatedOn),
                LastSeen = members[cluster].Max(row => rows[row].CreatedOn),
                Examples = examples[cluster],
                Origin = lineage.Clusters[cluster].Origin,
                PreviousSize = earlierClusters.GetValueOrDefault(ids[cluster])?.Size ?? 0,
                RelatedIds = lineage.Clusters[cluster].RelatedIds,
            }),
        ];
        GoneCluster[] gone = [.. lineage.Gone.Select(g => new GoneCluster(g.Id, earlierClusters[g.Id].Label, earlierClusters[g.Id].Size, g.MergedInto))];
        Dictionary<string, SafeTensor> arrays = Arrays(rows, clustered, labels, order, ids);
        ModelClusters content = new(clusters, domains, gone) { Problems = problems.Named(names, ids, described), GoneProblems = problems.Gone() };
        return new ModelAssembly(content, arrays, labels.Count(l => l < 0), lineage.NextId, problems.Lineage.NextId, nextDomainId);
    }

    private static int[] ToldOf(IReadOnlyList<PreprocessedIncident> rows, IReadOnlyList<ToldProblem> told)
    {
        Dictionary<string, int> ids = new(StringComparer.Ordinal);
        foreach (ToldProblem problem in told)
        {
            foreach (string incident in problem.Incidents)
            {
                ids[incident] = problem.Id;
            }
        }

        return [.. rows.Select(r => ids.GetValueOrDefault(r.Number, -1))];
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
        .. members.OrderByDescending(row => clustered.Coherence.OfMember(clustered.ReducedOf(row), original))
            .Select(row => texts[row]).Distinct(StringComparer.Ordinal).Take(ExampleCount),
    ];

    // Problems of which most titles say the same are one, however far apart their texts lie.
    private (int[] OfClusters, GroupWordings Wordings) SayingTheSame(int[] problems, string[] texts, int[] labels)
    {
        (int[] numbered, int count) = Numbered(problems);
        GroupWordings wordings = GroupWordings.Of(texts, OfRows(numbered), count, background);
        int[] same = wordings.SayingTheSame();
        if (same.Index().All(s => s.Item == s.Index))
        {
            return (numbered, wordings);
        }

        (numbered, count) = Numbered([.. numbered.Select(problem => same[problem])]);
        return (numbered, wordings.Regrouped(OfRows(numbered), count, sameBackground: true));

        int[] OfRows(int[] ofClusters) => [.. labels.Select(label => label < 0 ? -1 : ofClusters[label])];
    }

    // From 0 upwards, in the order in which they come first.
    private static (int[] Numbers, int Count) Numbered(int[] groups)
    {
        Dictionary<int, int> numbers = groups.Distinct().Index().ToDictionary(g => g.Item, g => g.Index);
        return ([.. groups.Select(group => numbers[group])], numbers.Count);
    }

    // The only variant of a problem is the problem.
    private async Task<IReadOnlyList<GroupName>> VariantNamesAsync(
        ProblemAssembly problems, IReadOnlyList<GroupName> names, GroupWordings wordings, int[] labels, IReadOnlyList<string>[] examples, CancellationToken cancellationToken)
    {
        string?[] known = [.. problems.OfCluster.Select(problem => problems.Variants[problem].Length == 1 ? names[problem].Label : null)];
        return known.Contains(null) ? await _variantNamer.NameAsync(wordings.Regrouped(labels, examples.Length), examples, known, cancellationToken) : [.. problems.OfCluster.Select(problem => names[problem])];
    }

    private async Task<(int[] OfProblem, IReadOnlyList<ModelDomain> Domains, int NextId)> DomainsAsync(
        ProblemAssembly problems, IReadOnlyList<GroupName> names, float[][] directions, GroupWordings? wordings, int[] labels, ModelClusters? earlier, int nextId, CancellationToken cancellationToken)
    {
        int[] groups = traits is null ? DomainGrouping.Group(directions, names) : DomainGrouping.Group(directions);
        Dictionary<int, int> domainOfCluster = (earlier?.Clusters ?? []).ToDictionary(c => c.Id, c => c.DomainId);
        Dictionary<int, int> earlierDomains = problems.Earlier.Where(p => domainOfCluster[p.Variants[0]] != ModelDomain.None).ToDictionary(p => p.Id, p => domainOfCluster[p.Variants[0]]);
        (int[] ids, int next) = DomainGrouping.Align(groups, problems.Ids, problems.Sizes, earlierDomains, nextId);
        int[] ofRows = [.. problems.OfRows(labels).Select(problem => problem < 0 ? -1 : groups[problem])];
        IReadOnlyList<string>[] labelsOf = [.. Enumerable.Range(0, ids.Length).Select(group => (IReadOnlyList<string>)[.. names.Where((_, problem) => groups[problem] == group).Select(n => n.Label)])];
        IReadOnlyList<GroupName> domainNames = traits is not null
            ? RecordTraits.Name(traits.Describe(ofRows, ids.Length))
            : await namer.NameAsync(wordings!.Regrouped(ofRows, ids.Length), labelsOf, SharedDomains.Names(groups, ids.Length, problems.Sizes, names, wordings.Forms), cancellationToken);
        int IdOf(int group) => group < 0 ? ModelDomain.None : ids[group];
        ModelDomain[] domains = [.. ids.Select((id, group) => new ModelDomain(id, domainNames[group].Label, ofRows.Count(g => g == group)))];
        return ([.. groups.Select(IdOf)], [.. domains.OrderByDescending(d => d.Size).ThenBy(d => d.Id)], next);
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
/// <param name="Clusters">The named problems, clusters and domains, and what became of the earlier ones.</param>
/// <param name="Arrays">The arrays of the model file.</param>
/// <param name="Unclustered">Incidents that belong to no cluster.</param>
/// <param name="NextClusterId">The lowest cluster id that is still unused.</param>
/// <param name="NextProblemId">The lowest problem id that is still unused.</param>
/// <param name="NextDomainId">The lowest domain id that is still unused.</param>
public sealed record ModelAssembly(ModelClusters Clusters, IReadOnlyDictionary<string, SafeTensor> Arrays, int Unclustered, int NextClusterId, int NextProblemId, int NextDomainId);

/// <summary>A problem that was told of before a training knew it.</summary>
/// <param name="Id">The id under which it was told of.</param>
/// <param name="Incidents">The numbers of its incidents.</param>
public sealed record ToldProblem(int Id, IReadOnlyList<string> Incidents);
