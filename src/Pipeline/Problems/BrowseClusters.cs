using System.Globalization;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The use case of looking through the clusters, the variants of the problems: names from the model versions that serve, counts and dates from the predictions.</summary>
public sealed class BrowseClusters(IPredictions predictions, ModelStore models, ModelDirectory directory, TimeProvider clock)
{
    /// <summary>A page of clusters.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ModelException">The version in production is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ClusterPage> ListAsync(ClusterQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<string> centers = query.TechCenter is null
            ? await directory.ListAsync(cancellationToken)
            : [await directory.ResolveAsync(query.TechCenter, RequestProblem.NotFound, cancellationToken)];
        List<ClusterSummary> clusters = [];
        foreach (string center in centers)
        {
            if (await CenterProblems.ReadAsync(predictions, models, center, clock, cancellationToken) is CenterProblems known)
            {
                clusters.AddRange(known.Clusters.Clusters.Where(cluster => query.Holds(cluster.Label)).Select(known.Summary));
            }
        }

        return new ClusterPage(clusters.Count, query.Page, query.PageSize, [.. query.PageOf(Sorted(clusters, query.Sort))]);
    }

    /// <summary>One cluster in full; also one that the version in production does not have any more.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The cluster's id as text.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center or cluster.</exception>
    /// <exception cref="ModelException">The version in production is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ClusterDetails> FindAsync(string techCenter, string id, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ProblemHistory history = await ProblemHistory.ReadAsync(models, center, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || history.FindCluster(number) is not KnownVersion version)
        {
            throw RequestException.NotFound("id", $"No version of the model of '{center}' has a cluster '{id}'. List the clusters to see their ids.");
        }

        CenterProblems known = await CenterProblems.ReadAsync(predictions, center, version.Manifest, version.Clusters, history.Newest!, clock, cancellationToken);
        ModelCluster cluster = version.Clusters.Clusters.First(c => c.Id == number);
        return new ClusterDetails(
            version.Manifest.Version, version.Current, known.Summary(cluster), cluster.Keywords, cluster.Persistence, cluster.Examples, known.Weeks(known.Activity.OfVariant(number)), history.OfCluster(number));
    }

    private static IEnumerable<ClusterSummary> Sorted(List<ClusterSummary> clusters, ClusterSort sort)
    {
        IOrderedEnumerable<ClusterSummary> sorted = sort switch
        {
            ClusterSort.Label => clusters.OrderBy(c => c.Label, StringComparer.OrdinalIgnoreCase),
            ClusterSort.Trend => clusters.OrderBy(c => CenterProblems.Rank(c.Trend)).ThenByDescending(c => c.Size),
            ClusterSort.LastSeen => clusters.OrderByDescending(c => c.LastSeen),
            _ => clusters.OrderByDescending(c => c.Size),
        };
        return sorted.ThenBy(c => c.TechCenter, StringComparer.Ordinal).ThenBy(c => c.Id);
    }
}

/// <summary>A page of clusters.</summary>
/// <param name="Total">Clusters on all pages.</param>
/// <param name="Page">This page's number, from 1.</param>
/// <param name="PageSize">Clusters per page.</param>
/// <param name="Clusters">This page's clusters; empty behind the last page.</param>
public sealed record ClusterPage(int Total, int Page, int PageSize, IReadOnlyList<ClusterSummary> Clusters);

/// <summary>A cluster in a list: a variant of a problem.</summary>
public sealed record ClusterSummary
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The id of its problem, stable across versions.</summary>
    public required int ProblemId { get; init; }

    /// <summary>The name of its problem.</summary>
    public required string ProblemLabel { get; init; }

    /// <summary>The cluster's id, stable across versions.</summary>
    public required int Id { get; init; }

    /// <summary>Its name.</summary>
    public required string Label { get; init; }

    /// <summary>The id of its domain.</summary>
    public required int DomainId { get; init; }

    /// <summary>The name of its domain.</summary>
    public required string DomainName { get; init; }

    /// <summary>Incidents assigned to it.</summary>
    public required int Size { get; init; }

    /// <summary>How the weekly counts of its problem develop.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>How much they have changed; null where there is nothing before to compare with.</summary>
    public RateRatio? Change { get; init; }

    /// <summary>The first incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? LastSeen { get; init; }
}

/// <summary>One cluster in full.</summary>
/// <param name="Version">The last version that has it.</param>
/// <param name="Current">Whether that is the version in production; otherwise the cluster is gone.</param>
/// <param name="Summary">What a list shows of it.</param>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="Persistence">How far the layouts of the training agree on its members, 0 to 1.</param>
/// <param name="Examples">Typical incidents: masked text.</param>
/// <param name="WeeklyCounts">Its incidents per week, over all weeks of its tech center.</param>
/// <param name="Lineage">Its story over the versions, the oldest first.</param>
public sealed record ClusterDetails(
    string Version,
    bool Current,
    ClusterSummary Summary,
    IReadOnlyList<string> Keywords,
    double Persistence,
    IReadOnlyList<string> Examples,
    IReadOnlyList<WeeklyCount> WeeklyCounts,
    IReadOnlyList<LineageEvent> Lineage);
