using System.Numerics.Tensors;
using Pipeline.Adapters.Local;
using Pipeline.Clustering;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary>How the clusters of an embedder's vectors agree with the true groups, over the seeds of a training.</summary>
/// <param name="Runs">One result per seed.</param>
/// <param name="Neighbors">The share of the five nearest reduced vectors that are of a text's own group, 0 to 1: what clusters are made from, without the choices of clustering.</param>
/// <param name="EmbedSeconds">Processor seconds of embedding each different text once.</param>
/// <param name="Background">The background likeness of the reduced vectors of the largest tech center.</param>
internal sealed record EmbedderMeasurement(IReadOnlyList<QualityResult> Runs, double Neighbors, double EmbedSeconds, BackgroundLikeness Background)
{
    private const int Nearest = 5;
    private const int MostQueries = 2_000;

    /// <summary>Embeds and clusters a set as a training does, once with each seed.</summary>
    public static async Task<EmbedderMeasurement> RunAsync(LocalEmbedder embedder, EmbedderSet set, TrainingOptions options, IReadOnlyList<int> seeds, CancellationToken cancellationToken)
    {
        List<Part> parts = [];
        TimeSpan before = Environment.CpuUsage.TotalTime;
        foreach (IReadOnlyList<(string Text, string? Truth)> rows in set.Parts)
        {
            string[] texts = [.. rows.Select(r => r.Text).Distinct(StringComparer.Ordinal)];
            Dictionary<string, ReadOnlyMemory<float>> vectors = texts.Zip(await embedder.GenerateAsync(texts, options: null, cancellationToken)).ToDictionary(p => p.First, p => p.Second.Vector, StringComparer.Ordinal);
            parts.Add(new Part(EmbeddingMatrix.Of([.. rows.Select(r => vectors[r.Text])]), [.. rows.Select(r => r.Text)], [.. rows.Select(r => r.Truth)]));
        }

        double embedding = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        (int same, int asked) = (0, 0);
        BackgroundLikeness background = new(0, 0);
        foreach (Part part in parts.OrderBy(part => part.Truth.Length))
        {
            EmbeddingReduction reduction = EmbeddingReduction.Fit(part.Embeddings, part.Dimensions, options.Resolve(part.Truth.Length), options.MaxDegreeOfParallelism, cancellationToken);
            float[] reduced = reduction.Transform(part.Embeddings, options.MaxDegreeOfParallelism);
            background = BackgroundLikeness.Measure(reduced, reduction.Dimensions, part.Hashes, options.Seed);
            (int partSame, int partAsked) = CountNeighbors(part, reduced, reduction.Dimensions);
            (same, asked) = (same + partSame, asked + partAsked);
        }

        return new EmbedderMeasurement([.. seeds.Select(seed => Cluster(parts, options with { Seed = seed }, cancellationToken))], (double)same / asked, embedding, background);
    }

    /// <summary>Clusters every tech center; texts of no group count for the noise share only.</summary>
    private static QualityResult Cluster(IReadOnlyList<Part> parts, TrainingOptions options, CancellationToken cancellationToken)
    {
        List<int> found = [];
        List<int> truth = [];
        Dictionary<string, int> groups = new(StringComparer.Ordinal);
        (int clusters, int texts, int noise) = (0, 0, 0);
        foreach ((int number, Part part) in parts.Index())
        {
            ClusteredIncidents clustered = IncidentClustering.Cluster(part.Embeddings, part.Dimensions, part.Hashes, options.Resolve(part.Truth.Length), options.MaxDegreeOfParallelism, cancellationToken: cancellationToken);
            for (int row = 0; row < part.Truth.Length; row++)
            {
                int label = clustered.Labels[row];
                noise += label < 0 ? 1 : 0;
                if (part.Truth[row] is { } name)
                {
                    string group = $"{number} {name}";
                    truth.Add(groups.TryGetValue(group, out int id) ? id : groups[group] = groups.Count);
                    found.Add(label < 0 ? -1 : clusters + label);
                }
            }

            texts += part.Truth.Length;
            clusters += clustered.Persistence.Length;
        }

        int[] kept = [.. Enumerable.Range(0, found.Count).Where(i => found[i] >= 0)];
        return new QualityResult(
            texts,
            found.Where(label => label >= 0).Distinct().Count(),
            (double)noise / texts,
            PartitionAgreement.AdjustedRandIndex([.. kept.Select(i => truth[i])], [.. kept.Select(i => found[i])]),
            PartitionAgreement.NormalizedMutualInformation([.. truth], [.. found]),
            0);
    }

    private static (int Same, int Asked) CountNeighbors(Part part, float[] reduced, int dimensions)
    {
        int step = Math.Max(1, part.Truth.Length / MostQueries);
        int[] queries = [.. Enumerable.Range(0, part.Truth.Length).Where(i => i % step == 0 && part.Truth[i] is not null)];
        int[] same = new int[queries.Length];
        Parallel.For(0, queries.Length, q =>
        {
            int query = queries[q];
            IEnumerable<int> nearest = Enumerable.Range(0, part.Truth.Length)
                .Where(other => !string.Equals(part.Hashes[other], part.Hashes[query], StringComparison.Ordinal))
                .OrderByDescending(other => TensorPrimitives.Dot<float>(Row(query), Row(other)))
                .Take(Nearest);
            same[q] = nearest.Count(other => string.Equals(part.Truth[other], part.Truth[query], StringComparison.Ordinal));
        });
        return (same.Sum(), queries.Length * Nearest);

        ReadOnlySpan<float> Row(int row) => reduced.AsSpan(row * dimensions, dimensions);
    }

    /// <summary>The texts of a tech center.</summary>
    private sealed record Part(float[] Embeddings, string[] Hashes, string?[] Truth)
    {
        public int Dimensions => Embeddings.Length / Truth.Length;
    }
}
