using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using Pipeline.TestSupport;

namespace Pipeline.Infra.Tests.Support;

/// <summary>The schemas of the folder <c>Schemas</c> and of the shared files, and what does not fit them.</summary>
internal static class SchemaFile
{
    // Of a choice among many, each says why it is not the one; what lies deepest tells most and comes first.
    private const int MostErrors = 20;

    private static readonly ConcurrentDictionary<string, Lazy<JsonSchema>> Schemas = new(StringComparer.Ordinal);

    /// <summary>A schema of the tests' own folder.</summary>
    public static JsonSchema Own(string name) => Read(PathOf(name));

    /// <summary>The path of a schema of the tests' own folder.</summary>
    public static string PathOf(string name) => Path.Combine(SharedFiles.RepositoryRoot, "tests", "Infra.Tests", "Schemas", name);

    /// <summary>A schema among the shared files.</summary>
    public static JsonSchema Shared(string name) => Read(SharedFiles.Require($"schemas/{name}"));

    /// <summary>Fails with what of <paramref name="instance"/> does not fit.</summary>
    public static void Validate(JsonNode instance, JsonSchema schema, string? what = null)
    {
        using JsonDocument document = JsonDocument.Parse(instance.ToJsonString());
        EvaluationResults results = schema.Evaluate(document.RootElement, new EvaluationOptions { OutputFormat = OutputFormat.List });
        string[] errors = [.. (results.Details ?? []).Append(results).Where(detail => !detail.IsValid && detail.Errors is not null)
            .OrderByDescending(detail => detail.InstanceLocation.ToString().Length)
            .SelectMany(detail => detail.Errors!.Select(error => $"{detail.InstanceLocation}: {error.Value} ({detail.EvaluationPath})"))];
        results.IsValid.ShouldBeTrue($"{what}\n{string.Join('\n', errors.Take(MostErrors))}");
    }

    // A schema is registered when it is read, which is possible once.
    private static JsonSchema Read(string path) => Schemas.GetOrAdd(path, static file => new Lazy<JsonSchema>(() => JsonSchema.FromFile(file))).Value;
}
