using System.CommandLine;
using System.Globalization;
using System.Numerics.Tensors;
using Microsoft.Extensions.AI;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Demo;
using Pipeline.Search;

namespace Pipeline.Bench;

/// <summary><c>search-rounding</c>: what is lost where incidents are ranked by vectors of a byte a coordinate alone, as a warehouse in BigQuery does.</summary>
internal static class SearchRoundingCommand
{
    private const int Topics = 400;
    private const float Noise = 0.6f;
    private const double Slack = 1e-6;

    private static readonly int[] Depths = [20, 200];

    public static Command Create()
    {
        Option<int> incidents = new("--incidents") { Description = "Vectors of each set.", DefaultValueFactory = _ => 20_000 };
        Option<int> searches = new("--searches") { Description = "Searches of each seed.", DefaultValueFactory = _ => 50 };
        Option<int> seeds = new("--seeds") { Description = "How many seeds: of the vectors that are made, and of what is looked for.", DefaultValueFactory = _ => 5 };
        Command command = new("search-rounding", "Recall of the nearest by vectors of a byte a coordinate, and the largest error of a cosine, over made vectors and the demo's.") { incidents, searches, seeds };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            int count = parsed.GetValue(incidents);
            using HybridEmbedder embedder = new();
            string[] texts = [.. DemoIncidents.Generate(count).Select(incident => string.Join('\n', incident.Texts))];
            float[][] demo = [.. (await embedder.GenerateAsync(texts, cancellationToken: cancellationToken)).Select(e => e.Vector.ToArray())];
            Report($"the demo's, {demo[0].Length} coordinates", _ => demo, parsed.GetValue(searches), parsed.GetValue(seeds));
            Report("made, 256 coordinates", seed => Made(count, 256, seed), parsed.GetValue(searches), parsed.GetValue(seeds));
            Report("made, 1536 coordinates", seed => Made(count, 1_536, seed), parsed.GetValue(searches), parsed.GetValue(seeds));
        });
        return command;
    }

    private static void Report(string name, Func<int, float[][]> vectorsOf, int searches, int seeds)
    {
        double[][] recalls = new double[seeds][];
        double error = 0;
        for (int seed = 0; seed < seeds; seed++)
        {
            (recalls[seed], double largest) = Measure(vectorsOf(seed), searches, seed);
            error = Math.Max(error, largest);
        }

        foreach ((int place, int depth) in Depths.Index())
        {
            double[] values = [.. recalls.Select(r => r[place])];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: recall of the nearest {depth} {values.Average():0.0000}, {values.Min():0.0000} to {values.Max():0.0000} over {seeds} seeds of {searches} searches"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: a cosine is wrong by {error:0.00000} at most"));
    }

    private static (double[] Recalls, double Error) Measure(float[][] vectors, int searches, int seed)
    {
        sbyte[][] codes = [.. vectors.Select(vector =>
        {
            sbyte[] rounded = new sbyte[vector.Length];
            VectorCodes.Encode(vector, rounded);
            return rounded;
        })];
        Random random = new(seed);
        double[] found = new double[Depths.Length];
        double error = 0;
        float[] exact = new float[vectors.Length], rounded = new float[vectors.Length];
        for (int search = 0; search < searches; search++)
        {
            float[] query = Near(vectors[random.Next(vectors.Length)], vectors[random.Next(vectors.Length)]);
            Parallel.For(0, vectors.Length, i =>
            {
                exact[i] = TensorPrimitives.CosineSimilarity(query, vectors[i]);
                rounded[i] = Cosine(query, codes[i]);
            });
            error = Math.Max(error, exact.Zip(rounded).Max(pair => Math.Abs(pair.First - pair.Second)));
            int[] order = [.. Enumerable.Range(0, vectors.Length).OrderByDescending(i => rounded[i])];
            float[] best = [.. exact.OrderDescending().Take(Depths[^1])];
            foreach ((int place, int depth) in Depths.Index())
            {
                found[place] += order.Take(depth).Count(i => exact[i] >= best[depth - 1] - Slack) / (double)depth;
            }
        }

        return ([.. found.Select(f => f / searches)], error);
    }

    // What is looked for is like an incident, and is none.
    private static float[] Near(float[] one, float[] other) => [.. one.Zip(other, (a, b) => a + (0.3f * b))];

    private static float Cosine(float[] query, sbyte[] codes)
    {
        float[] wide = Array.ConvertAll(codes, code => (float)code);
        return TensorPrimitives.CosineSimilarity(query, wide);
    }

    private static float[][] Made(int count, int dimensions, int seed)
    {
        Random random = new(seed);
        float[][] topics = [.. Enumerable.Range(0, Topics).Select(_ => Vector())];
        return [.. Enumerable.Range(0, count).Select(i => topics[i % Topics].Zip(Vector(), (t, n) => t + (Noise * n)).ToArray())];

        float[] Vector() => [.. Enumerable.Range(0, dimensions).Select(_ => random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f)];
    }
}
