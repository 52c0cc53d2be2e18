using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Pipeline.LocalHost.Hosting.Page;
using Pipeline.LocalHost.Tests.Hosting;
using Pipeline.Telemetry;
using Pipeline.TestSupport;

namespace Pipeline.LocalHost.Tests.Telemetry;

[TestClass]
public sealed partial class PrometheusMetricsTests
{
    [TestMethod]
    public async Task Every_counter_of_the_pipeline_is_there_with_zero_from_the_start()
    {
        string[] lines = await ScrapeAsync(_ => { });

        string[] counters = ["incidents_read", "incidents_masked", "incidents_embedded", "incidents_cached", "incidents_rejected", "predictions", "predictions_failed", "alerts", "errors", "embedding_requests", "embedding_tokens", "embedding_throttled"];
        foreach (string counter in counters)
        {
            string[] series = [.. lines.Where(line => line.StartsWith($"pipeline_{counter}_total", StringComparison.Ordinal)).Select(line => line.Replace("{}", "", StringComparison.Ordinal))];
            series.Contains($"pipeline_{counter}_total 0", StringComparer.Ordinal).ShouldBeTrue($"{counter}: {string.Join('|', series)}");
        }

        foreach (string counter in (string[])["pipeline_total", "pipeline_success_total", "pipeline_failures_total", "records_processed_total"])
        {
            lines.Select(line => line.Replace("{}", "", StringComparison.Ordinal)).ShouldContain($"{counter} 0", StringComparer.Ordinal);
        }
    }

    [TestMethod]
    public async Task What_is_measured_is_there_under_the_documented_names()
    {
        string center = $"A \"quoted\\name\"\nof {Guid.NewGuid():N}";
        string label = $"tech_center=\"{center.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";

        string[] lines = await ScrapeAsync(_ =>
        {
            PipelineMetrics.Read.Add(3, PipelineMetrics.TechCenter(center));
            PipelineMetrics.Read.Add(4, PipelineMetrics.TechCenter(center));
            PipelineMetrics.NoiseShare.Record(0.25, PipelineMetrics.TechCenter(center));
            PipelineMetrics.Confidence.Record(0.15, PipelineMetrics.TechCenter(center));
            PipelineMetrics.Confidence.Record(0.95, PipelineMetrics.TechCenter(center));
            PipelineMetrics.TrainingDuration.Record(12.5, PipelineMetrics.TechCenter(center), new("status", "Published"));
            PipelineMetrics.Predictions.Add(2, PipelineMetrics.TechCenter(center), new("outcome", "clustered"));
            PipelineMetrics.RequestDuration.Record(0.3, new("method", "POST"), new("route", center), new("status", 200));
            PipelineMetrics.CountRun("predict", succeeded: true);
            PipelineMetrics.SetNewestIncident(center, DateTimeOffset.UtcNow.AddHours(-1), TimeProvider.System);
        });

        Value(lines, "pipeline_incidents_read_total", label).ShouldBe(7);
        Value(lines, "pipeline_noise_share", label).ShouldBe(0.25);
        Value(lines, "pipeline_predictions_total", label, "outcome=\"clustered\"").ShouldBe(2);
        Value(lines, "pipeline_prediction_confidence_bucket", label, "le=\"0.1\"").ShouldBe(0);
        Value(lines, "pipeline_prediction_confidence_bucket", label, "le=\"0.2\"").ShouldBe(1);
        Value(lines, "pipeline_prediction_confidence_bucket", label, "le=\"+Inf\"").ShouldBe(2);
        Value(lines, "pipeline_prediction_confidence_count", label).ShouldBe(2);
        Value(lines, "pipeline_training_duration_seconds_bucket", label, "le=\"15\"", "status=\"Published\"").ShouldBe(1);
        Value(lines, "http_request_duration_seconds_bucket", label.Replace("tech_center", "route", StringComparison.Ordinal), "le=\"0.5\"", "status=\"200\"").ShouldBe(1);
        Value(lines, "pipeline_success_total", "operation=\"predict\"").ShouldBeGreaterThanOrEqualTo(1);
        Value(lines, "pipeline_data_lag_seconds", label).ShouldBeInRange(3600, 3700);
    }

    [TestMethod]
    public async Task Every_metric_that_a_rule_or_the_dashboard_asks_for_is_there()
    {
        string[] lines = await ScrapeAsync(_ =>
        {
            foreach (object? instrument in typeof(PipelineMetrics).GetFields().Select(field => field.GetValue(null)))
            {
                switch (instrument)
                {
                    case Counter<long> counter: counter.Add(1, PipelineMetrics.TechCenter("asked")); break;
                    case Histogram<double> histogram: histogram.Record(0.5, PipelineMetrics.TechCenter("asked")); break;
                    case Gauge<double> gauge: gauge.Record(0.5, PipelineMetrics.TechCenter("asked")); break;
                    case Gauge<long> gauge: gauge.Record(1, PipelineMetrics.TechCenter("asked")); break;
                    default: break;
                }
            }

            PipelineMetrics.SetNewestIncident("asked", DateTimeOffset.UtcNow, TimeProvider.System);
        });
        HashSet<string> there = [.. lines.Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('{', ' ')[0])];
        string infra = Path.Combine(SharedFiles.RepositoryRoot, "infra");
        string asked = File.ReadAllText(Path.Combine(infra, "prometheus", "rules.yml")) + File.ReadAllText(Path.Combine(infra, "grafana", "pipeline.json"));
        string[] names = [.. MetricName().Matches(asked).Select(match => match.Value).Distinct(StringComparer.Ordinal)];

        names.Length.ShouldBeGreaterThan(20);
        names.Except(there, StringComparer.Ordinal).ShouldBeEmpty($"metrics that are not among {string.Join(", ", there.Where(name => !name.StartsWith("dotnet_", StringComparison.Ordinal)).Order(StringComparer.Ordinal))}");
    }

    [TestMethod]
    public async Task The_web_server_and_the_runtime_are_measured_too()
    {
        string[] lines = await ScrapeAsync(host => host.Client.GetAsync(new Uri("nowhere", UriKind.Relative)).GetAwaiter().GetResult().Dispose());

        lines.ShouldContain(line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal));
        lines.ShouldContain(line => line.StartsWith("dotnet_", StringComparison.Ordinal));
    }

    [GeneratedRegex("\\b(?:pipeline|http_request|records|birch)_[a-z_]+\\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MetricName();

    private static async Task<string[]> ScrapeAsync(Action<TestHost> work)
    {
        await using TestHost host = await TestHost.StartAsync(map: app => app.MapPrometheusScrapingEndpoint(HostPage.MetricsPath));
        work(host);
        return (await host.Client.GetStringAsync(new Uri(HostPage.MetricsPath, UriKind.Relative))).Split('\n');
    }

    private static double Value(string[] lines, string name, params string[] labels) =>
        double.Parse(lines.Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal) && labels.All(label => line.Contains(label, StringComparison.Ordinal))).ShouldHaveSingleItem(string.Join("\n", lines.Where(line => line.StartsWith("pipeline_", StringComparison.Ordinal)))).Split("} ")[^1].Split(' ')[0], CultureInfo.InvariantCulture);
}
