using Pipeline.Clustering;
using Pipeline.Samples.Clustering;

// 2,000 points in two dimensions: a tight group, a wide one, a ring around both, and some noise.
Random random = new(42);
float[] points = [.. Enumerable.Range(0, 2000).SelectMany(i => (i % 10) switch
{
    < 4 => new[] { 2 + Normal() * 0.1f, 2 + Normal() * 0.1f },
    < 7 => [-3 + Normal() * 0.6f, Normal() * 0.6f],
    < 9 => [8 * MathF.Cos(i) + Normal() * 0.2f, 8 * MathF.Sin(i) + Normal() * 0.2f],
    _ => [random.NextSingle() * 24 - 12, random.NextSingle() * 24 - 12],
})];

HdbscanResult clusters = Hdbscan.Fit(points, dimensions: 2, new HdbscanOptions { MinClusterSize = 50, MinSamples = 5 });
foreach (IGrouping<int, int> members in Enumerable.Range(0, 2000).GroupBy(i => clusters.Labels[i]).OrderBy(group => group.Key))
{
    Console.WriteLine($"{(members.Key < 0 ? "noise" : $"cluster {members.Key}"),-10}{members.Count(),5} points, probability {members.Average(i => clusters.Probabilities[i]):0.00}");
}

// New points are assigned without fitting again.
HdbscanPrediction answer = new HdbscanPredictor(clusters.ToModel(points)).Predict(new float[] { 2, 2.1f, 0, -8, 5, 5 });
Console.WriteLine($"new points: clusters {string.Join(", ", answer.Labels)} with strengths {string.Join(", ", answer.Strengths.Select(s => $"{s:0.00}"))}");

// Between two fits a stream is summed up in subclusters, here with weights that halve every 1,000 points.
Birch stream = new(dimensions: 2, new BirchOptions { Threshold = 0.5, HalfLife = 1000, MinimumWeight = 0.5 });
stream.InsertMany(points, times: Enumerable.Range(0, 2000).Select(i => (double)i).ToArray());
BirchSubclusters now = stream.Subclusters();
Console.WriteLine($"stream: {now.Count} subclusters hold a weight of {now.Weights.Sum():0}; the heaviest is at ({string.Join(", ", now.CentroidOf(now.Weights.IndexOf(now.Weights.Max())).ToArray())})");

// And what the package's README shows.
await ReadmeExamples.RunAsync();

float Normal() => MathF.Sqrt(-2 * MathF.Log(1 - random.NextSingle())) * MathF.Cos(2 * MathF.PI * random.NextSingle());
