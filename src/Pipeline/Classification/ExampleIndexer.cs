using Microsoft.Extensions.AI;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Classification;

/// <summary>Makes the index of a version's examples. Their embeddings are mostly in the warehouse already; only the others are paid for.</summary>
public sealed class ExampleIndexer(IPreprocessedIncidents preprocessed, IEmbeddingGenerator<string, Embedding<float>> embedder)
{
    /// <summary>Makes the index.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read.</exception>
    public async Task<ExampleIndex> BuildAsync(ModelManifest manifest, ModelClusters clusters, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(clusters);
        IReadOnlyDictionary<int, ModelProblem> problems = clusters.ProblemsByCluster();
        (ModelCluster Cluster, string Text, string Hash)[] examples = [.. clusters.Clusters.SelectMany(c => c.Examples.Select(text => (c, text, TextHash.Of(text))))];
        if (manifest.Records is { } mix)
        {
            RecordEncoder encoder = new(mix);
            return new ExampleIndex([.. examples.Select(e => (problems[e.Cluster.Id], e.Cluster, e.Text))], [.. examples.Select(e => (ReadOnlyMemory<float>)encoder.Encode([e.Text]))]);
        }

        string[] hashes = [.. examples.Select(e => e.Hash).Distinct(StringComparer.Ordinal)];
        Dictionary<string, ReadOnlyMemory<float>> embeddings = new(await preprocessed.FindEmbeddingsAsync(manifest.Embedder, hashes, cancellationToken), StringComparer.Ordinal);

        (string Text, string Hash)[] missing = [.. examples.Where(e => !embeddings.ContainsKey(e.Hash)).Select(e => (e.Text, e.Hash)).DistinctBy(e => e.Hash, StringComparer.Ordinal)];
        if (missing.Length > 0)
        {
            GeneratedEmbeddings<Embedding<float>> made = await embedder.GenerateAsync(missing.Select(m => m.Text), cancellationToken: cancellationToken);
            foreach ((string hash, Embedding<float> embedding) in missing.Select(m => m.Hash).Zip(made))
            {
                embeddings.Add(hash, embedding.Vector);
            }
        }

        return new ExampleIndex([.. examples.Select(e => (problems[e.Cluster.Id], e.Cluster, e.Text))], [.. examples.Select(e => embeddings[e.Hash])]);
    }
}
