using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Training;

namespace Pipeline.Rollout;

/// <summary>The use case of looking what another version would change: both are asked of the same incidents.</summary>
public sealed class CompareVersions(ModelDirectory directory, ModelStore models, IPreprocessedIncidents preprocessed)
{
    private const int MostIncidents = 20_000;
    private const int MostListed = 100;
    private const int Batch = 1_000;

    /// <summary>Compares two versions of a tech center on the incidents of the second one's window, of which 20,000 are asked at the most.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="a">The version to go from.</param>
    /// <param name="b">The version to go to.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="RequestException">There is no such tech center or version.</exception>
    /// <exception cref="ModelException">A version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<VersionComparison> RunAsync(string techCenter, string a, string b, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        (FittedModel before, ComparedVersion first) = await LoadAsync(center, a, cancellationToken);
        (FittedModel after, ComparedVersion second) = await LoadAsync(center, b, cancellationToken);
        List<string> numbers = [];
        List<int> old = [];
        List<int> present = [];
        await foreach (PreprocessedIncident[] batch in preprocessed.ReadWindowAsync(center, after.Manifest.Embedder, after.Manifest.Window.From, after.Manifest.Window.Until, cancellationToken).Take(MostIncidents).Chunk(Batch))
        {
            numbers.AddRange(batch.Select(i => i.Number));
            old.AddRange(Ask(before, after.Manifest.Embedder, batch, cancellationToken));
            present.AddRange(Ask(after, after.Manifest.Embedder, batch, cancellationToken));
        }

        IReadOnlyList<ChangedCluster> clusters = Clusters(old, present, before, after);
        ChangedIncident[] changed = Incidents(numbers, old, present, before, after);
        return new VersionComparison(center, first, second, numbers.Count, clusters, changed.Length, [.. changed.Take(MostListed)]);
    }

    private async Task<(FittedModel Model, ComparedVersion Version)> LoadAsync(string center, string version, CancellationToken cancellationToken)
    {
        ModelManifest manifest = await models.RequireAsync(center, version, cancellationToken);
        ModelContent content = await models.ReadAsync(manifest, cancellationToken);
        return (FittedModel.Load(manifest, content), new ComparedVersion(version, manifest.ProblemCount, content.Metrics));
    }

    // Vectors of another embedder mean nothing to a version, but it still knows its texts.
    private static IEnumerable<int> Ask(FittedModel model, string embedder, PreprocessedIncident[] batch, CancellationToken cancellationToken) =>
        string.Equals(model.Manifest.Embedder, embedder, StringComparison.Ordinal)
            ? model.Classify([.. batch.Select(i => (i.ContentHash, model.VectorOf(i.Summary, i.Embedding)))], cancellationToken).Select(answer => answer.ClusterId)
            : batch.Select(i => model.Recall(i.ContentHash).ClusterId);

    private static List<ChangedCluster> Clusters(List<int> old, List<int> present, FittedModel before, FittedModel after)
    {
        int[] ids = [.. after.Clusters.Clusters.Select(c => c.Id)];
        LineageResult lineage = Align(old, present, [.. before.Clusters.Clusters.Select(c => c.Id)], ids);
        Dictionary<int, int> placeOf = ids.Index().ToDictionary(i => lineage.Clusters[i.Index].Id, i => i.Item);
        List<ChangedCluster> changes = [];
        foreach ((int place, LineageCluster cluster) in lineage.Clusters.Index())
        {
            int[] from = before.FindCluster(cluster.Id) is null ? [.. cluster.RelatedIds] : [cluster.Id, .. cluster.RelatedIds];
            changes.Add(new ChangedCluster(cluster.Origin, ids[place], after.FindCluster(ids[place])!.Label, present.Count(id => id == ids[place]), from));
        }

        changes.AddRange(lineage.Gone.Select(gone => new ChangedCluster(
            ClusterChangeKind.Gone, gone.Id, before.FindCluster(gone.Id)!.Label, old.Count(id => id == gone.Id), gone.MergedInto is int into && placeOf.TryGetValue(into, out int merged) ? [merged] : [])));
        return changes;
    }

    // A problem is the same one where most of its incidents are; its id is only the same where one version continues the other.
    private static ChangedIncident[] Incidents(List<string> numbers, List<int> old, List<int> present, FittedModel before, FittedModel after)
    {
        List<int> oldProblems = old.ConvertAll(before.ProblemIdOf);
        List<int> presentProblems = present.ConvertAll(after.ProblemIdOf);
        int[] ids = [.. after.Clusters.Clusters.Select(c => after.ProblemIdOf(c.Id)).Distinct()];
        LineageResult lineage = Align(oldProblems, presentProblems, [.. before.Clusters.Clusters.Select(c => before.ProblemIdOf(c.Id)).Distinct()], ids);
        Dictionary<int, int> same = ids.Index().ToDictionary(i => i.Item, i => lineage.Clusters[i.Index].Id);
        same[ClusterAssignment.Unclustered] = ClusterAssignment.Unclustered;
        return
        [
            .. Enumerable.Range(0, numbers.Count).Where(i => same[presentProblems[i]] != oldProblems[i])
                .Select(i => new ChangedIncident(numbers[i], before.FindCluster(old[i])?.Label, after.FindCluster(present[i])?.Label)),
        ];
    }

    private static LineageResult Align(List<int> old, List<int> present, int[] oldIds, int[] ids)
    {
        Dictionary<int, int> places = ids.Index().ToDictionary(i => i.Item, i => i.Index);
        int[] labels = [.. present.Select(id => places.GetValueOrDefault(id, -1))];
        return ClusterLineage.Align(labels, ids.Length, old.ToArray(), oldIds, oldIds.DefaultIfEmpty(0).Max() + 1);
    }
}

/// <summary>What another version changes.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="A">The version to go from.</param>
/// <param name="B">The version to go to.</param>
/// <param name="Incidents">The incidents that both were asked of.</param>
/// <param name="Clusters">What becomes of the clusters: those of the second version, and those of the first that it does not have.</param>
/// <param name="Changed">How many incidents change their problem.</param>
/// <param name="ChangedIncidents">The first hundred of them, in ordinal order of number.</param>
public sealed record VersionComparison(string TechCenter, ComparedVersion A, ComparedVersion B, int Incidents, IReadOnlyList<ChangedCluster> Clusters, int Changed, IReadOnlyList<ChangedIncident> ChangedIncidents)
{
    /// <summary>How many clusters were kept, are new, were split or merged, or are gone.</summary>
    public IReadOnlyDictionary<ClusterChangeKind, int> Counts { get; } = Clusters.CountBy(c => c.Kind).ToDictionary(c => c.Key, c => c.Value);
}

/// <summary>A version in a comparison.</summary>
/// <param name="Version">Its name.</param>
/// <param name="Problems">The problems that it knows.</param>
/// <param name="Metrics">How good it is.</param>
public sealed record ComparedVersion(string Version, int Problems, ModelMetrics Metrics);

/// <summary>What becomes of a cluster.</summary>
/// <param name="Kind">What happens to it.</param>
/// <param name="Id">Its id in the second version; in the first where it is gone.</param>
/// <param name="Label">Its name there.</param>
/// <param name="Incidents">How many of the incidents belong to it there.</param>
/// <param name="Related">The clusters of the first version that it continues or comes from; where it is gone, the one of the second that took most of its incidents.</param>
public sealed record ChangedCluster(ClusterChangeKind Kind, int Id, string Label, int Incidents, IReadOnlyList<int> Related);

/// <summary>An incident that changes its problem.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Before">The name of its cluster in the first version; null for none.</param>
/// <param name="After">The name of its cluster in the second version; null for none.</param>
public sealed record ChangedIncident(string Number, string? Before, string? After);
