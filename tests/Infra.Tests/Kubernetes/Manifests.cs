using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.Infra.Tests.Support;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Kubernetes;

/// <summary>What kustomize builds of a folder below infra/kubernetes.</summary>
/// <param name="Objects">The objects.</param>
internal sealed record Manifests(IReadOnlyList<JsonObject> Objects)
{
    private static readonly DebianTool Kubectl = new("kubectl", "kubernetes-client", "--help");
    private static readonly ConcurrentDictionary<string, Lazy<Task<Manifests>>> Built = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<string, JsonSchema> Schemas = new(StringComparer.Ordinal);
    private static readonly string SchemaText = File.ReadAllText(SchemaFile.PathOf("kubernetes.json"));

    /// <summary>The folder of a kustomization.</summary>
    public static string FolderOf(string name) => Path.Combine(SharedFiles.RepositoryRoot, "infra", "kubernetes", name);

    /// <summary>Builds a folder, as <c>kubectl kustomize</c> does; ends the test as inconclusive where there is no kubectl.</summary>
    public static Task<Manifests> BuildAsync(string name) => Built.GetOrAdd(name, static folder => new Lazy<Task<Manifests>>(async () =>
    {
        ToolProcess built = await Kubectl.RunAsync(FolderOf(folder), "kustomize", ".");
        built.ExitCode.ShouldBe(0, $"{folder}: {built.Errors}");
        built.Errors.ShouldBeEmpty(folder);
        return new Manifests([.. YamlFile.ReadAll(built.Output).Select(document => document.AsObject())]);
    })).Value;

    /// <summary>The objects of a kind.</summary>
    public IEnumerable<JsonObject> Of(string kind) => Objects.Where(o => o.Text("kind") == kind);

    /// <summary>The object of a kind and name; a name that kustomize has given a hash is found without it.</summary>
    public JsonObject Find(string kind, string name) => Of(kind).Where(o => o.Name() == name || o.Name().StartsWith(name + "-", StringComparison.Ordinal)).OrderBy(o => o.Name().Length).FirstOrDefault()
        ?? throw new ShouldAssertException($"There is no {kind} '{name}'.");

    /// <summary>The templates of pods, by the object that makes them.</summary>
    public IEnumerable<(string Owner, JsonObject Template)> Pods =>
        from made in Objects
        let template = made.Text("kind") switch { "Deployment" => made["spec"]!["template"], "CronJob" => made["spec"]!["jobTemplate"]!["spec"]!["template"], _ => null }
        where template is not null
        select ($"{made.Text("kind")} {made.Name()}", template.AsObject());

    /// <summary>The containers of all pods.</summary>
    public IEnumerable<(string Owner, JsonObject Container)> Containers =>
        from pod in Pods
        from container in pod.Template["spec"]!["containers"]!.AsArray()
        select (pod.Owner, container!.AsObject());

    /// <summary>Holds an object to the schema of its kind.</summary>
    public static void Validate(JsonObject made)
    {
        string kind = $"{made.Text("apiVersion")}/{made.Text("kind")}";
        SchemaFile.Validate(made, Schemas.GetOrAdd(kind, static key =>
        {
            JsonObject root = JsonNode.Parse(SchemaText)!.AsObject();
            root["$defs"]!.AsObject().ContainsKey(key).ShouldBeTrue($"kubernetes.json has no schema of {key}");
            root["$ref"] = $"#/$defs/{key.Replace("/", "~1", StringComparison.Ordinal)}";
            return JsonSchema.FromText(root.ToJsonString());
        }), $"{kind} {made.Name()}");
    }
}

/// <summary>Reads manifests.</summary>
internal static class ManifestNodes
{
    /// <summary>The text of a field.</summary>
    public static string Text(this JsonNode node, string field) => node[field]?.ToString() ?? throw new ShouldAssertException($"There is no {field} in {node.ToJsonString()}.");

    /// <summary>An object's name.</summary>
    public static string Name(this JsonNode node) => node["metadata"]!.Text("name");

    /// <summary>Whether labels are among those that a selector asks for.</summary>
    public static bool Selects(this JsonNode selector, JsonNode labels) => selector.AsObject().All(pair => labels[pair.Key]?.ToString() == pair.Value!.ToString());
}
