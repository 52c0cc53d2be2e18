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
/// Feeds what predictions answer into the stream <c>emerging/{center}</c>: incidents of no known problem, or not surely of one, are clustered there; those that surely are of one are counted for its storms.
/// An incident of the future, or without a date, is left out: the stream's clock is the newest item's time.
/// Somebody is told of a problem that emerges and of a storm, unless it is long over, as in a backlog.
/// </summary>
public sealed class EmergingFeed(StreamDirectory streams, EmergingProblems problems, ModelStore models, EmergingOptions options, TimeProvider clock, RaiseAlert? raise = null)
{
    private static readonly TimeSpan AheadOfTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongOver = TimeSpan.FromDays(7);

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
        List<StreamItem> items = [];
        List<ProblemTally> tallies = [];
        foreach ((PreprocessedIncident incident, ClusterAssignment answer) in dated)
        {
            ModelCluster? cluster = batch.Model.FindCluster(answer.ClusterId);
            int? problem = cluster is null ? null : batch.Model.ProblemOf(cluster).Id;
            if (problem is int known && answer.Confidence >= options.SureConfidence)
            {
                tallies.Add(new ProblemTally(incident.Number, known, batch.Model.ProblemOf(cluster!).Label, incident.CreatedOn!.Value));
            }
            else if (TakeStreamItems.Unit(incident.Embedding) is float[] vector)
            {
                items.Add(new StreamItem(incident.Number, incident.Summary, incident.CreatedOn!.Value, new SortedDictionary<string, string>(StringComparer.Ordinal) { [StreamCluster.CenterAttribute] = batch.TechCenter }, vector, problem));
            }
        }

        await SendAsync(batch, items, tallies, cancellationToken);
    }

    private async Task SendAsync(PredictedBatch batch, List<StreamItem> items, List<ProblemTally> tallies, CancellationToken cancellationToken)
    {
        string name = StreamPaths.Emerging + batch.Model.Manifest.Folder;
        try
        {
            await RequireAsync(name, cancellationToken);
            ((StreamEvent Event, IReadOnlyList<string> Incidents)[] told, StreamEvent[] storms) = await streams.UseAsync(
                name,
                async open =>
                {
                    long before = open.Read(state => state.Ledger.Notices is [.., StreamNotice last] ? last.Number : 0);
                    if (tallies.Count > 0)
                    {
                        await open.TallyAsync(tallies, cancellationToken);
                    }

                    if (items.Count > 0)
                    {
                        TakeStreamItems.RequireDimensions(open, items[0].Embedding.Length);
                        await open.AddAsync(items, cancellationToken);
                    }

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
        catch (Exception e) when (e is RequestException or ObjectStoreException or SettingException or StreamClosedException or WarehouseException)
        {
            PipelineMetrics.Fail(PipelineOperation.Stream, batch.TechCenter);
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

    private async Task RequireAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await streams.DefinitionAsync(name, cancellationToken);
        }
        catch (RequestException e) when (e.Problem == RequestProblem.NotFound)
        {
            await streams.CreateAsync(name, options.Config, "predictions", cancellationToken);
        }
    }
}

/// <summary>What becomes of incidents that no known problem explains.</summary>
public sealed record EmergingOptions
{
    /// <summary>Whether predictions feed the streams of their tech centers.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>Answers with at least this confidence are surely of their problem, 0 to 1: the others are clustered as if of none.</summary>
    public double SureConfidence { get; init; } = 0.5;

    /// <summary>The similarity threshold of a stream that is made, 0 to 1. It depends on the embedder; that of a stream is changed by its configuration.</summary>
    public double SimilarityThreshold { get; init; } = 0.5;

    /// <summary>The configuration of a stream that is made: incidents of a center come slowly, so they are kept for four weeks.</summary>
    public StreamConfig Config => new() { SimilarityThreshold = SimilarityThreshold, HalfLifeHours = 14 * 24, ExpiryHours = 28 * 24 };

    /// <summary>Checks every range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range; the message names it and the range.</exception>
    public void Validate()
    {
        SettingRange.Require(SureConfidence, 0, 1, "Emerging:SureConfidence");
        SettingRange.Require(SimilarityThreshold, 0, 1, "Emerging:SimilarityThreshold");
    }
}
