using System.Text.Json;
using Pipeline.TestSupport;

namespace Pipeline.Clustering.Tests;

/// <summary>Lists the configurations of the reference outputs from their manifests; nothing where the folder is missing.</summary>
internal static class GoldenCases
{
    private static readonly Lazy<GoldenCase[]> Loaded = new(() => [.. Load()]);

    public static GoldenCase[] All => Loaded.Value;

    /// <summary>One row per folder of spanning trees.</summary>
    public static IEnumerable<object[]> Samples => Rows(c => c.Samples);

    /// <summary>One row per folder of condensed trees.</summary>
    public static IEnumerable<object[]> Trees => Rows(c => c.Tree);

    /// <summary>One row per folder of flat clusters.</summary>
    public static IEnumerable<object[]> Flats => Rows(c => c.Flat);

    /// <summary>One row per folder that holds predictions.</summary>
    public static IEnumerable<object[]> Predictions => Rows(c => c.Flat, c => !c.Cosine);

    /// <summary>One row per folder that holds membership vectors.</summary>
    public static IEnumerable<object[]> Memberships => Rows(c => c.Flat, c => c.HasMembership);

    /// <summary>A case of a row; ends the test as inconclusive where the reference outputs are missing.</summary>
    public static GoldenCase Of(string folder)
    {
        SharedFiles.Require("golden/datasets.json");
        return All.First(c => new[] { c.Samples, c.Tree, c.Flat }.Contains(folder, StringComparer.Ordinal));
    }

    private static IEnumerable<object[]> Rows(Func<GoldenCase, string> folder, Func<GoldenCase, bool>? where = null) =>
        All.Where(where ?? (_ => true)).Select(folder).Distinct(StringComparer.Ordinal).DefaultIfEmpty("missing").Select(name => new object[] { name });

    private static IEnumerable<GoldenCase> Load()
    {
        string root = Path.Combine(SharedFiles.RepositoryRoot, "..", "shared", "golden");
        if (!File.Exists(Path.Combine(root, "datasets.json")))
        {
            yield break;
        }

        foreach (string set in JsonSerializer.Deserialize<string[]>(File.ReadAllText(Path.Combine(root, "datasets.json")))!)
        {
            using JsonDocument manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(root, set, "manifest.json")));
            int dimensions = manifest.RootElement.GetProperty("d").GetInt32();
            foreach (JsonProperty variant in manifest.RootElement.GetProperty("variants").EnumerateObject())
            {
                foreach (JsonElement config in variant.Value.GetProperty("configs").EnumerateArray())
                {
                    yield return Read(set, variant.Name, dimensions, config);
                }
            }
        }
    }

    private static GoldenCase Read(string set, string variant, int dimensions, JsonElement config)
    {
        HdbscanOptions options = new()
        {
            MinClusterSize = config.GetProperty("min_cluster_size").GetInt32(),
            MinSamples = config.GetProperty("min_samples").GetInt32(),
            SelectionMethod = config.GetProperty("cluster_selection_method").GetString() is "leaf" ? ClusterSelectionMethod.Leaf : ClusterSelectionMethod.ExcessOfMass,
            ClusterSelectionEpsilon = config.GetProperty("cluster_selection_epsilon").GetDouble(),
            AllowSingleCluster = config.GetProperty("allow_single_cluster").GetBoolean(),
            Metric = variant is "generic_cosine" ? DistanceMetric.Cosine : DistanceMetric.Euclidean,
        };
        int[]? selected = config.TryGetProperty("selected_condensed_ids", out JsonElement ids) ? [.. ids.EnumerateArray().Select(id => id.GetInt32())] : null;
        return new GoldenCase(set, variant, dimensions, config.GetProperty("dir").GetString()!, options, selected, config.TryGetProperty("membership_columns", out _), config.TryGetProperty("predict_quirk_differs", out JsonElement quirk) && quirk.GetBoolean());
    }
}
