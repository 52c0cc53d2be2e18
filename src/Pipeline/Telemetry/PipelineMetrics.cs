using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Reflection;

namespace Pipeline.Telemetry;

/// <summary>
/// What the pipeline counts and measures, on the meter <see cref="Name"/>. Without a listener nothing is kept, but for the newest incident of each tech center.
/// Tags hold names of tech centers, operations and outcomes, and never a text. docs/telemetry.md describes each instrument.
/// </summary>
public static class PipelineMetrics
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "Pipeline";

    /// <summary>The tag with the tech center's name.</summary>
    public const string TechCenterTag = "tech_center";

    /// <summary>The bounds of the confidence's buckets.</summary>
    public static readonly IReadOnlyList<double> ConfidenceBounds = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    /// <summary>The bounds of the buckets of a training's seconds.</summary>
    public static readonly IReadOnlyList<double> TrainingBounds = [1, 5, 15, 30, 60, 120, 300, 600, 1200, 3600];

    /// <summary>The bounds of the buckets of a classification's seconds.</summary>
    public static readonly IReadOnlyList<double> ClassifyBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private static readonly Meter Meter = new(Name, typeof(PipelineMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion);

    private static readonly ConcurrentDictionary<string, (DateTimeOffset Newest, TimeProvider Clock)> NewestIncidents = new(StringComparer.Ordinal);

    /// <summary>Incidents read by preprocessing.</summary>
    public static readonly Counter<long> Read = Meter.CreateCounter<long>("pipeline.incidents.read", "{incident}", "Incidents read by preprocessing.");

    /// <summary>Incidents whose text was masked.</summary>
    public static readonly Counter<long> Masked = Meter.CreateCounter<long>("pipeline.incidents.masked", "{incident}", "Incidents whose text was masked.");

    /// <summary>Texts that were embedded.</summary>
    public static readonly Counter<long> Embedded = Meter.CreateCounter<long>("pipeline.incidents.embedded", "{incident}", "Incidents whose text was embedded.");

    /// <summary>Incidents whose embedding was known by the hash of their text.</summary>
    public static readonly Counter<long> Cached = Meter.CreateCounter<long>("pipeline.incidents.cached", "{incident}", "Incidents whose embedding was known by the hash of their text.");

    /// <summary>Incidents and rows that were kept aside.</summary>
    public static readonly Counter<long> Rejected = Meter.CreateCounter<long>("pipeline.incidents.rejected", "{incident}", "Incidents and rows that were kept aside.");

    /// <summary>Predictions stored.</summary>
    public static readonly Counter<long> Predictions = Meter.CreateCounter<long>("pipeline.predictions", "{prediction}", "Predictions stored.");

    /// <summary>Operations that failed.</summary>
    public static readonly Counter<long> Errors = Meter.CreateCounter<long>("pipeline.errors", "{error}", "Operations that failed.");

    /// <summary>Tests that a model version did not pass, so that it does not serve.</summary>
    public static readonly Counter<long> GateRefused = Meter.CreateCounter<long>("pipeline.gate.refused", "{test}", "Tests of the gate that a model version did not pass.");

    /// <summary>Rollouts that ended with the version before.</summary>
    public static readonly Counter<long> RolledBack = Meter.CreateCounter<long>("pipeline.rollout.rolled_back", "{rollout}", "Rollouts that ended with the version before.");

    /// <summary>Requests sent to an embedding service.</summary>
    public static readonly Counter<long> EmbeddingRequests = Meter.CreateCounter<long>("pipeline.embedding.requests", "{request}", "Requests sent to an embedding service.");

    /// <summary>Tokens charged by an embedding service.</summary>
    public static readonly Counter<long> EmbeddingTokens = Meter.CreateCounter<long>("pipeline.embedding.tokens", "{token}", "Tokens charged by an embedding service.");

    /// <summary>Requests that an embedding service put off.</summary>
    public static readonly Counter<long> EmbeddingThrottled = Meter.CreateCounter<long>("pipeline.embedding.throttled", "{request}", "Requests that an embedding service put off.");

    /// <summary>How sure predictions of clustered incidents are, 0 to 1.</summary>
    public static readonly Histogram<double> Confidence = Meter.CreateHistogram(
        "pipeline.prediction.confidence", "1", "How sure predictions of clustered incidents are.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = ConfidenceBounds });

    /// <summary>Seconds that the training of a tech center took.</summary>
    public static readonly Histogram<double> TrainingDuration = Meter.CreateHistogram(
        "pipeline.training.duration", "s", "Seconds that the training of a tech center took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = TrainingBounds });

    /// <summary>Seconds that a classification took.</summary>
    public static readonly Histogram<double> ClassifyDuration = Meter.CreateHistogram(
        "pipeline.classify.duration", "s", "Seconds that a classification took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = ClassifyBounds });

    /// <summary>The part of incidents without a cluster, 0 to 1.</summary>
    public static readonly Gauge<double> NoiseShare = Meter.CreateGauge<double>("pipeline.noise.share", "1", "The part of incidents without a cluster in the last prediction or training.");

    /// <summary>Problems of the newest version.</summary>
    public static readonly Gauge<long> TrainingProblems = Meter.CreateGauge<long>("pipeline.training.problems", "{problem}", "Problems of the newest version.");

    /// <summary>Clusters of the newest version.</summary>
    public static readonly Gauge<long> TrainingClusters = Meter.CreateGauge<long>("pipeline.training.clusters", "{cluster}", "Clusters of the newest version.");

    /// <summary>Density-based validity of the newest version, -1 to 1.</summary>
    public static readonly Gauge<double> TrainingQuality = Meter.CreateGauge<double>("pipeline.training.quality", "1", "Density-based validity of the newest version.");

    /// <summary>Seconds since the newest incident, as it is whenever somebody looks.</summary>
    public static readonly ObservableGauge<double> DataLag = Meter.CreateObservableGauge("pipeline.data.lag", Lags, "s", "Seconds since the newest incident.");

    /// <summary>Gives every counter its first value, 0 without tags, to whoever listens by now.</summary>
    public static void BeginAtZero()
    {
        foreach (Counter<long> counter in new[] { Read, Masked, Embedded, Cached, Rejected, Predictions, Errors, GateRefused, RolledBack, EmbeddingRequests, EmbeddingTokens, EmbeddingThrottled })
        {
            counter.Add(0);
        }
    }

    /// <summary>A tag with the tech center's name.</summary>
    public static KeyValuePair<string, object?> TechCenter(string techCenter) => new(TechCenterTag, techCenter);

    /// <summary>Counts incidents by tech center.</summary>
    public static void Count(Counter<long> counter, IEnumerable<string> techCenters)
    {
        ArgumentNullException.ThrowIfNull(counter);
        if (!counter.Enabled)
        {
            return;
        }

        foreach ((string techCenter, int count) in techCenters.CountBy(center => center, StringComparer.Ordinal))
        {
            counter.Add(count, TechCenter(techCenter));
        }
    }

    /// <summary>Counts a failed operation.</summary>
    /// <param name="operation">The name in <see cref="PipelineOperation"/>.</param>
    /// <param name="techCenter">The tech center; null where it is not known.</param>
    public static void Fail(string operation, string? techCenter = null)
    {
        TagList tags = new() { { "operation", operation } };
        if (techCenter is not null)
        {
            tags.Add(TechCenter(techCenter));
        }

        Errors.Add(1, tags);
    }

    /// <summary>Tells of what age the newest incident is; the lag grows by itself from then on.</summary>
    public static void SetNewestIncident(string techCenter, DateTimeOffset newest, TimeProvider clock) => NewestIncidents[techCenter] = (newest, clock);

    private static IEnumerable<Measurement<double>> Lags() =>
        NewestIncidents.Select(n => new Measurement<double>(Math.Max(0, (n.Value.Clock.GetUtcNow() - n.Value.Newest).TotalSeconds), TechCenter(n.Key)));
}
