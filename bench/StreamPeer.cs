using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Pipeline.Clustering;
using Pipeline.Streams;

namespace Pipeline.Bench;

/// <summary>The clustering alone, on the first items of a load: the stream's BIRCH, and scikit-learn's <c>partial_fit</c> on the same vectors in batches of the same size.</summary>
internal static class StreamPeer
{
    private const int MostItems = 100_000;
    private const double PeerSeconds = 1_800;

    public static async Task RunAsync(string folder, int items, int together, int topics, int dimensions, StreamConfig config, string? python, CancellationToken cancellationToken)
    {
        using TopicVectors embedder = new(topics, dimensions);
        int count = Math.Min(items, MostItems);
        float[] vectors = [.. (await embedder.GenerateAsync(Enumerable.Range(0, count).Select(embedder.TextOf), cancellationToken: cancellationToken)).SelectMany(v => Unit(v))];
        Insert(vectors.AsSpan(0, Math.Min(count, WarmUp.Count) * dimensions), dimensions, config);
        (Birch birch, Stopclock took) = Stopclock.Time(() => Insert(vectors, dimensions, config));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"BIRCH alone, {count} x {dimensions}: processor {took.CpuSeconds:0.00} s, {birch.Subclusters().Count} subclusters."));
        if (python is null)
        {
            return;
        }

        FileInfo file = new(Path.Combine(folder, "vectors.f32"));
        PointsFile.Write<float>(file, vectors);
        string[] options = ["--threshold", Math.Sqrt(1 - config.SimilarityThreshold).ToString("R", CultureInfo.InvariantCulture), "--batch", together.ToString(CultureInfo.InvariantCulture), "--repeats", "1"];
        (JsonObject? answer, string? failure) = await ChildProcess.RunPeerAsync(python, "birch-stream", file, dimensions, options, PeerSeconds, cancellationToken);
        Console.WriteLine(answer is null
            ? $"scikit-learn: {failure}"
            : string.Create(CultureInfo.InvariantCulture, $"scikit-learn's Birch.partial_fit, batches of {together}: processor {answer["cpuSeconds"]!.GetValue<double>():0.00} s, {answer["subclusters"]} subclusters."));
    }

    private static float[] Unit(Embedding<float> vector)
    {
        float norm = MathF.Sqrt(vector.Vector.ToArray().Sum(v => v * v));
        return [.. vector.Vector.ToArray().Select(v => v / norm)];
    }

    // One by one, as a stream inserts them, and without decay, which the peer does not know.
    private static Birch Insert(ReadOnlySpan<float> vectors, int dimensions, StreamConfig config)
    {
        Birch birch = new(dimensions, new BirchOptions { Threshold = Math.Sqrt(1 - config.SimilarityThreshold), BranchingFactor = config.BranchingFactor, DistanceFactor = Math.Sqrt(2) });
        for (int at = 0; at < vectors.Length; at += dimensions)
        {
            birch.Insert(vectors.Slice(at, dimensions));
        }

        return birch;
    }
}
