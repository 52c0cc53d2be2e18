using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Storage;

namespace Pipeline.Problems;

/// <summary>The problems and clusters of one tech center with what was assigned to them.</summary>
internal sealed class CenterProblems
{
    private static readonly ClusterTrend[] TrendOrder = [ClusterTrend.New, ClusterTrend.Rising, ClusterTrend.Steady, ClusterTrend.Falling, ClusterTrend.Gone, ClusterTrend.Unknown];

    private readonly string _techCenter;
    private readonly IReadOnlyDictionary<int, ModelProblem> _problems;
    private readonly Dictionary<int, ModelCluster> _clusters;
    private readonly IReadOnlyDictionary<int, string> _domains;
    private readonly Dictionary<int, ProblemTrend> _trends;

    private CenterProblems(string techCenter, ModelClusters clusters, ModelClusters newest, ProblemActivity activity)
    {
        (_techCenter, Clusters, Activity) = (techCenter, clusters, activity);
        _problems = clusters.ProblemsByCluster();
        _clusters = clusters.Clusters.ToDictionary(c => c.Id);
        _domains = clusters.DomainNames();
        int[] ids = [.. newest.Problems.Select(p => p.Id)];
        _trends = ids.Zip(activity.Trends(ids)).ToDictionary(p => p.First, p => p.Second);
    }

    /// <summary>The problems and clusters.</summary>
    public ModelClusters Clusters { get; }

    /// <summary>What was counted of them.</summary>
    public ProblemActivity Activity { get; }

    /// <summary>Reads the newest version of a tech center; null where it has none.</summary>
    /// <exception cref="ModelException">The newest version is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<CenterProblems?> ReadAsync(IPredictions predictions, ModelStore models, string techCenter, TimeProvider clock, CancellationToken cancellationToken) =>
        await models.LoadServingAsync(techCenter, models.ReadCorrectedAsync, cancellationToken) is { Manifest: ModelManifest manifest, Loaded: ModelClusters clusters }
            ? await ReadAsync(predictions, techCenter, manifest, clusters, clusters, clock, cancellationToken)
            : null;

    /// <summary>Counts what a version knows.</summary>
    /// <param name="predictions">Where the counts come from.</param>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="manifest">The version.</param>
    /// <param name="clusters">What it knows.</param>
    /// <param name="newest">What the newest version knows: statements are made of all its problems together, and one that it has no more is gone.</param>
    /// <param name="clock">Tells which dates lie in the future.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public static async Task<CenterProblems> ReadAsync(
        IPredictions predictions, string techCenter, ModelManifest manifest, ModelClusters clusters, ModelClusters newest, TimeProvider clock, CancellationToken cancellationToken) =>
        new(techCenter, clusters, newest, await ProblemActivity.ReadAsync(predictions, techCenter, manifest.Window, clock, cancellationToken));

    /// <summary>The place of a trend in a list by trend.</summary>
    public static int Rank(ClusterTrend trend) => Array.IndexOf(TrendOrder, trend);

    /// <summary>What a list shows of a problem, and since when it is quiet.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="running">The Monday of the company's running week.</param>
    public ProblemSummary Summary(ModelProblem problem, DateOnly running)
    {
        ProblemSummary summary = Summary(problem);
        return WeeklySeries.Of(Activity.Period.Weeks, Activity.OfProblem(problem.Id).WeeklyCounts, running).QuietSince is DateOnly quiet && summary.LastSeen is DateTimeOffset last && DateOnly.FromDateTime(last.UtcDateTime) < quiet
            ? summary with { QuietSince = quiet, QuietWeeks = (running.DayNumber - quiet.DayNumber) / 7 }
            : summary;
    }

    /// <summary>What is known of a problem but since when it is quiet.</summary>
    public ProblemSummary Summary(ModelProblem problem)
    {
        ActivityCounts counts = Activity.OfProblem(problem.Id);
        ModelCluster[] variants = [.. problem.Variants.Select(id => _clusters[id])];
        ProblemTrend trend = TrendOf(problem.Id);
        return new ProblemSummary
        {
            TechCenter = _techCenter,
            Id = problem.Id,
            Label = problem.Label,
            DomainId = variants[0].DomainId,
            DomainName = _domains[variants[0].DomainId],
            Size = counts.Size,
            Variants = variants.Length,
            Trend = trend.Trend,
            Change = trend.Change,
            FirstSeen = counts.First ?? variants.Min(v => v.FirstSeen),
            LastSeen = counts.Last ?? variants.Max(v => v.LastSeen),
            Marks = problem.Marks,
        };
    }

    /// <summary>A variant of a problem.</summary>
    public ProblemVariant Variant(int id)
    {
        ActivityCounts counts = Activity.OfVariant(id);
        ModelCluster cluster = _clusters[id];
        return new ProblemVariant(id, cluster.Label, cluster.Keywords, counts.Size, counts.First ?? cluster.FirstSeen, counts.Last ?? cluster.LastSeen, cluster.Examples);
    }

    /// <summary>What a list shows of a cluster.</summary>
    public ClusterSummary Summary(ModelCluster cluster)
    {
        ActivityCounts counts = Activity.OfVariant(cluster.Id);
        ModelProblem problem = _problems[cluster.Id];
        ProblemTrend trend = TrendOf(problem.Id);
        return new ClusterSummary
        {
            TechCenter = _techCenter,
            ProblemId = problem.Id,
            ProblemLabel = problem.Label,
            Id = cluster.Id,
            Label = cluster.Label,
            DomainId = cluster.DomainId,
            DomainName = _domains[cluster.DomainId],
            Size = counts.Size,
            Trend = trend.Trend,
            Change = trend.Change,
            FirstSeen = counts.First ?? cluster.FirstSeen,
            LastSeen = counts.Last ?? cluster.LastSeen,
        };
    }

    /// <summary>Counts with their weeks.</summary>
    public IReadOnlyList<WeeklyCount> Weeks(ActivityCounts counts) => [.. Activity.Period.Weeks.Zip(counts.WeeklyCounts, (week, count) => new WeeklyCount(week, count))];

    private ProblemTrend TrendOf(int problem) => _trends.GetValueOrDefault(problem) ?? new ProblemTrend(ClusterTrend.Gone, Change: null);
}
