using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Schemas;

/// <summary>The files that Azure's services read, against schemas: those of this folder in every run, and the vendors' own where the folder <c>schemas</c> is among the shared files.</summary>
[TestClass]
public sealed class SchemaTests
{
    private static readonly string Root = SharedFiles.RepositoryRoot;

    [TestMethod]
    public void The_settings_of_the_Functions_host_are_settings_that_it_has() => SchemaFile.Validate(Host(), SchemaFile.Own("host.json"));

    [TestMethod]
    public void The_project_file_of_azd_says_what_azd_understands_and_names_what_is_there()
    {
        JsonNode project = YamlFile.Read(Path.Combine(Root, "azure.yaml"));

        SchemaFile.Validate(project, SchemaFile.Own("azure.yaml.json"));
        File.Exists(Path.Combine(Root, project["infra"]!["path"]!.ToString(), $"{project["infra"]!["module"]}.bicep")).ShouldBeTrue();
        foreach ((_, JsonNode? service) in project["services"]!.AsObject())
        {
            Directory.EnumerateFiles(Path.Combine(Root, service!["project"]!.ToString()), "*.csproj").ShouldHaveSingleItem();
        }
    }

    [TestMethod]
    [DynamicData(nameof(Runs))]
    public void The_pipeline_of_a_run_is_one_that_Azure_Pipelines_understands(string rollback, string reason, string branch, string stages)
    {
        JsonObject pipeline = Pipeline(rollback, reason, branch);

        SchemaFile.Validate(pipeline, SchemaFile.Own("azure-pipelines.json"));
        JsonObject[] all = [.. pipeline["stages"]!.AsArray().Select(stage => stage!.AsObject())];
        string.Join(' ', all.Select(stage => stage["stage"])).ShouldBe(stages);
        CheckOrder(all, "stage");
        foreach (JsonObject stage in all)
        {
            CheckOrder([.. stage["jobs"]!.AsArray().Select(job => job!.AsObject())], "job");
        }
    }

    [TestMethod]
    public void The_public_schemas_agree_where_they_are_at_hand()
    {
        JsonSchema host = SchemaFile.Shared("host.json");
        JsonSchema azd = SchemaFile.Shared("azure.yaml.json");
        JsonSchema pipelines = SchemaFile.Shared("azure-pipelines.json");

        SchemaFile.Validate(Host(), host);
        SchemaFile.Validate(YamlFile.Read(Path.Combine(Root, "azure.yaml")), azd);
        foreach (object[] run in Runs)
        {
            SchemaFile.Validate(AsPublic(Pipeline((string)run[0], (string)run[1], (string)run[2]))!, pipelines);
        }
    }

    private static IEnumerable<object[]> Runs =>
    [
        ["none", "IndividualCI", "refs/heads/main", "Build Infrastructure Deploy_dev Approval Deploy_prod"],
        ["none", "PullRequest", "refs/pull/1/merge", "Build"],
        ["none", "Manual", "refs/heads/topic", "Build Infrastructure"],
        ["17", "Manual", "refs/heads/main", "Deploy_dev Approval Deploy_prod"],
    ];

    private static JsonNode Host() => JsonNode.Parse(File.ReadAllText(Path.Combine(Root, "host.json")))!;

    private static JsonObject Pipeline(string rollback, string reason, string branch) => PipelineTemplate.Expand(
        Path.Combine(Root, "azure-pipelines.yml"),
        new Dictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["parameters.rollbackRunId"] = rollback,
            ["variables.Build.Reason"] = reason,
            ["variables.Build.SourceBranch"] = branch,
        });

    // The public schema takes numbers as text, but for those of tasks; and of one task it has the name but not the inputs.
    private static JsonNode? AsPublic(JsonNode? node) => node switch
    {
        JsonObject mapping when !mapping.ContainsKey("task") => new JsonObject(mapping.Select(entry => KeyValuePair.Create(entry.Key, AsPublic(entry.Value)))),
        JsonArray sequence => new JsonArray([.. sequence.Where(item => item is not JsonObject step || step["task"]?.ToString() is not "PublishCodeCoverageResults@2").Select(AsPublic)]),
        JsonValue value when value.GetValueKind() == JsonValueKind.Number => JsonValue.Create(value.ToString()),
        _ => node?.DeepClone(),
    };

    // What comes twice, or waits for what is not there, is refused by the service when it is too late.
    private static void CheckOrder(JsonObject[] items, string kind)
    {
        string[] names = [.. items.Select(item => (item[kind] ?? item["deployment"])!.ToString())];
        names.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(names.Length, $"each {kind} once");
        foreach (JsonObject item in items)
        {
            IEnumerable<string> awaited = item["dependsOn"] switch { null => [], JsonArray several => several.Select(one => one!.ToString()), JsonNode one => [one.ToString()] };
            awaited.Except(names, StringComparer.Ordinal).ShouldBeEmpty($"what {item[kind]} waits for");
        }
    }
}
