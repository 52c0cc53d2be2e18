using System.Text.Json;
using Pipeline.Alerts;
using Pipeline.Infra.Tests.Bicep;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Kusto;

/// <summary>The queries of alerts and charts, analyzed by Kusto's own language service against the tables that they read.</summary>
[TestClass]
public sealed class QueryTests
{
    private static readonly string[] Numbers = ["int", "long", "real", "decimal"];

    [TestMethod]
    public async Task Every_query_names_tables_columns_and_functions_that_exist_with_the_types_that_they_have()
    {
        Dictionary<string, string> queries = Directory.EnumerateFiles(Path.Combine(SharedFiles.RepositoryRoot, "infra", "kql"), "*.kql")
            .ToDictionary(file => Path.GetFileName(file), File.ReadAllText, StringComparer.Ordinal);
        foreach ((string name, string query) in Rules().Select(rule => (rule.Name, rule.Criterion.GetProperty("query").GetString()!)).Concat(Charts()))
        {
            queries.Add(name, query);
        }

        queries.Count.ShouldBeGreaterThan(25);
        Dictionary<string, Analysis> results = await AnalyzeAsync(queries);
        results.Where(result => result.Value.Problems.Length > 0).Select(result => $"{result.Key}: {string.Join("; ", result.Value.Problems)}").ShouldBeEmpty();
        results.Count.ShouldBe(queries.Count);
    }

    [TestMethod]
    public async Task Every_alert_rule_measures_a_number_of_its_query_and_splits_by_a_text_of_it()
    {
        Dictionary<string, JsonElement> rules = Rules().ToDictionary(rule => rule.Name, rule => rule.Criterion, StringComparer.Ordinal);
        Dictionary<string, Analysis> results = await AnalyzeAsync(rules.ToDictionary(rule => rule.Key, rule => rule.Value.GetProperty("query").GetString()!, StringComparer.Ordinal));

        rules.Count.ShouldBe(AlertRules.All.Count(rule => rule.Name != AlertRules.Test));
        foreach ((string name, JsonElement criterion) in rules)
        {
            Dictionary<string, string> columns = results[name].Columns;
            if (criterion.TryGetProperty("metricMeasureColumn", out JsonElement measure))
            {
                Numbers.Contains(columns.GetValueOrDefault(measure.GetString()!), StringComparer.Ordinal).ShouldBeTrue($"the measure {measure} of {name}");
            }
            else
            {
                criterion.GetProperty("timeAggregation").GetString().ShouldBe("Count", $"{name} measures no column");
            }

            foreach (JsonElement dimension in criterion.GetProperty("dimensions").EnumerateArray())
            {
                columns.GetValueOrDefault(dimension.GetProperty("name").GetString()!).ShouldBe("string", $"the dimension {dimension} of {name}");
            }
        }
    }

    [TestMethod]
    public async Task A_query_that_is_wrong_is_found()
    {
        Dictionary<string, Analysis> results = await AnalyzeAsync(new(StringComparer.Ordinal)
        {
            ["column"] = "requests | where nam == 'Classify'",
            ["table"] = "customMetric | take 1",
            ["type"] = "requests | summarize avg(name)",
            ["syntax"] = "requests | where",
        });

        results.ShouldAllBe(result => result.Value.Problems.Length > 0);
        results["column"].Problems.ShouldHaveSingleItem().ShouldContain("'nam'");
    }

    private static Task<Dictionary<string, Analysis>> AnalyzeAsync(Dictionary<string, string> queries) =>
        Checkers.RunAsync<Dictionary<string, Analysis>>("kusto.cjs", new { tables = InsightsTables.Columns, queries });

    // As they are deployed, after the templates have put them together.
    private static IEnumerable<(string Name, JsonElement Criterion)> Rules() =>
        from resource in Snapshot.Read("everything").Resources
        where resource.GetProperty("type").GetString() is "Microsoft.Insights/scheduledQueryRules"
        select (resource.GetProperty("name").GetString()!, resource.GetProperty("properties").GetProperty("criteria").GetProperty("allOf").EnumerateArray().Single());

    private static IEnumerable<(string Name, string Query)> Charts()
    {
        JsonElement workbook = Snapshot.Read("everything").Resources.Single(resource => resource.GetProperty("type").GetString() is "Microsoft.Insights/workbooks");
        using JsonDocument layout = JsonDocument.Parse(workbook.GetProperty("properties").GetProperty("serializedData").GetString()!);
        JsonElement[] charts = [.. layout.RootElement.Clone().GetProperty("items").EnumerateArray().Where(item => item.GetProperty("type").GetInt32() == 3)];
        return charts.Select(chart => ($"chart {chart.GetProperty("name").GetString()}", chart.GetProperty("content").GetProperty("query").GetString()!));
    }

    private sealed record Analysis(string[] Problems, Dictionary<string, string> Columns);
}
