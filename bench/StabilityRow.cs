using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary>The clusters of the same texts under several seeds.</summary>
/// <param name="Texts">How many texts.</param>
/// <param name="Noise">The noise share under each seed, 0 to 1.</param>
/// <param name="Clusters">The number of clusters under each seed.</param>
/// <param name="Agreement">The mean adjusted Rand index between two seeds' clusters, noise as a group.</param>
internal sealed record StabilityRow(int Texts, double[] Noise, int[] Clusters, double Agreement)
{
    /// <summary>The largest less the smallest noise share.</summary>
    public double Spread => Noise.Max() - Noise.Min();

    /// <summary>The fewest clusters over the median.</summary>
    public double LeastPart => (double)Clusters.Min() / Clusters.Order().ElementAt(Clusters.Length / 2);

    /// <summary>One line for people.</summary>
    public string Line => string.Create(CultureInfo.InvariantCulture, $"{Texts} texts: noise {Noise.Min():P1} to {Noise.Max():P1}, mean {Noise.Average():P1}; clusters {Clusters.Min()} to {Clusters.Max()}; ARI between seeds {Agreement:0.000}");

    /// <summary>Clusters texts with seeds 1, 2, ...</summary>
    public static StabilityRow Measure(QualityPart part, int seeds, CancellationToken cancellationToken)
    {
        int[][] labels = [.. Enumerable.Range(1, seeds).Select(seed => IncidentClustering.Cluster(
            part.Embeddings, part.Dimensions, part.Texts, new TrainingOptions { Seed = seed }.Resolve(part.Count), maxDegreeOfParallelism: null, cancellationToken: cancellationToken).Labels)];
        double[] agreements = [.. labels.SelectMany((one, at) => labels.Skip(at + 1).Select(other => PartitionAgreement.AdjustedRandIndex(one, other)))];
        return new StabilityRow(
            part.Count,
            [.. labels.Select(l => (double)l.Count(c => c < 0) / part.Count)],
            [.. labels.Select(l => l.Where(c => c >= 0).Distinct().Count())],
            agreements.DefaultIfEmpty(1).Average());
    }
}
