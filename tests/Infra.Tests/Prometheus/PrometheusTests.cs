using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Alerts;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Prometheus;

/// <summary>The alerts for Prometheus, checked and run by its own tool and held to the one source of the rules; and the dashboard for Grafana.</summary>
[TestClass]
public sealed class PrometheusTests
{
    private static readonly string Infra = Path.Combine(SharedFiles.RepositoryRoot, "infra");

    [TestMethod]
    public async Task Prometheus_takes_the_rules_and_the_configuration()
    {
        ToolProcess rules = await Promtool.RunAsync("check", "rules", "rules.yml", "stream-rules.yml");
        rules.ExitCode.ShouldBe(0, rules.Output + rules.Errors);
        ToolProcess configuration = await Promtool.RunAsync("check", "config", "prometheus.yml");
        configuration.ExitCode.ShouldBe(0, configuration.Output + configuration.Errors);
    }

    [TestMethod]
    public async Task The_rules_fire_when_they_should_and_not_before()
    {
        ToolProcess tests = await Promtool.RunAsync("test", "rules", "rules.test.yml", "stream-rules.test.yml");
        tests.ExitCode.ShouldBe(0, tests.Output + tests.Errors);
        tests.Output.ShouldContain("SUCCESS");
    }

    [TestMethod]
    public void Every_rule_is_there_once_under_its_name_with_its_severity_title_and_threshold()
    {
        JsonObject[] alerts = [.. YamlFile.Read(Path.Combine(Infra, "prometheus", "rules.yml"))["groups"]![0]!["rules"]!.AsArray().Select(rule => rule!.AsObject())];

        alerts.Select(alert => Text(alert["alert"])).ShouldBe(AlertRules.All.Select(rule => rule.Name).Where(name => name != AlertRules.Test), ignoreOrder: true);
        foreach (JsonObject alert in alerts)
        {
            AlertRule rule = AlertRules.Find(Text(alert["alert"]));
            Text(alert["labels"]!["severity"]).ShouldBe(rule.Severity.ToString().ToLowerInvariant(), rule.Name);
            Text(alert["annotations"]!["summary"]).ShouldBe(rule.Title, rule.Name);
            string threshold = rule.When is AlertCondition when
                ? string.Create(CultureInfo.InvariantCulture, $"{(when.Operator == AlertOperator.Above ? '>' : '<')} {when.Threshold}")
                : $"pipeline_alerts_total{{rule=\"{rule.Name}\"}}";
            Text(alert["expr"]).ShouldContain(threshold, customMessage: rule.Name);
        }
    }

    [TestMethod]
    public void Streams_are_watched_under_the_names_of_their_metrics()
    {
        JsonObject[] rules = [.. YamlFile.Read(Path.Combine(Infra, "prometheus", "stream-rules.yml"))["groups"]![0]!["rules"]!.AsArray().Select(rule => rule!.AsObject())];

        rules.Single(rule => Text(rule["expr"]).Contains("up{job=\"pipeline\"} == 0", StringComparison.Ordinal))["for"].ShouldNotBeNull().GetValue<string>().ShouldBe("1m");
        rules.Single(rule => Text(rule["expr"]).Contains("rate(birch_api_errors_total[2m])) > 0.1", StringComparison.Ordinal))["for"].ShouldNotBeNull().GetValue<string>().ShouldBe("2m");
        rules.ShouldContain(rule => Text(rule["expr"]).Contains("increase(birch_backup_failures_total[1h]) > 0", StringComparison.Ordinal));
    }

    [TestMethod]
    public void The_dashboard_has_panels_that_do_not_overlap_and_each_asks_the_chosen_data_source()
    {
        using JsonDocument dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(Infra, "grafana", "pipeline.json")));
        JsonElement[] panels = [.. dashboard.RootElement.GetProperty("panels").EnumerateArray()];

        dashboard.RootElement.GetProperty("uid").GetString().ShouldNotBeNullOrEmpty();
        dashboard.RootElement.GetProperty("templating").GetProperty("list")[0].GetProperty("type").GetString().ShouldBe("datasource");
        panels.Select(panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        HashSet<(int, int)> taken = [];
        foreach (JsonElement panel in panels)
        {
            JsonElement place = panel.GetProperty("gridPos");
            (int x, int y, int w, int h) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            (x + w).ShouldBeLessThanOrEqualTo(24);
            for (int cell = 0; cell < w * h; cell++)
            {
                taken.Add((x + (cell % w), y + (cell / w))).ShouldBeTrue($"{panel.GetProperty("title")} lies on another panel");
            }

            panel.GetProperty("type").GetString().ShouldBeOneOf("timeseries", "stat");
            JsonElement[] targets = [.. panel.GetProperty("targets").EnumerateArray()];
            targets.ShouldNotBeEmpty();
            targets.ShouldAllBe(target => target.GetProperty("datasource").GetProperty("uid").GetString() == "${datasource}" && target.GetProperty("expr").GetString()!.Length > 0);
        }
    }

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
