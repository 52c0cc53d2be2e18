using Microsoft.Extensions.AI;
using Pipeline.Clustering;

namespace Pipeline.Samples.Embeddings;

/// <summary>From texts to named clusters, and to the cluster of a new text after both models were saved and loaded.</summary>
internal static class EmbeddedTexts
{
    public static async Task RunAsync(string[] texts, IEmbeddingGenerator<string, Embedding<float>> embedder)
    {
        // Row by row into one array.
        GeneratedEmbeddings<Embedding<float>> vectors = await embedder.GenerateAsync(texts);
        int dimensions = vectors[0].Vector.Length;
        float[] embeddings = [.. vectors.SelectMany(vector => vector.Vector.ToArray())];

        // Density means little in hundreds of dimensions: lay the texts out in five, then cluster.
        UmapModel layout = Umap.Fit(embeddings, dimensions, new UmapOptions { Components = 5, Neighbors = 10, Metric = DistanceMetric.Cosine });
        HdbscanResult clusters = Hdbscan.Fit(layout.Embedding, dimensions: 5, new HdbscanOptions { MinClusterSize = 8, MinSamples = 3 });

        // What tells a cluster from the others names it.
        foreach ((int label, IReadOnlyList<Keyword> keywords) in ClassTfIdf.Keywords(texts, clusters.Labels).Where(one => one.Key >= 0))
        {
            Console.WriteLine($"{clusters.Labels.Count(l => l == label),4} x {ClusterNames.Compose(keywords)}");
        }

        // Keep both models, and place a new text by them later, perhaps in another program.
        await layout.SaveAsync("layout.safetensors");
        await clusters.ToModel(layout.Embedding).SaveAsync("clusters.safetensors");

        UmapModel place = await UmapModel.LoadAsync("layout.safetensors");
        HdbscanPredictor predictor = await HdbscanPredictor.LoadAsync("clusters.safetensors");
        Embedding<float> asked = await embedder.GenerateAsync("the VPN connection drops when I am at home");
        HdbscanPrediction answer = predictor.Predict(place.Transform(asked.Vector));
        Console.WriteLine($"the new text is of cluster {answer.Labels[0]}, most like '{texts[answer.Neighbors[0]]}'");
    }
}
