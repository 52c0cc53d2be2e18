using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Alerts;
using Pipeline.TestSupport;

namespace Pipeline.Tests.Infrastructure;

/// <summary>The templates, queries, documents and the code name the same things. What needs the vendors' tools is checked where they are: docs/deploy.md.</summary>
[TestClass]
public sealed class InfrastructureTests
{
    private static readonly string Root = SharedFiles.RepositoryRoot;
    private static readonly string Main = Read("infra/bicep/main.bicep");
    private static readonly string Alerts = Read("infra/bicep/modules/alerts.bicep");
    private static readonly string Workbook = Read("infra/bicep/modules/workbook.bicep");
    private static readonly string Code = string.Join('\n', Files("src", "*.cs").Select(File.ReadAllText));
    private static readonly (string Name, string Text)[] Queries = [.. Files("infra/kql", "*.kql").Select(file => (Path.GetFileName(file), File.ReadAllText(file)))];

    [TestMethod]
    public void Every_query_is_used_by_a_template_and_explained_in_the_runbook()
    {
        string runbook = Read("docs/operations.md");

        Queries.Length.ShouldBeGreaterThan(10);
        foreach ((string name, _) in Queries)
        {
            (Alerts + Workbook).ShouldContain($"kql/{name}')", customMessage: $"{name} is read by no template");
            runbook.ShouldContain($"`{name}`", customMessage: $"{name} is not in docs/operations.md");
        }
    }

    [TestMethod]
    public void Every_alert_rule_has_its_section_in_the_runbook()
    {
        string[] sections = [.. Found(Read("docs/operations.md"), "^### (.+)$").SelectMany(heading => heading.Split(", "))];

        AlertRules.All.Select(rule => rule.Name).Where(name => name != AlertRules.Test).ShouldBe(sections, ignoreOrder: true);
    }

    [TestMethod]
    public void Every_alert_rule_has_a_query_and_the_same_threshold_here_and_in_Azure()
    {
        Alerts.ShouldContain("loadJsonContent('../../../src/Pipeline/Alerts/alert-rules.json')");
        foreach (AlertRule rule in AlertRules.All)
        {
            Alerts.ShouldContain($"'{rule.Azure.Query}': loadTextContent('../../kql/{rule.Azure.Query}.kql')");
            if (rule.When is AlertCondition when && rule.Name != AlertRules.ServiceDown)
            {
                // Shares are per cent there, and seconds milliseconds. That of the service is asked from outside.
                double factor = when.Measure.Contains("seconds", StringComparison.Ordinal) ? 1000 : when.Aggregation == AlertAggregation.Share || when.Measure.EndsWith(".share", StringComparison.Ordinal) ? 100 : 1;
                rule.Azure.Threshold.ShouldBe((int)Math.Round(when.Threshold * factor), rule.Name);
                rule.Azure.Window.ShouldBe(when.Window, rule.Name);
                rule.Azure.Operator.ShouldBe(when.Operator == AlertOperator.Above ? "GreaterThan" : "LessThan", rule.Name);
            }
        }
    }

    [TestMethod]
    public void Every_metric_of_a_query_is_one_that_the_code_emits()
    {
        string[] emitted = [.. Found(Code, "\"(pipeline\\.[a-z.]+)\"")];
        string[] asked = [.. Queries.SelectMany(query => Found(query.Text, "\"(pipeline\\.[a-z.]+[a-z])\"")).Distinct(StringComparer.Ordinal)];

        asked.Length.ShouldBeGreaterThan(10);
        asked.Except(emitted, StringComparer.Ordinal).ShouldBeEmpty("metrics that no code emits");
    }

    [TestMethod]
    public void The_runbook_lists_every_function_under_what_sets_it_off()
    {
        string runbook = Read("docs/operations.md");
        string[] orchestrated = ["a due date of the training schedule", "a training", "a preprocessing", "a prediction", "a pull", "a measurement of drift", "a weekly report", "a rollout", "a file that was received", "what is old", "an incident to erase", "a backup"];
        Dictionary<string, string[]> rows = new(StringComparer.Ordinal) { ["Timer"] = ["a timer"], ["Http"] = ["a request"], ["Blob"] = ["a new model or file"], ["Orchestration"] = orchestrated, ["Activity"] = orchestrated };
        foreach (IGrouping<string[], (string Name, string Trigger)> kind in Functions().GroupBy(f => rows[f.Trigger]))
        {
            string[] listed = [.. kind.Key.Select(row => Found(runbook, $"^\\| {row} \\| (.+) \\|$").ShouldHaveSingleItem($"'{row}' has no row of its own in docs/operations.md"))];
            listed.SelectMany(row => Found(row, "`([A-Za-z]+)`")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .ShouldBe(kind.Select(f => f.Name).Order(StringComparer.Ordinal), $"the functions of '{string.Join("', '", kind.Key)}' in docs/operations.md");
        }
    }

    [TestMethod]
    public void Every_function_that_a_query_a_template_or_a_document_names_exists()
    {
        string[] named =
        [
            .. Queries.SelectMany(query => Found(query.Text, "\\bname (?:==|!=|in|has|startswith) *\\(?\"([A-Z][A-Za-z]+)\"")),
            .. Found(Read("infra/bicep/events.bicep") + Read("README.md"), "Host\\.Functions\\.([A-Za-z]+)"),
            .. Files("infra", "*.sh").SelectMany(file => Found(File.ReadAllText(file), "now call ([A-Za-z]+)\\.")),
            .. Files("docs", "*.md").SelectMany(file => Found(File.ReadAllText(file), "AzureWebJobs\\.([A-Za-z]+)\\.Disabled|[Ff]unction `([A-Za-z]+)`|models? calls? `([A-Za-z]+)`")),
        ];

        named.Length.ShouldBeGreaterThan(8);
        named.Except(Functions().Select(f => f.Name), StringComparer.Ordinal).ShouldBeEmpty("functions that are not there");
    }

    [TestMethod]
    public void Every_setting_that_the_templates_write_is_documented()
    {
        string documents = Read("docs/deploy.md");
        string[] written = WrittenSettings();

        written.Length.ShouldBeGreaterThan(20);
        written.Where(setting => !documents.Contains($"`{setting}`", StringComparison.Ordinal)).ShouldBeEmpty("settings that docs/deploy.md does not list");
    }

    [TestMethod]
    public void A_setting_that_the_templates_write_is_one_that_the_sample_or_the_settings_know()
    {
        string known = Read("docs/settings.md") + Read("local.settings.sample.json");
        string[] names = [.. WrittenSettings().Where(setting => !OfThePlatform(setting)).Select(setting => setting.Replace("__", ":", StringComparison.Ordinal))];

        names.Where(name => !known.Contains(name, StringComparison.Ordinal))
            .ShouldBeEmpty("settings that are in neither docs/settings.md nor local.settings.sample.json");
    }

    [TestMethod]
    public void The_command_line_of_the_first_clusters_uses_the_models_as_the_app_does()
    {
        string[] written = [.. WrittenSettings().Where(setting => setting.StartsWith("AzureOpenAI__", StringComparison.Ordinal))];
        string document = Read("docs/deploy.md");
        (string Name, string Output)[] exported = [.. written.Select(setting => (setting, Found(document, $"export .*\\b{setting}=\"\\$([A-Z_]+)\"").SingleOrDefault("")))];

        exported.Where(e => e.Output.Length == 0).ShouldBeEmpty("settings that step 5 of docs/deploy.md does not export");
        exported.Select(e => e.Output).Except(Found(Main, "^output ([A-Z_]+) "), StringComparer.Ordinal).ShouldBeEmpty("names that no output of main.bicep has");
    }

    [TestMethod]
    public void Telemetry_that_is_taken_by_identity_only_is_sent_by_identity()
    {
        Read("infra/bicep/modules/monitoring.bicep").ShouldContain("DisableLocalAuth: true");
        Main.ShouldContain("APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'");
        Read("src/Functions/Program.cs").ShouldContain("ConfigureFunctionsApplicationInsights", customMessage: "it reads the setting and gives the worker its credential");
    }

    [TestMethod]
    public void Every_schedule_that_a_timer_refers_to_is_written_by_the_templates()
    {
        string[] schedules = [.. Found(Read("src/Triggers/Durable/Schedules.cs"), "\"%([A-Za-z]+)%\"")];

        schedules.Length.ShouldBeGreaterThan(2);
        schedules.Except(WrittenSettings(), StringComparer.Ordinal).ShouldBeEmpty("schedules that the templates do not write");
    }

    [TestMethod]
    public void Every_chart_of_the_workbook_has_its_query_and_every_query_its_chart()
    {
        using JsonDocument workbook = JsonDocument.Parse(Read("infra/bicep/workbook.json"));
        string[] charts =
        [
            .. workbook.RootElement.GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("type").GetInt32() == 3)
                .Select(item => item.GetProperty("name").GetString()!),
        ];

        charts.ShouldBe(Found(Workbook, "kql/workbook-([a-z-]+)\\.kql"), ignoreOrder: true);
        Found(Workbook, "^  '?([a-z-]+)'?: loadTextContent").ShouldBe(charts, ignoreOrder: true);
    }

    [TestMethod]
    public void No_file_of_the_infrastructure_holds_a_key_or_asks_for_one_but_that_of_the_events()
    {
        foreach (string file in Files("infra", "*").Append(Path.Combine(Root, "azure-pipelines.yml")).Append(Path.Combine(Root, "azure.yaml")))
        {
            string text = File.ReadAllText(file);
            text.ShouldNotMatch("AccountKey=|SharedAccessKey|InstrumentationKey=[0-9a-f]|-----BEGIN|[?&]sig=", $"{file} holds a key");
            if (Path.GetFileName(file) != "events.bicep")
            {
                text.ShouldNotContain("listKeys(", customMessage: $"{file} asks for keys");
            }
        }
    }

    // The attributes of the functions with the triggers of their parameters; a name may be a constant of its own file.
    private static (string Name, string Trigger)[] Functions() =>
    [
        .. Files("src/Triggers", "*.cs").Select(File.ReadAllText).SelectMany(text => Matches(text, "\\[Function\\((\"?)([A-Za-z]+)\"?\\)\\](?:\\s*\\[[^\\]]*\\])*[^\\[]*\\[([A-Za-z]+)Trigger")
            .Select(match => (
                match.Groups[1].Length > 0 ? match.Groups[2].Value : Found(text, $"const string {match.Groups[2].Value} = \"([A-Za-z]+)\";").ShouldHaveSingleItem(),
                match.Groups[3].Value))),
    ];

    private static string[] WrittenSettings()
    {
        string settings = Main[Main.IndexOf("var appSettings", StringComparison.Ordinal)..Main.IndexOf("module functions", StringComparison.Ordinal)];
        return [.. Found(settings, "(?:^|\\{) +([A-Za-z]+[A-Z_][A-Za-z_]+): ").Distinct(StringComparer.Ordinal)];
    }

    private static bool OfThePlatform(string setting) =>
        setting.StartsWith("AzureWebJobsStorage__", StringComparison.Ordinal)
        || setting.StartsWith("AzureWebJobsSecretStorage", StringComparison.Ordinal)
        || setting.StartsWith("AzureFunctionsJobHost__", StringComparison.Ordinal)
        || setting is "AZURE_CLIENT_ID" or "DURABLE_TASK_SCHEDULER_CONNECTION_STRING"
        || setting.StartsWith("APPLICATIONINSIGHTS_", StringComparison.Ordinal);

    // The first group that took part: a pattern may have one in each alternative.
    private static string[] Found(string text, string pattern) =>
        [.. Matches(text, pattern).Select(match => match.Groups.Values.Skip(1).First(group => group.Success).Value)];

    private static MatchCollection Matches(string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.Multiline | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(10));

    private static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            .Order(StringComparer.Ordinal);
}
