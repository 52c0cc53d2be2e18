using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary>The groups that a data set was drawn from (<c>NAME.labels.i32</c> beside <c>NAME.f32</c>), and how what was found agrees with them. Deletes its temporary file when disposed.</summary>
internal sealed class TableTruth : IDisposable
{
    private readonly int[]? _groups;
    private readonly string _found = Path.Combine(Path.GetTempPath(), $"pipeline-labels-{Guid.NewGuid():N}.i32");

    public TableTruth(FileInfo points)
    {
        FileInfo groups = new(Path.ChangeExtension(points.FullName, ".labels.i32"));
        _groups = groups.Exists ? Labels(groups.FullName) : null;
    }

    /// <summary>What a command that labels points is told: where to write them. Nothing where there are no groups to compare with.</summary>
    public string[] Options => _groups is null ? [] : ["--labels", _found];

    /// <summary>What a program found, in words, and the agreement of the labels that it wrote with the groups, noise being one of them.</summary>
    /// <param name="answer">What it printed.</param>
    public string Describe(JsonObject answer)
    {
        if (answer["subclusters"] is JsonNode subclusters)
        {
            return FormattableString.Invariant($"{subclusters.GetValue<int>():N0} subclusters");
        }

        JsonNode counted = answer["layers"]?.AsArray().First(layer => layer!["chosen"]!.GetValue<bool>()) ?? answer;
        string counts = counted["clusters"] is JsonNode clusters
            ? string.Create(CultureInfo.InvariantCulture, $"{clusters.GetValue<int>()} clusters, {counted["noise"]!.GetValue<int>() / answer["n"]!.GetValue<double>():0.0%} noise")
            : "";
        return counts + Agreement();
    }

    public void Dispose() => File.Delete(_found);

    private static int[] Labels(string file) => MemoryMarshal.Cast<byte, int>(File.ReadAllBytes(file)).ToArray();

    private string Agreement()
    {
        if (_groups is null || !File.Exists(_found))
        {
            return "";
        }

        int[] found = Labels(_found);
        File.Delete(_found);
        return string.Create(CultureInfo.InvariantCulture, $", ARI {PartitionAgreement.AdjustedRandIndex(found, _groups):0.000}");
    }
}
