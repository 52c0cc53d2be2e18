using System.Globalization;
using Pipeline.Models;
using Pipeline.Reporting;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Clusters;

/// <summary>The use case of looking through the problem clusters: names from the newest model versions, counts and dates from the predictions.</summary>
public sealed class BrowseClusters(IWarehouse warehouse, ModelStore models, ModelDirectory directory)
{
    private static readonly ClusterTrend[] TrendOrder = [ClusterTrend.New, ClusterTrend.Rising, ClusterTrend.Steady, ClusterTrend.Falling, ClusterTrend.Gone, ClusterTrend.Unknown];

    /// <summary>A page of clusters.</summary>
    /// <exception cref="RequestException">There is no such tech center.</exception>
    /// <exception cref="ModelException">The newest version is damaged.</exception>
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

    /// <summary>One cluster in full; also one that the newest version does not have any more.</summary>
    /// <param name="techCenter">The tech center's name or folder.</param>
    /// <param name="id">The cluster's id as text.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="RequestException">There is no such tech center or cluster.</exception>
    /// <exception cref="ModelException">The newest version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ClusterDetails> FindAsync(string techCenter, string id, CancellationToken cancellationToken = default)
    {
        string center = await directory.ResolveAsync(techCenter, RequestProblem.NotFound, cancellationToken);
        ClusterHistory history = await ClusterHistory.ReadAsync(models, center, cancellationToken);
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || history.FindNewest(number) is not (ModelManifest manifest, bool current, ModelCluster cluster, string domain))
        {
            throw RequestException.NotFound("id", $"No version of the model of '{center}' has a cluster '{id}'. List the clusters to see their ids.");
        }

        ClusterActivity activity = await ClusterActivity.ReadAsync(warehouse, center, cancellationToken);
        return new ClusterDetails(
            manifest.Version,
            current,
            Summary(center, cluster, domain, activity, current),
            cluster.Keywords,
            cluster.Persistence,
            cluster.Examples,
            [.. activity.Weeks.Zip(activity.WeeklyCounts(number), (week, count) => new WeeklyCount(week, count))],
            history.Of(number));
    }

    private async Task<IEnumerable<ClusterSummary>> CenterAsync(string techCenter, CancellationToken cancellationToken)
    {
        if (await models.FindLatestAsync(techCenter, cancellationToken) is not ModelManifest manifest)
        {
            return [];
        }

        ModelClusters content = await models.ReadClustersAsync(manifest, cancellationToken);
        Dictionary<int, string> domains = content.Domains.ToDictionary(d => d.Id, d => d.Name);
        ClusterActivity activity = await ClusterActivity.ReadAsync(warehouse, techCenter, cancellationToken);
        return content.Clusters.Select(c => Summary(techCenter, c, domains[c.DomainId], activity, current: true));
    }

    private static ClusterSummary Summary(string techCenter, ModelCluster cluster, string domain, ClusterActivity activity, bool current)
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
            Trend = current ? WeeklyTrend.Of(activity.WeeklyCounts(cluster.Id)) : ClusterTrend.Gone,
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
