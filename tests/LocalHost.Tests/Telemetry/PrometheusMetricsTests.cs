using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.LocalHost.Hosting.Metrics;
using Pipeline.Telemetry;

namespace Pipeline.LocalHost.Tests.Telemetry;

[TestClass]
public sealed partial class PrometheusMetricsTests
{
    [TestMethod]
    public void What_is_measured_is_written_in_the_text_format()
    {
        string center = $"A \"quoted\\name\"\nof {Guid.NewGuid():N}";
        string label = $"tech_center=\"{center.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\"";
        using PrometheusMetrics metrics = new();

        PipelineMetrics.Read.Add(3, PipelineMetrics.TechCenter(center));
        PipelineMetrics.Read.Add(4, PipelineMetrics.TechCenter(center));
        PipelineMetrics.NoiseShare.Record(0.5, PipelineMetrics.TechCenter(center));
        PipelineMetrics.NoiseShare.Record(0.25, PipelineMetrics.TechCenter(center));
        PipelineMetrics.Confidence.Record(0.15, PipelineMetrics.TechCenter(center));
        PipelineMetrics.Confidence.Record(0.95, PipelineMetrics.TechCenter(center));
        PipelineMetrics.Predictions.Add(2, PipelineMetrics.TechCenter(center), new("outcome", "clustered"));
        PipelineMetrics.SetNewestIncident(center, DateTimeOffset.UtcNow.AddHours(-1), TimeProvider.System);
        string text = metrics.Write();

        string[] lines = text.Split('\n');
        Contains(lines, "# TYPE pipeline_incidents_read_total counter");
        Contains(lines, $"pipeline_incidents_read_total{{{label}}} 7");
        Contains(lines, "# TYPE pipeline_noise_share gauge");
        Contains(lines, $"pipeline_noise_share{{{label}}} 0.25");
        Contains(lines, $"pipeline_predictions_total{{outcome=\"clustered\",{label}}} 2");
        Contains(lines, "# TYPE pipeline_prediction_confidence histogram");
        Contains(lines, $"pipeline_prediction_confidence_bucket{{{label},le=\"0.1\"}} 0");
        Contains(lines, $"pipeline_prediction_confidence_bucket{{{label},le=\"0.2\"}} 1");
        Contains(lines, $"pipeline_prediction_confidence_bucket{{{label},le=\"1\"}} 2");
        Contains(lines, $"pipeline_prediction_confidence_bucket{{{label},le=\"+Inf\"}} 2");
        Contains(lines, $"pipeline_prediction_confidence_count{{{label}}} 2");
        double lag = double.Parse(lines.Single(l => l.StartsWith($"pipeline_data_lag_seconds{{{label}}}", StringComparison.Ordinal)).Split(' ')[^1], CultureInfo.InvariantCulture);
        lag.ShouldBeInRange(3600, 3700);
    }

    [TestMethod]
    public void Every_line_parses_and_every_family_is_described_once_and_before_its_samples()
    {
        using PrometheusMetrics metrics = new();
        PipelineMetrics.Fail(PipelineOperation.Train, "x");
        PipelineMetrics.ClassifyDuration.Record(0.003);
        PipelineMetrics.TrainingDuration.Record(12.5, PipelineMetrics.TechCenter("x"), new("status", "Published"));

        string text = metrics.Write();

        text.ShouldEndWith("\n");
        string family = "";
        HashSet<string> described = new(StringComparer.Ordinal);
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
                described.Add(family).ShouldBeTrue(line);
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                line.Split(' ')[2].ShouldBe(family);
            }
            else
            {
                Match sample = Sample().Match(line);
                sample.Success.ShouldBeTrue(line);
                sample.Groups["name"].Value.ShouldStartWith(family);
            }
        }

        described.ShouldAllBe(d => d.StartsWith("pipeline_", StringComparison.Ordinal));
        Contains(described, "pipeline_classify_duration_seconds");
        Contains(described, "pipeline_training_duration_seconds");
    }

    private static void Contains(IEnumerable<string> lines, string line) => lines.Contains(line, StringComparer.Ordinal).ShouldBeTrue(line);

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{([a-z_]+="([^"\\]|\\["\\n])*",?)+\})? ([-+]?[0-9.]+(E[-+]?[0-9]+)?|NaN|[+-]Inf)$""", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Sample();
}
