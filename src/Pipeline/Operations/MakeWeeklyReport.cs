using Pipeline.Alerts;
using Pipeline.Drift;
using Pipeline.Incidents;
using Pipeline.Measures;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Problems;
using Pipeline.Storage;

namespace Pipeline.Operations;

/// <summary>The use case of whoever wants to know on Monday how the week went: problems that are new, that grow and that went away; quality, drift, alerts, capacity and cost.</summary>
public sealed class MakeWeeklyReport(BrowseProblems problems, IMeasures measures, DriftReports drift, IAlertLog alerts, ITechCenters techCenters, PreprocessIncidents preprocess, IObjectStore objects, CostOptions cost, TimeProvider clock)
{
    private const int PageSize = 200;
    private const int Shown = 20;

    // How often MachineUse measures.
    private const double SecondsPerSample = 300;

    /// <summary>Makes the report of the seven days until now.</summary>
    /// <exception cref="ModelException">The newest version of a tech center is damaged.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read.</exception>
    public async Task<WeeklyReport> RunAsync(CancellationToken cancellationToken = default)
    {
        DateTimeOffset until = clock.GetUtcNow(), from = until.AddDays(-7);
        List<Measure> noted = await measures.ReadMeasuresAsync(from, until, cancellationToken: cancellationToken).ToListAsync(cancellationToken);
        ILookup<string, Measure> byName = noted.ToLookup(m => m.Name, StringComparer.Ordinal);
        List<ProblemSummary> all = await ProblemsAsync(cancellationToken);
        IReadOnlyList<TechCenterStatistics> statistics = await techCenters.ReadStatisticsAsync(cancellationToken);
        Dictionary<string, DriftReport> drifts = (await drift.RunAsync(cancellationToken: cancellationToken)).ToDictionary(r => r.TechCenter, StringComparer.Ordinal);
        long modelBytes = (await objects.ListAsync($"{ModelPaths.Root}/", cancellationToken).ToListAsync(cancellationToken)).Sum(o => o.Size);
        IReadOnlyList<Alert> raised = [.. (await alerts.ReadAlertsAsync(ShowAlerts.Most, cancellationToken: cancellationToken)).Where(a => a.RaisedAt >= from)];
        return new WeeklyReport
        {
            From = from,
            Until = until,
            New = Of(all, ClusterTrend.New),
            Rising = Of(all, ClusterTrend.Rising),
            Gone = Of(all, ClusterTrend.Gone),
            TechCenters = [.. statistics.Where(s => s.Preprocessed > 0).Select(s => Center(s, byName, drifts.GetValueOrDefault(s.TechCenter)))],
            Alerts = [.. raised.GroupBy(a => a.Rule, StringComparer.Ordinal).Select(g => new WeeklyAlerts(g.Key, g.Max(a => a.Severity), g.Count(), g.Count(a => a.State == AlertState.Open))).OrderByDescending(a => a.Severity).ThenBy(a => a.Rule, StringComparer.Ordinal)],
            Capacity = Capacity.Plan(Use(byName, statistics, await preprocess.CountWaitingAsync(cancellationToken), modelBytes)),
            Cost = cost.Of(byName["embedding.tokens"].Sum(m => m.Value), modelBytes, byName[MeasureNames.MemoryBytes].Sum(m => m.Value) / 1e9 * SecondsPerSample),
        };
    }

    private async Task<List<ProblemSummary>> ProblemsAsync(CancellationToken cancellationToken)
    {
        List<ProblemSummary> all = [];
        for (int page = 1; ; page++)
        {
            ProblemPage part = await problems.ListAsync(new ClusterQuery(null, ClusterSort.Size, page, PageSize), cancellationToken);
            all.AddRange(part.Problems);
            if (part.Problems.Count < PageSize)
            {
                return all;
            }
        }
    }

    private static IReadOnlyList<WeeklyProblem> Of(List<ProblemSummary> all, ClusterTrend trend) =>
        [.. all.Where(p => p.Trend == trend && p.Marks?.Status != ProblemStatus.Ignored).Take(Shown).Select(p => new WeeklyProblem(p.TechCenter, p.Id, p.Label, p.Size, p.FirstSeen, p.LastSeen))];

    private static WeeklyTechCenter Center(TechCenterStatistics center, ILookup<string, Measure> byName, DriftReport? drift)
    {
        return new WeeklyTechCenter(
            center.TechCenter,
            center.Incidents,
            (long)Own(MeasureNames.Read).Sum(m => m.Value),
            (long)Own(MeasureNames.Predictions).Sum(m => m.Value),
            (long)Own(MeasureNames.PredictionsFailed).Sum(m => m.Value),
            Newest("noise.share"),
            Newest("confidence.p50"),
            Newest("silhouette"),
            Own("lag.seconds.p95").Select(m => (double?)m.Value).Max(),
            drift?.Score,
            drift?.RetrainingRecommended ?? false);

        IEnumerable<Measure> Own(string name) => byName[name].Where(m => string.Equals(m.TechCenter, center.TechCenter, StringComparison.Ordinal));
        double? Newest(string name) => Own(name).LastOrDefault()?.Value;
    }

    private static CapacityUse Use(ILookup<string, Measure> byName, IReadOnlyList<TechCenterStatistics> statistics, long waiting, long modelBytes)
    {
        Measure[] disk = [.. byName[MeasureNames.Disk]];
        double days = disk.Length < 2 ? 0 : (disk[^1].Time - disk[0].Time).TotalDays;
        double perHour = byName[MeasureNames.Read].GroupBy(m => m.Time.UtcTicks / TimeSpan.TicksPerHour).Select(g => g.Sum(m => m.Value)).DefaultIfEmpty(0).Max();
        return new CapacityUse(
            1,
            Busiest(MeasureNames.Cpu),
            Busiest(MeasureNames.Memory),
            disk.LastOrDefault()?.Value ?? 0,
            days < 1 ? 0 : (disk[^1].Value - disk[0].Value) / days,
            statistics.Sum(s => s.Incidents),
            (long)byName[MeasureNames.Read].Sum(m => m.Value),
            perHour,
            waiting,
            modelBytes);

        double Busiest(string name)
        {
            ValueSample sample = new();
            foreach (Measure measure in byName[name])
            {
                sample.Add(measure.Value);
            }

            return sample.Count == 0 ? 0 : sample.Quantile(0.95);
        }
    }
}

/// <summary>How a week went.</summary>
public sealed record WeeklyReport
{
    /// <summary>Its begin, in UTC.</summary>
    public required DateTimeOffset From { get; init; }

    /// <summary>Its end, in UTC.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>The largest problems that are new.</summary>
    public required IReadOnlyList<WeeklyProblem> New { get; init; }

    /// <summary>The largest problems that grow.</summary>
    public required IReadOnlyList<WeeklyProblem> Rising { get; init; }

    /// <summary>The largest problems that went away.</summary>
    public required IReadOnlyList<WeeklyProblem> Gone { get; init; }

    /// <summary>The tech centers, in ordinal order.</summary>
    public required IReadOnlyList<WeeklyTechCenter> TechCenters { get; init; }

    /// <summary>The alerts by rule, the worst first.</summary>
    public required IReadOnlyList<WeeklyAlerts> Alerts { get; init; }

    /// <summary>How large the pipeline should be.</summary>
    public required CapacityPlan Capacity { get; init; }

    /// <summary>What it cost.</summary>
    public required CostEstimate Cost { get; init; }
}

/// <summary>A problem of the report.</summary>
/// <param name="TechCenter">Its tech center.</param>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name.</param>
/// <param name="Size">Incidents assigned to it.</param>
/// <param name="FirstSeen">The first one's date in UTC; null where none has one.</param>
/// <param name="LastSeen">The last one's date in UTC; null where none has one.</param>
public sealed record WeeklyProblem(string TechCenter, int Id, string Label, int Size, DateTimeOffset? FirstSeen, DateTimeOffset? LastSeen);

/// <summary>A tech center's week. What was not measured is null.</summary>
/// <param name="TechCenter">The tech center.</param>
/// <param name="Incidents">All its incidents.</param>
/// <param name="Read">Those that were read within the week.</param>
/// <param name="Predicted">Predictions that were made.</param>
/// <param name="Failed">Predictions that failed.</param>
/// <param name="NoiseShare">The newest part outside every cluster, 0 to 1.</param>
/// <param name="Confidence">The newest median confidence, 0 to 1.</param>
/// <param name="Silhouette">The newest silhouette, -1 to 1.</param>
/// <param name="LagSeconds">The longest time within which 95 of 100 new incidents of a run were predicted.</param>
/// <param name="Drift">The newest drift, 0 to 1.</param>
/// <param name="RetrainingRecommended">Whether it should be trained again.</param>
public sealed record WeeklyTechCenter(string TechCenter, long Incidents, long Read, long Predicted, long Failed, double? NoiseShare, double? Confidence, double? Silhouette, double? LagSeconds, double? Drift, bool RetrainingRecommended);

/// <summary>The alerts of a rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Severity">The worst of them.</param>
/// <param name="Raised">How many were raised.</param>
/// <param name="Open">How many of them nobody has answered.</param>
public sealed record WeeklyAlerts(string Rule, AlertSeverity Severity, int Raised, int Open);
