using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Pipeline.Alerts;
using Pipeline.LocalHost.Hosting.Page;
using Pipeline.Streams;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Hosting.Telemetry;

/// <summary>
/// What the pipeline, the web server, outgoing requests and the runtime measure: for Prometheus to fetch always, and to a collector by the OpenTelemetry protocol
/// where the <c>OTEL_</c> settings name one.
/// </summary>
internal static class HostTelemetry
{
    /// <summary>The setting that names the collector; without it nothing is sent.</summary>
    public const string EndpointSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>Adds the measures, and the activities where there is a collector for them.</summary>
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        bool sends = !string.IsNullOrWhiteSpace(configuration[EndpointSetting]);
        OpenTelemetryBuilder telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("pipeline").AddEnvironmentVariableDetector());
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(PipelineMetrics.Name).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation().AddRuntimeInstrumentation();
            metrics.AddPrometheusExporter(options =>
            {
                options.ScrapeResponseCacheDurationMilliseconds = 0;

                // The scope names the program's version: every update would begin new series.
                options.ScopeInfoEnabled = false;
            });
            if (sends)
            {
                metrics.AddOtlpExporter();
            }
        });
        if (sends)
        {
            // An open desk asks every few seconds, and so does Prometheus.
            telemetry.WithTracing(activities => activities
                .AddSource(PipelineActivity.SourceName)
                .AddAspNetCoreInstrumentation(options => options.Filter = context => context.Request.Path.Value is not (HostPage.StatusPath or HostPage.MetricsPath))
                .AddHttpClientInstrumentation()
                .AddOtlpExporter());
        }
    }

    /// <summary>Begins to measure, with every counter of the pipeline at zero: what never happened is told apart from what is not measured.</summary>
    public static void Begin(IServiceProvider services)
    {
        _ = services.GetRequiredService<MeterProvider>();
        PipelineMetrics.BeginAtZero();
        StreamMetrics.BeginAtZero();

        // The first alert of a rule is an increase then.
        foreach (AlertRule rule in AlertRules.All)
        {
            PipelineMetrics.Alerts.Add(0, new("rule", rule.Name), new("severity", rule.Severity.ToString()));
        }
    }
}
