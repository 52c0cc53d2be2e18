using System.Diagnostics.Metrics;
using System.Globalization;
using Pipeline.Telemetry;

namespace Pipeline.Measures;

/// <summary>
/// Listens to the pipeline's instruments and adds up what they say until it is noted: counters as sums, gauges as their last value, histograms as quantiles. What Prometheus and
/// Application Insights are told is thereby what the table of measures holds. Safe for use by many threads.
/// </summary>
public sealed class MeasureCollector : IDisposable
{
    /// <summary>The fewest requests that a quantile of their seconds is noted for.</summary>
    public const int FewestRequests = 20;

    private static readonly double[] LatencyParts = [0.5, 0.95, 0.99];

    private const string ClassifyRoute = "classify";

    // The requests of so long a time say how fast the answers are.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    private static readonly Dictionary<string, string> Counters = new(StringComparer.Ordinal)
    {
        ["pipeline.incidents.read"] = "incidents.read",
        ["pipeline.incidents.rejected"] = "incidents.rejected",
        ["pipeline.incidents.embedded"] = "embedding.made",
        ["pipeline.incidents.cached"] = "embedding.cached",
        ["pipeline.predictions"] = "predictions",
        ["pipeline.predictions.failed"] = "predictions.failed",
        ["pipeline.errors"] = "errors",
        ["pipeline.embedding.requests"] = "embedding.requests",
        ["pipeline.embedding.tokens"] = "embedding.tokens",
        ["pipeline.embedding.throttled"] = "embedding.throttled",
        ["pipeline.alerts"] = "alerts",
    };

    private static readonly Dictionary<string, string> Gauges = new(StringComparer.Ordinal)
    {
        ["pipeline.noise.share"] = "noise.share",
        ["pipeline.training.clusters"] = "clusters",
        ["pipeline.training.quality"] = "quality",
        ["pipeline.silhouette"] = "silhouette",
        ["pipeline.drift"] = "drift",
        ["pipeline.cpu.share"] = "cpu.share",
        ["pipeline.memory.share"] = "memory.share",
        ["pipeline.memory.used"] = "memory.bytes",
        ["pipeline.disk.share"] = "disk.share",
        ["pipeline.ready"] = "ready",
    };

    private static readonly Dictionary<string, (string Name, double[] Parts)> Histograms = new(StringComparer.Ordinal)
    {
        ["pipeline.prediction.confidence"] = ("confidence", [0.1, 0.5, 0.9]),
        ["pipeline.prediction.likeness"] = ("likeness", [0.1, 0.5, 0.9]),
        ["pipeline.prediction.lag"] = ("lag.seconds", [0.5, 0.95, 1]),
        ["pipeline.problem.size"] = ("problem.size", [0.5, 0.9, 1]),
        ["pipeline.training.duration"] = ("training.seconds", [1]),
    };

    private readonly Lock _lock = new();
    private readonly TimeProvider _clock;
    private readonly MeterListener _listener = new();
    private readonly Dictionary<(string Name, string? TechCenter), double> _sums = [];
    private readonly Dictionary<(string Name, string? TechCenter), double> _last = [];
    private readonly Dictionary<(string Instrument, string? TechCenter), ValueSample> _samples = [];
    private readonly Queue<(DateTimeOffset At, double Seconds)> _classified = new();

    /// <summary>Begins to listen.</summary>
    public MeasureCollector(TimeProvider clock)
    {
        _clock = clock;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, PipelineMetrics.Name, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Take(instrument.Name, value, tags));
        _listener.Start();
    }

    /// <summary>What was measured since it was last taken: measures without a version.</summary>
    public IReadOnlyList<Measure> Drain()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        lock (_lock)
        {
            List<Measure> measures = [.. _sums.Concat(_last).Select(m => new Measure(now, m.Key.TechCenter, null, m.Key.Name, m.Value))];
            foreach (((string instrument, string? center), ValueSample sample) in _samples)
            {
                (string name, double[] parts) = Histograms[instrument];
                measures.AddRange(parts.Select(part => new Measure(now, center, null, $"{name}.{Suffix(part)}", part == 1 ? sample.Max : sample.Quantile(part))));
            }

            measures.AddRange(Latency(now));
            _sums.Clear();
            _last.Clear();
            _samples.Clear();
            return measures;
        }
    }

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private static string Suffix(double part) => part == 1 ? "max" : string.Create(CultureInfo.InvariantCulture, $"p{part * 100:0}");

    private IEnumerable<Measure> Latency(DateTimeOffset now)
    {
        while (_classified.TryPeek(out (DateTimeOffset At, double Seconds) oldest) && oldest.At < now - Recent)
        {
            _classified.Dequeue();
        }

        // Noted with new requests only: silence is not a fast answer.
        if (_classified.Count < FewestRequests || !_sums.ContainsKey(("classify.requests", null)))
        {
            return [];
        }

        ValueSample sample = new();
        foreach ((_, double seconds) in _classified)
        {
            sample.Add(seconds);
        }

        return LatencyParts.Select(part => new Measure(now, null, null, $"classify.seconds.{Suffix(part)}", sample.Quantile(part)));
    }

    private void Take(string instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        string? center = Tag(tags, PipelineMetrics.TechCenterTag);
        lock (_lock)
        {
            if (Counters.TryGetValue(instrument, out string? counter))
            {
                Count(counter, center, value);
                if (Tag(tags, "operation") is string operation && counter is "errors")
                {
                    Count($"errors.{operation}", center, value);
                }
            }
            else if (Gauges.TryGetValue(instrument, out string? gauge))
            {
                _last[(gauge, center)] = value;
            }
            else if (Histograms.ContainsKey(instrument))
            {
                if (!_samples.TryGetValue((instrument, center), out ValueSample? sample))
                {
                    _samples.Add((instrument, center), sample = new ValueSample());
                }

                sample.Add(value);
            }
            else if (instrument is "http.request.duration")
            {
                Request(value, tags);
            }
        }
    }

    private void Request(double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool failed = Tag(tags, "status") is ['5', ..];
        Count(MeasureNames.Requests, null, 1);
        Count(MeasureNames.RequestsFailed, null, failed ? 1 : 0);
        if (string.Equals(Tag(tags, "route"), ClassifyRoute, StringComparison.Ordinal))
        {
            Count("classify.requests", null, 1);
            _classified.Enqueue((_clock.GetUtcNow(), seconds));
            if (_classified.Count > 10_000)
            {
                _classified.Dequeue();
            }
        }
    }

    private void Count(string name, string? center, double value)
    {
        if (value > 0)
        {
            _sums[(name, center)] = _sums.GetValueOrDefault((name, center)) + value;
        }
    }

    private static string? Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (KeyValuePair<string, object?> tag in tags)
        {
            if (string.Equals(tag.Key, name, StringComparison.Ordinal))
            {
                return Convert.ToString(tag.Value, CultureInfo.InvariantCulture);
            }
        }

        return null;
    }
}
