using Pipeline.Classification;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Problems;
using Pipeline.Streams;

namespace Pipeline.Reporting;

/// <summary>Gathers what the report shows from the warehouse and the newest model versions.</summary>
public sealed class ReportBuilder(ITechCenters techCenters, IPredictions predictions, ModelStore models, TimeProvider clock, EmergingProblems? emerging = null)
{
    private const int MapPoints = 20_000;
    private const int FewestPoints = 400;
    private const int TextLength = 140;
    private const int ExampleCount = 5;
    private const int MostEmerging = 20;

    /// <summary>Builds the report of all tech centers. One whose model is damaged is shown without problems, with the reason.</summary>
    /// <param name="title">The report's heading.</param>
    /// <param name="notes">A remark per tech center, such as why it has no model; others have none.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<ReportData> BuildAsync(string title, IReadOnlyDictionary<string, string>? notes = null, CancellationToken cancellationToken = default)
    {
        IReadOnlyList<TechCenterStatistics> statistics = await techCenters.ReadStatisticsAsync(cancellationToken);
        long total = Math.Max(1, statistics.Sum(s => s.Predicted));
        List<ReportTechCenter> centers = [];
        foreach (TechCenterStatistics center in statistics)
        {
            int points = Math.Max(FewestPoints, (int)(MapPoints * center.Predicted / total));
            string? note = notes?.GetValueOrDefault(center.TechCenter);
            try
            {
                centers.Add(await CenterAsync(center, note, points, cancellationToken));
            }
            catch (ModelException e)
            {
                centers.Add(WithoutModel(center, note ?? e.Message));
            }
        }

        return new ReportData(title, clock.GetUtcNow(), [.. centers.OrderByDescending(c => c.Incidents).ThenBy(c => c.Name, StringComparer.Ordinal)]);
    }

    private async Task<ReportTechCenter> CenterAsync(TechCenterStatistics center, string? note, int mapPoints, CancellationToken cancellationToken)
    {
        SoundVersion<ModelContent>? version;
        try
        {
            version = await models.LoadServingAsync(center.TechCenter, ReadAsync, cancellationToken);
        }
        catch (ModelException e)
        {
            return WithoutModel(center, note ?? e.Message);
        }

        if (version is not { Manifest: ModelManifest manifest, Loaded: ModelContent content })
        {
            return WithoutModel(center, note ?? "No model has been trained for this tech center yet.");
        }

        List<PredictedIncident> rows = [];
        await foreach (PredictedIncident row in predictions.ReadPredictedAsync(center.TechCenter, cancellationToken))
        {
            rows.Add(row);
        }

        TrendPeriod period = TrendPeriod.Of(rows.Where(r => r.CreatedOn is not null).Select(r => (r.CreatedOn!.Value, 1L)), manifest.Window, clock);
        return new ReportTechCenter
        {
            Name = center.TechCenter,
            Version = manifest.Version,
            PreviousVersion = manifest.PreviousVersion,
            Note = note ?? version.Damage,
            Incidents = rows.Count,
            Unclustered = rows.Count(r => r.Prediction.ProblemId == IncidentPrediction.Unclustered),
            Weeks = period.Weeks,
            Problems = Problems(content.Clusters, rows, period),
            Points = Points(rows, KnownTexts.Read(content.Arrays), mapPoints),
            Emerging = await EmergingAsync(manifest, content.Clusters, cancellationToken),
            Changes = manifest.PreviousVersion is null ? [] : Changes(content.Clusters, await PreviousLabelsAsync(manifest, cancellationToken)),
        };
    }

    /// <summary>What was told of since the version shown was trained, the newest first; not what it knows by now.</summary>
    private async Task<IReadOnlyList<ReportEmerging>> EmergingAsync(ModelManifest manifest, ModelClusters clusters, CancellationToken cancellationToken)
    {
        IReadOnlyList<EmergingRecord> told = emerging is null ? [] : await emerging.ListReadableAsync(manifest.Folder, cancellationToken);
        HashSet<int> known = [.. clusters.Problems.SelectMany(p => p.Marks?.Merged.Append(p.Id) ?? [p.Id])];
        return
        [
            .. told.Where(r => !known.Contains(r.ProblemId)).Reverse().Take(MostEmerging)
                .Select(r => new ReportEmerging(r.ProblemId, r.Event.Label, r.Event.Items, r.Event.FirstSeen, r.Event.LastSeen, Math.Round(24 * r.Event.Rate, 2), [.. r.Event.Examples.Select(e => e.Length <= TextLength ? e : $"{e[..TextLength]}...")])),
        ];
    }

    private async Task<ModelContent> ReadAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        ModelContent trained = await models.ReadAsync(manifest, cancellationToken);
        return trained with { Clusters = (await models.Corrections.ReadAsync(manifest, trained.Clusters, withTickets: false, cancellationToken)).Clusters };
    }

    private static ReportTechCenter WithoutModel(TechCenterStatistics center, string note) => new()
    {
        Name = center.TechCenter,
        Note = note,
        Incidents = (int)center.Incidents,
        Unclustered = (int)center.Incidents,
        Weeks = [],
        Problems = [],
        Points = [],
        Changes = [],
    };

    private async Task<Dictionary<int, string>> PreviousLabelsAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            ModelManifest? previous = await models.FindAsync(manifest.Folder, manifest.PreviousVersion!, cancellationToken);
            return previous is null ? [] : (await models.ReadCorrectedAsync(previous, cancellationToken)).Problems.ToDictionary(p => p.Id, p => p.Label);
        }
        catch (ModelException)
        {
            // A sound model is shown whatever became of the one before it, of which only the names are missing then.
            return [];
        }
    }

    private static ReportProblem[] Problems(ModelClusters clusters, List<PredictedIncident> rows, TrendPeriod period)
    {
        IReadOnlyDictionary<int, string> domains = clusters.DomainNames();
        Dictionary<int, ModelCluster> variants = clusters.Clusters.ToDictionary(c => c.Id);
        Dictionary<int, int> sizes = rows.CountBy(r => r.Prediction.ClusterId).ToDictionary();
        ILookup<int, PredictedIncident> members = rows.ToLookup(r => r.Prediction.ProblemId);
        int[][] counts = [.. clusters.Problems.Select(problem => WeeklyCounts(members[problem.Id], period))];
        IReadOnlyList<ProblemTrend> trends = ProblemTrends.Of(period, WeeklyCounts(rows, period), counts);
        return
        [
            .. clusters.Problems.Select((problem, i) =>
            {
                ModelCluster[] own = [.. problem.Variants.Select(id => variants[id]).OrderByDescending(v => sizes.GetValueOrDefault(v.Id)).ThenBy(v => v.Id)];
                PredictedIncident[] ofProblem = [.. members[problem.Id]];
                return new ReportProblem
                {
                    Id = problem.Id,
                    Label = problem.Label,

                    // Of records, what sets the problem apart says more with its figures.
                    Keywords = problem.Traits is { } traits ? [.. traits.Select(trait => trait.WithFigures)] : problem.Keywords,
                    DomainId = own[0].DomainId,
                    DomainName = domains[own[0].DomainId],
                    Size = ofProblem.Length,
                    FirstSeen = ofProblem.Min(m => m.CreatedOn),
                    LastSeen = ofProblem.Max(m => m.CreatedOn),
                    Trend = trends[i].Trend,
                    Change = trends[i].Change,
                    WeeklyCounts = counts[i],
                    Variants = [.. own.Select(v => new ReportVariant(v.Id, v.Label, sizes.GetValueOrDefault(v.Id), [.. v.Examples.Take(ExampleCount)]))],
                };
            }).OrderByDescending(p => p.Size).ThenBy(p => p.Id),
        ];
    }

    private static int[] WeeklyCounts(IEnumerable<PredictedIncident> rows, TrendPeriod period)
    {
        int[] counts = new int[period.Weeks.Count];
        foreach (DateTimeOffset created in rows.Select(m => m.CreatedOn).OfType<DateTimeOffset>())
        {
            if (period.IndexOf(created) is int week)
            {
                counts[week]++;
            }
        }

        return counts;
    }

    private static ReportPoint[] Points(List<PredictedIncident> rows, KnownTexts texts, int most)
    {
        MapPlaces places = new(texts);
        List<ReportPoint> points = [];
        foreach (PredictedIncident row in rows)
        {
            if (places.TryTake(row.Prediction.ContentHash, out (float X, float Y) place))
            {
                points.Add(new ReportPoint(place.X, place.Y, row.Prediction.ProblemId, row.Prediction.IncidentId, row.CreatedOn, Cut(row.Summary, TextLength)));
            }
        }

        return [.. MapPlaces.Thin(points, most)];
    }

    private static ReportChange[] Changes(ModelClusters clusters, Dictionary<int, string> previousLabels)
    {
        Dictionary<int, string> labels = clusters.Problems.ToDictionary(p => p.Id, p => p.Label);
        IEnumerable<ReportChange> present = clusters.Problems.Select(p =>
            new ReportChange(p.Origin, p.Id, p.Label, p.PreviousSize, p.Size, [.. p.RelatedIds.Select(id => previousLabels.GetValueOrDefault(id, $"problem {id}"))]));
        IEnumerable<ReportChange> gone = clusters.GoneProblems.Select(g =>
            new ReportChange(ClusterChangeKind.Gone, g.Id, g.Label, g.PreviousSize, 0, g.MergedInto is int id ? [labels.GetValueOrDefault(id, $"problem {id}")] : []));
        return [.. present, .. gone];
    }

    private static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }

        int end = char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
