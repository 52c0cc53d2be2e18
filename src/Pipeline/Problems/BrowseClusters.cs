using System.Globalization;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The use case of looking through the problem clusters: names from the model versions that serve, counts and dates from the predictions.</summary>
public sealed class BrowseClusters(IPredictions predictions, ModelStore models, ModelDirectory directory, TimeProvider clock)
{
    private static readonly ClusterTrend[] TrendOrder = [ClusterTrend.New, ClusterTrend.Rising, ClusterTrend.Steady, ClusterTrend.Falling, ClusterTrend.Gone, ClusterTrend.Unknown];

    /// <summary>A page of clusters.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ModelException">The version in production is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ClusterPage> ListAsync(ClusterQuery query, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        IReadOnlyList<string> centers = query.TechCenter is null
            ? await directory.ListAsync(cancellationToken)
            : [await directory.ResolveAsync(query.TechCenter, cancellationToken: cancellationToken)];
        List<ClusterSummary> clusters = [];
        foreach (string center in centers)
        {
            clusters.AddRange(await CenterAsync(center, cancellationToken));
        }

        long skipped = (long)(query.Page - 1) * query.PageSize;
        IEnumerable<ClusterSummary> page = skipped >= clusters.Count ? [] : Sorted(clusters, query.Sort).Skip((int)skipped).Take(query.PageSize);
        return new ClusterPage(clusters.Count, query.Page, query.PageSize, [.. page]);
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
        ClusterHistory history = await ClusterHistory.ReadAsync(models, center, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || history.FindNewest(number) is not (ModelManifest manifest, bool current, ModelCluster cluster, string domain))
        {
            throw RequestException.NotFound("id", $"No version of the model of '{center}' has a cluster '{id}'. List the clusters to see their ids.");
        }

        ClusterActivity activity = await ClusterActivity.ReadAsync(predictions, center, manifest.Window, clock, cancellationToken);
        return new ClusterDetails(
            manifest.Version,
            current,
            Summary(center, cluster, domain, activity, await TrendAsync(manifest, current, number, activity, cancellationToken)),
            cluster.Keywords,
            cluster.Persistence,
            cluster.Examples,
            [.. activity.Period.Weeks.Zip(activity.WeeklyCounts(number), (week, count) => new WeeklyCount(week, count))],
            history.Of(number));
    }

    private async Task<IEnumerable<ClusterSummary>> CenterAsync(string techCenter, CancellationToken cancellationToken)
    {
        if (await models.LoadServingAsync(techCenter, models.ReadClustersAsync, cancellationToken) is not { Manifest: ModelManifest manifest, Loaded: ModelClusters content })
        {
            return [];
        }

        Dictionary<int, string> domains = content.Domains.ToDictionary(d => d.Id, d => d.Name);
        ClusterActivity activity = await ClusterActivity.ReadAsync(predictions, techCenter, manifest.Window, clock, cancellationToken);
        return content.Clusters.Zip(activity.Trends(content.Clusters.Select(c => c.Id)), (cluster, trend) => Summary(techCenter, cluster, domains[cluster.DomainId], activity, trend));
    }

    // Statements are made of all clusters of a version together; one that it has no more is gone.
    private async Task<ProblemTrend> TrendAsync(ModelManifest manifest, bool current, int id, ClusterActivity activity, CancellationToken cancellationToken)
    {
        if (!current)
        {
            return new ProblemTrend(ClusterTrend.Gone, Change: null);
        }

        int[] ids = [.. (await models.ReadClustersAsync(manifest, cancellationToken)).Clusters.Select(c => c.Id)];
        return activity.Trends(ids)[Array.IndexOf(ids, id)];
    }

    private static ClusterSummary Summary(string techCenter, ModelCluster cluster, string domain, ClusterActivity activity, ProblemTrend trend)
    {
        (DateTimeOffset? first, DateTimeOffset? last) = activity.Seen(cluster.Id);
        return new ClusterSummary
        {
            TechCenter = techCenter,
            Id = cluster.Id,
            Label = cluster.Label,
            DomainId = cluster.DomainId,
            DomainName = domain,
            Size = activity.Size(cluster.Id),
            Trend = trend.Trend,
            Change = trend.Change,
            FirstSeen = first ?? cluster.FirstSeen,
            LastSeen = last ?? cluster.LastSeen,
        };
    }

    private static IEnumerable<ClusterSummary> Sorted(List<ClusterSummary> clusters, ClusterSort sort)
    {
        IOrderedEnumerable<ClusterSummary> sorted = sort switch
        {
            ClusterSort.Label => clusters.OrderBy(c => c.Label, StringComparer.OrdinalIgnoreCase),
            ClusterSort.Trend => clusters.OrderBy(c => Array.IndexOf(TrendOrder, c.Trend)).ThenByDescending(c => c.Size),
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

/// <summary>A problem cluster in a list.</summary>
public sealed record ClusterSummary
{
    /// <summary>The tech center.</summary>
    public required string TechCenter { get; init; }

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

    /// <summary>How its weekly counts develop.</summary>
    public required ClusterTrend Trend { get; init; }

    /// <summary>How much they have changed; null where there is nothing before to compare with.</summary>
    public RateRatio? Change { get; init; }

    /// <summary>The first incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? FirstSeen { get; init; }

    /// <summary>The last incident's date in UTC; null where none has a date.</summary>
    public required DateTimeOffset? LastSeen { get; init; }
}

/// <summary>One problem cluster in full.</summary>
/// <param name="Version">The last version that has it.</param>
/// <param name="Current">Whether that is the version in production; otherwise the cluster is gone.</param>
/// <param name="Summary">What a list shows of it.</param>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="Persistence">Its persistence in the condensed tree; higher is more stable.</param>
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
    IReadOnlyList<ClusterEvent> Lineage);

/// <summary>Incidents of one week.</summary>
/// <param name="Week">The week's Monday.</param>
/// <param name="Count">Incidents opened in it (UTC).</param>
public sealed record WeeklyCount(DateOnly Week, int Count);
