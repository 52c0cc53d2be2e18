using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Hosting.Metrics;

/// <summary>Sends measures and activities to a collector by the OpenTelemetry protocol, as the <c>OTEL_</c> variables of the environment say.</summary>
internal sealed class OtlpExport : IDisposable
{
    /// <summary>The variable that names the collector; without it nothing is sent.</summary>
    public const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string AspNetCore = "Microsoft.AspNetCore";

    private readonly MeterProvider _metrics;
    private readonly TracerProvider _activities;

    private OtlpExport(MeterProvider metrics, TracerProvider activities)
    {
        _metrics = metrics;
        _activities = activities;
    }

    /// <summary>Begins to send where the environment names a collector; null where it names none.</summary>
    public static OtlpExport? StartFromEnvironment() =>
        string.IsNullOrWhiteSpace(Environment.GetEnvironmentVariable(EndpointVariable)) ? null : Start(_ => { }, _ => { });

    /// <summary>Begins to send.</summary>
    /// <param name="metrics">Changes where and how measures are sent.</param>
    /// <param name="activities">Changes where and how activities are sent.</param>
    public static OtlpExport Start(Action<OtlpExporterOptions> metrics, Action<OtlpExporterOptions> activities)
    {
        ResourceBuilder resource = ResourceBuilder.CreateDefault().AddService("pipeline").AddEnvironmentVariableDetector();
        MeterProvider meters = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(resource).AddMeter(PipelineMetrics.Name).AddOtlpExporter(metrics).Build();
        TracerProvider tracers = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(resource).AddSource(PipelineActivity.SourceName, AspNetCore).AddOtlpExporter(activities).Build();
        return new OtlpExport(meters, tracers);
    }

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _metrics.Dispose();
        _activities.Dispose();
    }
}
