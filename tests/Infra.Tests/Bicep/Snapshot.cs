using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Bicep;

/// <summary>What a deployment would make, as the compiler evaluated it; <see cref="TemplateTests"/> holds the files against the templates.</summary>
internal sealed partial class Snapshot
{
    private const string Assignments = "Microsoft.Authorization/roleAssignments";

    private readonly JsonElement _root;

    private Snapshot(JsonElement root) => _root = root;

    /// <summary>The names of all snapshots of main.bicep: the environments, and the one with every option.</summary>
    public static string[] All { get; } = ["dev", "test", "prod", "main", "everything"];

    /// <summary>The resources.</summary>
    public IEnumerable<JsonElement> Resources => _root.GetProperty("predictedResources").EnumerateArray();

    /// <summary>The outputs.</summary>
    public JsonElement Outputs => _root.GetProperty("outputs");

    /// <summary>Reads one by its name.</summary>
    public static Snapshot Read(string name)
    {
        string folder = name is "everything" or "events" or "standby" ? Path.Combine(SharedFiles.RepositoryRoot, "tests", "Infra.Tests") : BicepCompiler.Templates;
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, $"{name}.snapshot.json")));
        return new Snapshot(document.RootElement.Clone());
    }

    /// <summary>Who gets which role on what. Names are without the part that differs from deployment to deployment.</summary>
    public IEnumerable<(string Principal, string Role, string Scope)> RoleAssignments() =>
        from resource in Resources
        where resource.GetProperty("type").GetString() is Assignments
        let properties = resource.GetProperty("properties")
        select (Name(properties.GetProperty("principalId").GetString()!), properties.GetProperty("roleDefinitionId").GetString()!.Split('/')[^1], Scope(resource.GetProperty("id").GetString()!));

    // The id is '/SCOPE/providers/Microsoft.Authorization/roleAssignments/NAME', or the call that will make it: [extensionResourceId('/SCOPE', 'Microsoft.Authorization/roleAssignments', ...)].
    private static string Scope(string id)
    {
        string scope = id.StartsWith('[') ? id.Split('\'')[1] : id[..id.IndexOf($"/providers/{Assignments}", StringComparison.Ordinal)];
        int provider = scope.IndexOf("/providers/", StringComparison.Ordinal);
        return provider < 0 ? scope : Token().Replace(scope[(provider + "/providers/".Length)..], "");
    }

    // A principal that does not exist yet is a call: [reference('/subscriptions/.../id-pipeline-TOKEN', ...).principalId].
    private static string Name(string principal) => principal.StartsWith('[') ? Token().Replace(principal.Split('\'')[1].Split('/')[^1], "").TrimEnd('-') : principal;

    [GeneratedRegex("-?[a-z0-9]{13}(?=/|$)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Token();
}
