using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Pipeline.Telemetry;

namespace Pipeline.Streams;

/// <summary>What streams count and measure, on the pipeline's meter. The names with <c>birch</c> are those that dashboards of stream clustering know; docs/streams.md describes each.</summary>
public static class StreamMetrics
{
    private static readonly Meter Meter = new(PipelineMetrics.Name, typeof(StreamMetrics).Assembly.GetName().Version?.ToString(3));
    private static readonly ConcurrentDictionary<string, Func<long>> Clusters = new(StringComparer.Ordinal);

    /// <summary>Items that were clustered, in Prometheus <c>stream_items_processed_total</c>.</summary>
    public static readonly Counter<long> Items = Meter.CreateCounter<long>("stream.items.processed", "{item}", "Items of streams that were clustered.");

    /// <summary>The same, in Prometheus <c>birch_tweets_processed_total</c>.</summary>
    public static readonly Counter<long> Tweets = Meter.CreateCounter<long>("birch.tweets.processed", "{item}", "Items of streams that were clustered.");

    /// <summary>Snapshots made, in Prometheus <c>birch_backup_success_total</c>.</summary>
    public static readonly Counter<long> BackupSuccess = Meter.CreateCounter<long>("birch.backup.success", "{backup}", "Snapshots of streams that were made.");

    /// <summary>Snapshots that failed, in Prometheus <c>birch_backup_failures_total</c>.</summary>
    public static readonly Counter<long> BackupFailures = Meter.CreateCounter<long>("birch.backup.failures", "{backup}", "Snapshots of streams that could not be made.");

    /// <summary>Requests that failed, in Prometheus <c>birch_api_errors_total</c>.</summary>
    public static readonly Counter<long> ApiErrors = Meter.CreateCounter<long>("birch.api.errors", "{request}", "Requests to streams that failed here, answered with 500 or above.");

    /// <summary>Seconds that a request took, in Prometheus <c>birch_api_request_duration_seconds</c>.</summary>
    public static readonly Histogram<double> ApiDuration = Meter.CreateHistogram(
        "birch.api.request.duration", "s", "Seconds that a request to a stream took.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] });

    /// <summary>Clusters that are shown, in Prometheus <c>birch_clusters_active</c>.</summary>
    public static readonly ObservableGauge<long> ClustersActive = Meter.CreateObservableGauge(
        "birch.clusters.active", () => Clusters.Select(c => new Measurement<long>(c.Value(), Tag(c.Key))), "{cluster}", "Clusters of streams to which something has come of late.");

    /// <summary>The tag with the stream's name.</summary>
    public static KeyValuePair<string, object?> Tag(string stream) => new("stream", stream);

    /// <summary>Gives every counter its first value, 0 without tags, to whoever listens by now.</summary>
    public static void BeginAtZero()
    {
        foreach (Counter<long> counter in new[] { Items, Tweets, BackupSuccess, BackupFailures, ApiErrors })
        {
            counter.Add(0);
        }
    }

    /// <summary>Counts items that were clustered.</summary>
    internal static void Processed(string stream, int count)
    {
        if (count > 0)
        {
            Items.Add(count, Tag(stream));
            Tweets.Add(count, Tag(stream));
        }
    }

    /// <summary>Says how many clusters an open stream has whenever somebody looks.</summary>
    internal static void Watch(string stream, Func<long> clusters) => Clusters[stream] = clusters;

    /// <summary>A stream is not open any more.</summary>
    internal static void Forget(string stream) => Clusters.TryRemove(stream, out _);
}
