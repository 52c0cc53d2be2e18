using System.Globalization;
using Pipeline.Alerts;
using Pipeline.Classification;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Requests;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Streams;

/// <summary>
/// Feeds what predictions answer into the stream <c>emerging/{center}</c>: incidents that no known problem explains (<see cref="UnlikeProblems"/>) are clustered there; the others that surely are of one are
/// counted for its storms. An incident of the future, or without a date, is left out: the stream's clock is the newest item's time.
/// Somebody is told of a problem that emerges and of a storm, unless it is long over, as in a backlog.
/// </summary>
public sealed class EmergingFeed(StreamDirectory streams, EmergingProblems problems, ModelStore models, IPreprocessedIncidents preprocessed, EmergingOptions options, TimeProvider clock, RaiseAlert? raise = null)
{
    private const string Name = "predictions";
    private static readonly TimeSpan AheadOfTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongOver = TimeSpan.FromDays(7);

    // Two versions of a model on trial differ by less.
    private const double OtherThreshold = 0.05;
    private readonly UnlikeProblems _unlike = new(preprocessed, options.NearerRatio);

    /// <summary>
    /// Takes a batch of answers. What cannot be taken, since the stream is written elsewhere or storage does not answer, is counted as an error and left out: predictions do not wait for streams.
    /// </summary>
    public async Task TakeAsync(PredictedBatch batch, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!options.Enabled)
        {
            return;
        }

        DateTimeOffset latest = clock.GetUtcNow() + AheadOfTime;
        (PreprocessedIncident Incident, ClusterAssignment Answer)[] dated = [.. batch.Incidents.Zip(batch.Answers).Where(i => i.First.CreatedOn <= latest).OrderBy(i => i.First.CreatedOn).ThenBy(i => i.First.Number, StringComparer.Ordinal)];
        try
        {
            (IReadOnlyList<(StreamItem Item, DateTimeOffset ShownAt)> items, double background) = await _unlike.FindAsync(batch, [.. dated.Select(i => i.Incident)], cancellationToken);
            HashSet<string> unlike = [.. items.Select(i => i.Item.Id)];
            ProblemTally[] tallies = [.. dated.Where(i => !unlike.Contains(i.Incident.Number)).Select(i => Tally(batch.Model, i.Incident, i.Answer)).OfType<ProblemTally>()];
            await SendAsync(batch, items, tallies, options.ConfigOver(background), cancellationToken);
        }
        catch (Exception e) when (e is RequestException or ObjectStoreException or SettingException or StreamClosedException or WarehouseException)
        {
            PipelineMetrics.Fail(PipelineOperation.Stream, batch.TechCenter);
        }
    }

    private ProblemTally? Tally(FittedModel model, PreprocessedIncident incident, ClusterAssignment answer)
    {
        ModelProblem? problem = model.FindCluster(answer.ClusterId) is ModelCluster cluster && answer.Confidence >= options.SureConfidence && !model.ProblemOf(cluster).IsIgnored ? model.ProblemOf(cluster) : null;
        return problem is null ? null : new ProblemTally(incident.Number, problem.Id, problem.Label, incident.CreatedOn!.Value);
    }

    private async Task SendAsync(PredictedBatch batch, IReadOnlyList<(StreamItem Item, DateTimeOffset ShownAt)> items, IReadOnlyList<ProblemTally> tallies, StreamConfig config, CancellationToken cancellationToken)
    {
        string name = StreamPaths.Emerging + batch.Model.Manifest.Folder;
        await RequireAsync(name, config, cancellationToken);
        ((StreamEvent Event, IReadOnlyList<string> Incidents)[] told, StreamEvent[] storms) = await streams.UseAsync(
            name,
            async open =>
            {
                await AdjustAsync(open, config, cancellationToken);
                long before = open.Read(state => state.Ledger.Notices is [.., StreamNotice last] ? last.Number : 0);
                if (items.Count > 0)
                {
                    TakeStreamItems.RequireDimensions(open, items[0].Item.Embedding.Length);
                }

                await open.FeedAsync(InOrder(items, tallies), cancellationToken);
                return open.Read(state => (
                    state.Ledger.Events.Where(e => e.Kind == StreamEventKind.Emerging)
                        .Select(e => (e, (IReadOnlyList<string>)[.. (state.Find(e.Cluster!.Value)?.Members ?? []).Select(m => m.Id)])).ToArray(),
                    state.Ledger.Notices.Where(n => n.Number > before && n.Change == StreamChange.Begins && n.Event.Kind == StreamEventKind.Storm).Select(n => n.Event).ToArray()));
            },
            cancellationToken);
        foreach (StreamEvent storm in storms)
        {
            await TellAsync(batch, storm, "is bursting", storm.Problem!.Value, cancellationToken);
        }

        if (told.Length > 0)
        {
            IEnumerable<ModelManifest> versions = (await models.ListWithDamagedAsync(batch.TechCenter, cancellationToken)).Select(v => v.Manifest).OfType<ModelManifest>();
            await problems.UpdateAsync(batch.Model.Manifest.Folder, told, versions.Select(v => v.FreeProblemId).DefaultIfEmpty(0).Max(), fresh => TellAsync(batch, fresh.Event, "is new", fresh.ProblemId, cancellationToken), cancellationToken);
        }
    }

    // In the order of time, so that a backlog tells what it would have told on its way.
    private static List<StreamEntry> InOrder(IReadOnlyList<(StreamItem Item, DateTimeOffset ShownAt)> items, IReadOnlyList<ProblemTally> tallies)
    {
        List<StreamEntry> entries = [];
        int counted = 0;
        foreach ((StreamItem item, DateTimeOffset shownAt) in items)
        {
            CountUntil(shownAt);
            entries.Add(new StreamEntry(0, Item: item));
        }

        CountUntil(DateTimeOffset.MaxValue);
        return entries;

        void CountUntil(DateTimeOffset time)
        {
            ProblemTally[] before = [.. tallies.Skip(counted).TakeWhile(t => t.Time <= time)];
            counted += before.Length;
            if (before.Length > 0)
            {
                entries.Add(new StreamEntry(0, Tallies: before));
            }
        }
    }

    private Task TellAsync(PredictedBatch batch, StreamEvent happened, string what, int problem, CancellationToken cancellationToken)
    {
        if (raise is null || happened.FadedAt is not null || happened.LastSeen < clock.GetUtcNow() - LongOver)
        {
            return Task.CompletedTask;
        }

        string text = string.Create(
            CultureInfo.InvariantCulture,
            $"The problem {problem}, '{happened.Label}', {what}: {happened.Items} incidents since {happened.FirstSeen:yyyy-MM-dd HH:mm} UTC, {happened.Rate:0.##} an hour after {happened.RateBefore:0.##}. The events of the stream '{StreamPaths.Emerging}{batch.Model.Manifest.Folder}' tell more.");
        return raise.RunAsync(new AlertEvent(AlertRules.EmergingProblem, text, batch.TechCenter, problem.ToString(CultureInfo.InvariantCulture)), cancellationToken);
    }

    // What an operator configured stays.
    private static async Task AdjustAsync(ItemStream open, StreamConfig config, CancellationToken cancellationToken)
    {
        StreamConfigVersion present = open.Read(s => s.Configs[^1]);
        if (string.Equals(present.By, Name, StringComparison.Ordinal) && Math.Abs(present.Config.SimilarityThreshold - config.SimilarityThreshold) > OtherThreshold)
        {
            await open.ConfigureAsync(present.Config with { SimilarityThreshold = config.SimilarityThreshold }, Name, cancellationToken);
        }
    }

    private async Task RequireAsync(string name, StreamConfig config, CancellationToken cancellationToken)
    {
        try
        {
            await streams.DefinitionAsync(name, cancellationToken);
        }
        catch (RequestException e) when (e.Problem == RequestProblem.NotFound)
        {
            await streams.CreateAsync(name, config, Name, cancellationToken);
        }
    }
}

/// <summary>What becomes of incidents that no known problem explains.</summary>
public sealed record EmergingOptions
{
    /// <summary>Whether predictions feed the streams of their tech centers.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Answers with at least this confidence are surely of their problem, 0 to 1: they are counted for its storms.</summary>
    public double SureConfidence { get; init; } = 0.5;

    /// <summary>
    /// No problem explains an incident where another one of the last four weeks is nearer than this share of the distance (1 - cosine) to the nearest text of a problem, 0 to 1. Lower finds less, and is
    /// less often wrong.
    /// </summary>
    public double NearerRatio { get; init; } = 0.8;

    /// <summary>
    /// How alike the incidents of a cluster are, 0 to 1: on a scale on which unrelated texts of the tech center are 0 and equal ones 1, so that it holds for any embedder. The similarity threshold of a
    /// stream that is made; that of a stream is changed by its configuration.
    /// </summary>
    public double SimilarityThreshold { get; init; } = 0.35;

    /// <summary>The configuration of a stream that is made: incidents of a center come slowly, so they are kept for four weeks.</summary>
    /// <param name="background">The mean cosine of unrelated texts.</param>
    public StreamConfig ConfigOver(double background) =>
        new() { SimilarityThreshold = Math.Clamp(background + (SimilarityThreshold * (1 - background)), 0, 1), HalfLifeHours = 14 * 24, ExpiryHours = HourCounts.Remembered };

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(SureConfidence, 0, 1, "Emerging:SureConfidence");
        SettingRange.Require(NearerRatio, 0, 1, "Emerging:NearerRatio");
        SettingRange.Require(SimilarityThreshold, 0, 1, "Emerging:SimilarityThreshold");
    }
}
