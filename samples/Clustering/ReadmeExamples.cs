using Pipeline.Clustering;

namespace Pipeline.Samples.Clustering;

/// <summary>The examples of the package's README, as they stand there.</summary>
internal static class ReadmeExamples
{
    public static async Task RunAsync()
    {
        // 600 points in the plane: two groups and some noise, row by row.
        Random random = new(1);
        float[] points = [.. Enumerable.Range(0, 600).SelectMany(i => (i % 6) switch
        {
            < 3 => new[] { random.NextSingle(), random.NextSingle() },
            < 5 => [5 + random.NextSingle() * 2, 5 + random.NextSingle() * 2],
            _ => [random.NextSingle() * 20 - 10, random.NextSingle() * 20 - 10],
        })];

        HdbscanResult clusters = Hdbscan.Fit(points, dimensions: 2, new HdbscanOptions { MinClusterSize = 50, MinSamples = 5 });
        Console.WriteLine($"{clusters.ClusterCount} clusters, {clusters.Labels.Count(label => label < 0)} points of noise");

        // New points, without a new fit.
        HdbscanPredictor predictor = new(clusters.ToModel(points));
        HdbscanPrediction answer = predictor.Predict(new float[] { 0.5f, 0.5f, 6, 6 });
        Console.WriteLine($"clusters {answer.Labels[0]} and {answer.Labels[1]}");

        SoftMembership(predictor);
        await SaveAsync(clusters, points);
        await LayOutAsync();
    }

    private static void SoftMembership(HdbscanPredictor predictor)
    {
        // How much each of two new points belongs to each cluster: one row a point, one column a cluster. A row sums to the probability of belonging to any.
        double[,] memberships = predictor.MembershipVectors(new float[] { 0.5f, 0.5f, 3, 3 });
        Console.WriteLine($"the second point is of cluster 0 by {memberships[1, 0]:0.00} and of cluster 1 by {memberships[1, 1]:0.00}");

        // The same of the points of the fit, a block at a time: a million points need no matrix of a million rows.
        double largest = predictor.StreamAllPointsMembership(rowsPerBlock: 100).Max(block => block.Row(0)[0]);
        Console.WriteLine($"the first points of the blocks are of cluster 0 by {largest:0.00} at the most");
    }

    private static async Task SaveAsync(HdbscanResult clusters, float[] points)
    {
        // One safetensors file, which Python opens as well. It is written whole or not at all.
        await clusters.ToModel(points).SaveAsync("clusters.safetensors");

        // Bit for bit what was saved; a damaged file, another kind of model and one of a newer library are refused with an InvalidDataException that says so.
        HdbscanPredictor loaded = await HdbscanPredictor.LoadAsync("clusters.safetensors");
        Console.WriteLine($"loaded: cluster {loaded.Predict(new float[] { 6, 6 }).Labels[0]}");
    }

    private static async Task LayOutAsync()
    {
        // 300 points of 50 dimensions in three groups.
        Random random = new(2);
        float[] wide = [.. Enumerable.Range(0, 300 * 50).Select(i => random.NextSingle() + (i / 50 % 3 == i % 3 ? 2 : 0))];

        // Laid out in two dimensions, for a map; five suit clustering better.
        UmapModel layout = Umap.Fit(wide, dimensions: 50, new UmapOptions { Components = 2, Metric = DistanceMetric.Euclidean });
        Console.WriteLine($"point 0 lies at ({layout.Embedding[0]:0.0}, {layout.Embedding[1]:0.0}); trustworthiness {Trustworthiness.Compute(wide, 50, layout.Embedding, 2):0.00}");

        // New points find their places among the others, which stay where they are.
        await layout.SaveAsync("layout.safetensors");
        UmapModel map = await UmapModel.LoadAsync("layout.safetensors");
        float[] placed = map.Transform(wide.AsMemory(0, 50));
        Console.WriteLine($"its copy is placed at ({placed[0]:0.0}, {placed[1]:0.0})");
    }
}
