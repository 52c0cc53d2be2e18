using Pipeline.Models;

namespace Pipeline.Training;

/// <summary>The problems of a version, named, with lasting ids.</summary>
/// <param name="Problems">The problems, the largest first.</param>
/// <param name="IdOfCluster">The problem's id for each cluster.</param>
/// <param name="NextId">The lowest problem id that is still unused.</param>
internal sealed record ProblemAssembly(IReadOnlyList<ModelProblem> Problems, int[] IdOfCluster, int NextId)
{
    /// <summary>The problems of records: each is described, and named by what sets all of its rows apart.</summary>
    /// <param name="labels">The cluster of each row, -1 for none.</param>
    /// <param name="traits">Describes groups of the rows.</param>
    public ProblemAssembly Described(int[] labels, RecordTraits traits)
    {
        Dictionary<int, int> places = Problems.Index().ToDictionary(p => p.Item.Id, p => p.Index);
        IReadOnlyList<IReadOnlyList<ClusterTrait>> described = traits.Describe([.. labels.Select(label => label < 0 ? -1 : places[IdOfCluster[label]])], Problems.Count);
        IReadOnlyList<GroupName> names = RecordTraits.Name(described);
        return this with { Problems = [.. Problems.Select((problem, i) => problem with { Label = names[i].Label, Keywords = names[i].Keywords, Traits = described[i] })] };
    }

    /// <summary>Names problems, each by its largest cluster, and carries their identity on, as is done for clusters.</summary>
    /// <param name="labels">The cluster of each incident, -1 for none.</param>
    /// <param name="problems">The problem of each cluster, by any number.</param>
    /// <param name="clusterIds">The id of each cluster, the largest cluster first.</param>
    /// <param name="clusterNames">The name of each cluster.</param>
    /// <param name="earlier">The version before; null for the first.</param>
    /// <param name="earlierIds">The earlier cluster id of each incident, -1 for none.</param>
    /// <param name="nextId">The lowest problem id never used.</param>
    public static ProblemAssembly Make(
        int[] labels, int[] problems, int[] clusterIds, IReadOnlyList<GroupName> clusterNames, ModelClusters? earlier, int[] earlierIds, int nextId)
    {
        int[] order = [.. problems.Distinct()];
        Dictionary<int, int> numbers = order.Index().ToDictionary(o => o.Item, o => o.Index);
        int[] ofCluster = [.. problems.Select(problem => numbers[problem])];
        int[] ofRow = [.. labels.Select(label => label < 0 ? -1 : ofCluster[label])];
        int[][] variants = [.. Enumerable.Range(0, order.Length).Select(problem => Enumerable.Range(0, problems.Length).Where(cluster => ofCluster[cluster] == problem).ToArray())];

        Dictionary<int, int> earlierOfCluster = (earlier?.Clusters ?? []).Where(c => c.ProblemId is not null).ToDictionary(c => c.Id, c => c.ProblemId!.Value);
        Dictionary<int, int> earlierSizes = (earlier?.Problems ?? []).ToDictionary(p => p.Id, p => p.Size);
        int[] earlierOfRow = [.. earlierIds.Select(id => earlierOfCluster.GetValueOrDefault(id, -1))];
        LineageResult lineage = ClusterLineage.Align(ofRow, order.Length, earlierOfRow, [.. earlierSizes.Keys], nextId);

        int[] sizes = new int[order.Length];
        foreach (int problem in ofRow.Where(problem => problem >= 0))
        {
            sizes[problem]++;
        }

        IEnumerable<ModelProblem> made = lineage.Clusters.Select((line, problem) => new ModelProblem(
            line.Id, clusterNames[variants[problem][0]].Label, clusterNames[variants[problem][0]].Keywords, sizes[problem], [.. variants[problem].Select(cluster => clusterIds[cluster])], line.Origin, earlierSizes.GetValueOrDefault(line.Id), line.RelatedIds));
        return new ProblemAssembly([.. made.OrderByDescending(p => p.Size).ThenBy(p => p.Id)], [.. ofCluster.Select(problem => lineage.Clusters[problem].Id)], lineage.NextId);
    }
}
