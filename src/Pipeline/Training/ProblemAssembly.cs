using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The problems of a version, numbered from 0, the one of the largest cluster first, with lasting ids.</summary>
/// <param name="OfCluster">The problem of each cluster.</param>
/// <param name="Variants">The clusters of each problem, the largest first.</param>
/// <param name="Sizes">The incidents of each problem.</param>
/// <param name="Lineage">How they continue those of the version before.</param>
/// <param name="Earlier">The problems of the version before.</param>
internal sealed record ProblemAssembly(int[] OfCluster, int[][] Variants, int[] Sizes, LineageResult Lineage, IReadOnlyList<ModelProblem> Earlier)
{
    /// <summary>Numbers problems and carries their identity on, as is done for clusters.</summary>
    /// <param name="labels">The cluster of each incident, -1 for none.</param>
    /// <param name="problems">The problem of each cluster, by any number; the largest cluster first.</param>
    /// <param name="earlier">The version before; null for the first.</param>
    /// <param name="earlierIds">The earlier cluster id of each incident, -1 for none.</param>
    /// <param name="nextId">The lowest problem id never used.</param>
    /// <param name="reserved">The id under which each incident's problem was told of since the version before, -1 for none; it counts before the earlier one.</param>
    public static ProblemAssembly Make(int[] labels, int[] problems, ModelClusters? earlier, int[] earlierIds, int nextId, int[] reserved)
    {
        Dictionary<int, int> numbers = problems.Distinct().Index().ToDictionary(o => o.Item, o => o.Index);
        int[] ofCluster = [.. problems.Select(problem => numbers[problem])];
        int[][] variants = [.. Enumerable.Range(0, numbers.Count).Select(problem => Enumerable.Range(0, problems.Length).Where(cluster => ofCluster[cluster] == problem).ToArray())];
        int[] ofRow = [.. labels.Select(label => label < 0 ? -1 : ofCluster[label])];
        int[] sizes = new int[numbers.Count];
        foreach (int problem in ofRow.Where(problem => problem >= 0))
        {
            sizes[problem]++;
        }

        IReadOnlyList<ModelProblem> known = earlier?.Problems ?? [];
        IReadOnlyDictionary<int, ModelProblem> ofEarlierCluster = earlier?.ProblemsByCluster() ?? new Dictionary<int, ModelProblem>();
        int[] earlierOfRow = [.. earlierIds.Select(id => ofEarlierCluster.TryGetValue(id, out ModelProblem? problem) ? problem.Id : -1)];
        int[] told = [.. reserved.Where(id => id >= 0).Distinct().Except(known.Select(p => p.Id)).Order()];
        int[] before = [.. earlierOfRow.Select((id, row) => told.Contains(reserved[row]) ? reserved[row] : id)];
        LineageResult lineage = ClusterLineage.Align(ofRow, numbers.Count, before, [.. known.Select(p => p.Id), .. told], nextId);

        // What was told of is new to the versions, though its id is not.
        LineageResult taken = lineage with
        {
            Clusters = [.. lineage.Clusters.Select(line => told.Contains(line.Id) ? line with { Origin = ClusterChangeKind.New, RelatedIds = [] } : line with { RelatedIds = [.. line.RelatedIds.Except(told)] })],
            Gone = [.. lineage.Gone.Where(gone => !told.Contains(gone.Id))],
        };
        return new ProblemAssembly(ofCluster, variants, sizes, taken, known);
    }

    /// <summary>The id of each problem.</summary>
    public int[] Ids => [.. Lineage.Clusters.Select(line => line.Id)];

    /// <summary>The problem of each row.</summary>
    /// <param name="labels">The cluster of each row, -1 for none.</param>
    public int[] OfRows(int[] labels) => [.. labels.Select(label => label < 0 ? -1 : OfCluster[label])];

    /// <summary>What is typical of each problem: of its variants in turn, the largest first.</summary>
    /// <param name="ofClusters">What is typical of each cluster.</param>
    /// <param name="count">At most this much of each.</param>
    public IReadOnlyList<string>[] Typical(IReadOnlyList<IReadOnlyList<string>> ofClusters, int count) =>
    [
        .. Variants.Select(variants => variants.SelectMany(cluster => ofClusters[cluster].Index()).OrderBy(example => example.Index).Select(example => example.Item)
            .Distinct(StringComparer.Ordinal).Take(count).ToArray()),
    ];

    /// <summary>The mean direction of each problem's incidents.</summary>
    /// <param name="ofClusters">The direction of each cluster, in unit length.</param>
    /// <param name="clusterSizes">The incidents of each cluster.</param>
    public float[][] Directions(IReadOnlyList<float[]> ofClusters, IReadOnlyList<int> clusterSizes) =>
    [
        .. Variants.Select(variants =>
        {
            float[] sum = new float[ofClusters[variants[0]].Length];
            foreach (int cluster in variants)
            {
                for (int d = 0; d < sum.Length; d++)
                {
                    sum[d] += clusterSizes[cluster] * ofClusters[cluster][d];
                }
            }

            return sum;
        }),
    ];

    /// <summary>The problems as a version keeps them, the largest first.</summary>
    /// <param name="names">The name of each problem.</param>
    /// <param name="clusterIds">The id of each cluster.</param>
    /// <param name="traits">Of records, what sets each problem apart; null of texts.</param>
    public IReadOnlyList<ModelProblem> Named(IReadOnlyList<GroupName> names, int[] clusterIds, IReadOnlyList<IReadOnlyList<ClusterTrait>>? traits = null)
    {
        Dictionary<int, int> sizesBefore = Earlier.ToDictionary(p => p.Id, p => p.Size);
        IEnumerable<ModelProblem> made = Lineage.Clusters.Select((line, problem) => new ModelProblem(
            line.Id, names[problem].Label, names[problem].Keywords, Sizes[problem], [.. Variants[problem].Select(cluster => clusterIds[cluster])], line.Origin, sizesBefore.GetValueOrDefault(line.Id), line.RelatedIds)
        {
            Traits = traits?[problem],
        });
        return [.. made.OrderByDescending(p => p.Size).ThenBy(p => p.Id)];
    }

    /// <summary>The problems of the version before that are no more.</summary>
    public IReadOnlyList<GoneProblem> Gone()
    {
        Dictionary<int, ModelProblem> known = Earlier.ToDictionary(p => p.Id);
        return [.. Lineage.Gone.Select(g => new GoneProblem(g.Id, known[g.Id].Label, known[g.Id].Size, g.MergedInto))];
    }
}
