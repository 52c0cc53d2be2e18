using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.ApplicationInsights;
using Microsoft.ApplicationInsights.Metrics;
using Microsoft.Extensions.Hosting;
using Pipeline.Telemetry;

namespace Pipeline.Adapters.Azure.Telemetry;

/// <summary>
/// Passes what the pipeline measures to Application Insights, where it arrives in <c>customMetrics</c> under the instruments' names with their tags in
/// <c>customDimensions</c>: added up over a minute, so that a busy pipeline sends no more than a quiet one.
/// </summary>
public sealed class ApplicationInsightsMetrics : IHostedService, IDisposable
{
    private const int MostSeries = 10_000;
    private const int MostValuesOfTag = 1000;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly TelemetryClient _client;
    private readonly TimeProvider _clock;
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, Metric> _metrics = new(StringComparer.Ordinal);
    private ITimer? _timer;

    /// <summary>Prepares the passage; it is open from the start on.</summary>
    /// <param name="client">Where the measures go.</param>
    /// <param name="clock">Tells when to look at what is measured on demand.</param>
    public ApplicationInsightsMetrics(TelemetryClient client, TimeProvider clock)
    {
        _client = client;
        _clock = clock;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, PipelineMetrics.Name, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Track(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Track(instrument, value, tags));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listener.Start();
        _timer = _clock.CreateTimer(_ => _listener.RecordObservableInstruments(), state: null, Period, Period);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        _listener.RecordObservableInstruments();
        await _client.FlushAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _timer?.Dispose();
        _listener.Dispose();
    }

    private void Track(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        KeyValuePair<string, object?>[] ordered = [.. tags.ToArray().OrderBy(t => t.Key, StringComparer.Ordinal)];
        string[] names = [.. ordered.Select(t => t.Key)];
        Metric metric = _metrics.GetOrAdd($"{instrument.Name}|{string.Join('|', names)}", (_, made) => Create(made.Name, made.Tags), (instrument.Name, Tags: names));
        string[] values = [.. ordered.Select(t => Convert.ToString(t.Value, CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "(none)")];
        if (metric.TryGetDataSeries(out MetricSeries series, createIfNotExists: true, values))
        {
            series.TrackValue(value);
        }
    }

    private Metric Create(string name, string[] tags) =>
        _client.GetMetric(new MetricIdentifier(MetricIdentifier.DefaultMetricNamespace, name, tags), new MetricConfiguration(MostSeries, MostValuesOfTag, new MetricSeriesConfigurationForMeasurement(restrictToUInt32Values: false)));
}
