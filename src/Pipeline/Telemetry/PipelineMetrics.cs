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

    /// <summary>The bounds of the buckets of the seconds from arrival to prediction.</summary>
    public static readonly IReadOnlyList<double> LagBounds = [60, 300, 900, 1800, 3600, 7200, 14_400, 86_400];

    /// <summary>The bounds of the buckets of the sizes of problems.</summary>
    public static readonly IReadOnlyList<double> SizeBounds = [5, 10, 20, 50, 100, 200, 500, 1000, 5000];

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

    /// <summary>Bytes that the warehouse was billed for.</summary>
    public static readonly Counter<long> WarehouseBytesBilled = Meter.CreateCounter<long>("pipeline.warehouse.bytes_billed", "By", "Bytes that the warehouse was billed for.");

    /// <summary>Predictions that could not be made: the incidents of a tech center whose model cannot be used, and the texts of classifications that failed.</summary>
    public static readonly Counter<long> PredictionsFailed = Meter.CreateCounter<long>("pipeline.predictions.failed", "{prediction}", "Predictions that could not be made.");

    /// <summary>Runs of an operation, well or badly ended.</summary>
    public static readonly Counter<long> Runs = Meter.CreateCounter<long>("pipeline", "{run}", "Runs of an operation.");

    /// <summary>Runs that ended well.</summary>
    public static readonly Counter<long> Successes = Meter.CreateCounter<long>("pipeline.success", "{run}", "Runs of an operation that ended well.");

    /// <summary>Runs that failed.</summary>
    public static readonly Counter<long> Failures = Meter.CreateCounter<long>("pipeline.failures", "{run}", "Runs of an operation that failed.");

    /// <summary>Incidents that an operation dealt with.</summary>
    public static readonly Counter<long> Records = Meter.CreateCounter<long>("records.processed", "{record}", "Incidents that an operation dealt with.");

    /// <summary>Alerts raised; the same within the window of suppression is one.</summary>
    public static readonly Counter<long> Alerts = Meter.CreateCounter<long>("pipeline.alerts", "{alert}", "Alerts raised.");

    /// <summary>Seconds that requests took.</summary>
    public static readonly Histogram<double> RequestDuration = Meter.CreateHistogram(
        "http.request.duration", "s", "Seconds that requests took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = ClassifyBounds });

    /// <summary>Seconds from the arrival of incidents to their prediction.</summary>
    public static readonly Histogram<double> PredictionLag = Meter.CreateHistogram(
        "pipeline.prediction.lag", "s", "Seconds from the arrival of incidents to their prediction.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = LagBounds });

    /// <summary>How alike predicted texts are to the nearest text of the training, -1 to 1.</summary>
    public static readonly Histogram<double> Likeness = Meter.CreateHistogram(
        "pipeline.prediction.likeness", "1", "How alike predicted texts are to the nearest text of the training.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = ConfidenceBounds });

    /// <summary>Predicted incidents of each cluster, at the end of a run.</summary>
    public static readonly Histogram<double> ProblemSize = Meter.CreateHistogram(
        "pipeline.problem.size", "{incident}", "Predicted incidents of each cluster.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = SizeBounds });

    /// <summary>The mean silhouette of a sample of the clustered incidents of the newest version, -1 to 1.</summary>
    public static readonly Gauge<double> Silhouette = Meter.CreateGauge<double>("pipeline.silhouette", "1", "The mean silhouette of a sample of the newest version's incidents.");

    /// <summary>How far new incidents have drifted from those of the training, 0 to 1.</summary>
    public static readonly Gauge<double> Drift = Meter.CreateGauge<double>("pipeline.drift", "1", "How far new incidents have drifted from those of the training.");

    /// <summary>The part of all processors that the process used, 0 to 1.</summary>
    public static readonly Gauge<double> Cpu = Meter.CreateGauge<double>("pipeline.cpu.share", "1", "The part of all processors that the process used.");

    /// <summary>The part of its memory that the process uses, 0 to 1.</summary>
    public static readonly Gauge<double> Memory = Meter.CreateGauge<double>("pipeline.memory.share", "1", "The part of its memory that the process uses.");

    /// <summary>Bytes of memory that the process uses.</summary>
    public static readonly Gauge<long> MemoryUsed = Meter.CreateGauge<long>("pipeline.memory.used", "By", "Memory that the process uses.");

    /// <summary>The part of the disk of the data folder that is used, 0 to 1.</summary>
    public static readonly Gauge<double> Disk = Meter.CreateGauge<double>("pipeline.disk.share", "1", "The part of the disk of the data folder that is used.");

    /// <summary>Whether the storage answers: 1, or 0.</summary>
    public static readonly Gauge<double> Ready = Meter.CreateGauge<double>("pipeline.ready", "1", "Whether the storage answers.");

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
        foreach (Counter<long> counter in new[] { Read, Masked, Embedded, Cached, Rejected, Predictions, PredictionsFailed, Errors, GateRefused, RolledBack, EmbeddingRequests, EmbeddingTokens, EmbeddingThrottled, Runs, Successes, Failures, Records, Alerts })
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

    /// <summary>Counts a run of an operation by how it ended.</summary>
    /// <param name="operation">The name in <see cref="PipelineOperation"/>.</param>
    /// <param name="succeeded">Whether it ended well.</param>
    public static void CountRun(string operation, bool succeeded)
    {
        KeyValuePair<string, object?> tag = new("operation", operation);
        Runs.Add(1, tag);
        (succeeded ? Successes : Failures).Add(1, tag);
    }

    /// <summary>Tells of what age the newest incident is; the lag grows by itself from then on.</summary>
    public static void SetNewestIncident(string techCenter, DateTimeOffset newest, TimeProvider clock) => NewestIncidents[techCenter] = (newest, clock);

    private static IEnumerable<Measurement<double>> Lags() =>
        NewestIncidents.Select(n => new Measurement<double>(Math.Max(0, (n.Value.Clock.GetUtcNow() - n.Value.Newest).TotalSeconds), TechCenter(n.Key)));
}
