using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.Azure.Functions.Worker;
using Pipeline.Infra.Tests.Support;
using Pipeline.Triggers;

namespace Pipeline.Infra.Tests.Kubernetes;

/// <summary>Which instance each operation of the API is sent to, held to what its function declares.</summary>
[TestClass]
public sealed class RouteTests
{
    private const string Writer = "pipeline-writer";
    private const string Replicas = "pipeline-replicas";

    // What people wait for all day, and so what replicas are for.
    private static readonly string[] Reads =
        ["POST /classify", "POST /search", "POST /embeddings", "GET /problems", "GET /problems/{techCenter}/{id}", "GET /ranking", "GET /incidents/{number}/similar", "GET /status", "GET /desk", "GET /desk/{file}", "GET /v1/uploads/{id}"];

    private static readonly JsonArray Rules = YamlFile.Read(Path.Combine(Manifests.FolderOf("base"), "routes.yaml"))["spec"]!["rules"]!.AsArray();

    public static IEnumerable<object[]> Operations =>
        from type in typeof(PipelineServices).Assembly.GetTypes()
        from method in type.GetMethods()
        where method.IsDefined(typeof(FunctionAttribute))
        let trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>()).OfType<HttpTriggerAttribute>().SingleOrDefault()
        where trigger is not null
        from verb in trigger.Methods!
        let policy = method.GetCustomAttribute<PolicyAttribute>()!
        select new object[] { verb.ToUpperInvariant(), "/" + trigger.Route, policy.OnlyWriter || !policy.Reads(verb) };

    [TestMethod]
    [DynamicData(nameof(Operations))]
    public void What_a_replica_refuses_is_sent_to_the_writer(string method, string route, bool onlyWriter)
    {
        string backend = BackendOf(method, "/api" + route.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal));

        if (onlyWriter)
        {
            backend.ShouldBe(Writer);
        }

        if (Reads.Contains($"{method} {route}", StringComparer.Ordinal))
        {
            backend.ShouldBe(Replicas);
        }
    }

    [TestMethod]
    public void The_routes_that_people_wait_for_are_routes() =>
        Reads.Except(Operations.Select(o => $"{o[0]} {o[1]}"), StringComparer.Ordinal).ShouldBeEmpty();

    [TestMethod]
    public void The_desk_itself_comes_from_replicas_and_what_it_shows_of_the_schedules_from_the_writer()
    {
        BackendOf("GET", "/").ShouldBe(Replicas);
        BackendOf("GET", "/status.json").ShouldBe(Writer);
    }

    // The order of the Gateway API: an exact path, then the longest prefix, then one that names the method.
    private static string BackendOf(string method, string path) => (
        from rule in Rules
        from match in rule!["matches"]!.AsArray()
        let kind = match!["path"]!.Text("type")
        let value = match["path"]!.Text("value")
        where match["method"] is null || match.Text("method") == method
        where kind == "Exact" ? path == value : value == "/" || path == value || path.StartsWith(value + "/", StringComparison.Ordinal)
        orderby kind == "Exact" descending, value.Length descending, match["method"] is not null descending
        select rule["backendRefs"]![0]!.Text("name")).First();
}
