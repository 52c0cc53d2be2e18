using System.Collections.Concurrent;
using Microsoft.ApplicationInsights;
using Microsoft.ApplicationInsights.Channel;
using Microsoft.ApplicationInsights.DataContracts;
using Microsoft.ApplicationInsights.Extensibility;
using Pipeline.Adapters.Azure.Telemetry;
using Pipeline.Adapters.Azure.Tests.Support;
using Pipeline.Telemetry;

namespace Pipeline.Adapters.Azure.Tests.Telemetry;

[TestClass]
public sealed class ApplicationInsightsMetricsTests : IDisposable
{
    private readonly Channel _channel = new();
    private readonly string _center = $"Center {Guid.NewGuid()}";

    public void Dispose() => _channel.Dispose();

    [TestMethod]
    public async Task Measures_arrive_added_up_under_their_names_with_their_tags()
    {
        using TelemetryConfiguration configuration = Configuration();
        using ApplicationInsightsMetrics passage = new(new TelemetryClient(configuration), new ManualTime());
        await passage.StartAsync(CancellationToken.None);

        PipelineMetrics.Cached.Add(3, PipelineMetrics.TechCenter(_center));
        PipelineMetrics.Cached.Add(4, PipelineMetrics.TechCenter(_center));
        PipelineMetrics.Confidence.Record(0.25, PipelineMetrics.TechCenter(_center));
        PipelineMetrics.Confidence.Record(0.75, PipelineMetrics.TechCenter(_center));
        PipelineMetrics.NoiseShare.Record(0.4, PipelineMetrics.TechCenter(_center));
        PipelineMetrics.Fail(PipelineOperation.Predict, _center);
        PipelineMetrics.SetNewestIncident(_center, DateTimeOffset.UtcNow.AddHours(-5), TimeProvider.System);
        await passage.StopAsync(CancellationToken.None);

        (Sum("pipeline.incidents.cached"), Of("pipeline.incidents.cached").Count).ShouldBe((7, 2));
        (Sum("pipeline.prediction.confidence"), Of("pipeline.prediction.confidence").Count).ShouldBe((1, 2));
        Sum("pipeline.noise.share").ShouldBe(0.4);
        Of("pipeline.errors").Properties["operation"].ShouldBe("predict");
        Sum("pipeline.data.lag").ShouldBe(18_000, 60);
    }

    [TestMethod]
    public async Task After_the_stop_nothing_is_passed_on()
    {
        using TelemetryConfiguration configuration = Configuration();
        TelemetryClient client = new(configuration);
        using (ApplicationInsightsMetrics passage = new(client, new ManualTime()))
        {
            await passage.StartAsync(CancellationToken.None);
            await passage.StopAsync(CancellationToken.None);
        }

        PipelineMetrics.Read.Add(1, PipelineMetrics.TechCenter(_center));
        client.Flush();

        _channel.Sent.OfType<MetricTelemetry>().ShouldNotContain(m => m.Properties.Values.Contains(_center));
    }

    private TelemetryConfiguration Configuration() => new() { TelemetryChannel = _channel, ConnectionString = "InstrumentationKey=00000000-0000-0000-0000-000000000001" };

    private MetricTelemetry Of(string name) =>
        _channel.Sent.OfType<MetricTelemetry>().Where(m => string.Equals(m.Name, name, StringComparison.Ordinal) && m.Properties.Values.Contains(_center)).ShouldHaveSingleItem();

    private double Sum(string name) => Of(name).Sum;

    private sealed class Channel : ITelemetryChannel
    {
        public ConcurrentQueue<ITelemetry> Sent { get; } = new();

        public bool? DeveloperMode { get; set; }

        public string EndpointAddress { get; set; } = "";

        public void Send(ITelemetry item) => Sent.Enqueue(item);

        public void Flush()
        {
        }

        public void Dispose()
        {
        }
    }
}
