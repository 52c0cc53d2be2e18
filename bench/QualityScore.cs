using System.Globalization;
using Pipeline.Clustering;

namespace Pipeline.Bench;

/// <summary>How clusters agree with the true groups.</summary>
/// <param name="Clusters">Clusters found.</param>
/// <param name="Noise">The share of texts in no cluster.</param>
/// <param name="AdjustedRand">Adjusted Rand index over the texts that have a group and are in a cluster.</param>
/// <param name="MutualInformation">Normalised mutual information over all texts; noise is a group, and so are the texts without one.</param>
/// <param name="Purity">The share of the clustered texts that are of their cluster's largest group.</param>
/// <param name="Surplus">The share of clusters whose largest group is that of another one too, but for one of each.</param>
/// <param name="Mixed">The share of clusters whose largest group is less than 60 % of them.</param>
internal sealed record QualityScore(double Clusters, double Noise, double AdjustedRand, double MutualInformation, double Purity, double Surplus, double Mixed)
{
    private const double Largest = 0.6;

    /// <summary>The columns of <see cref="Line"/>.</summary>
    public const string Header = "| | clusters | noise | ARI | NMI | purity | surplus | mixed |\n|---|---|---|---|---|---|---|---|";

    /// <summary>Compares clusters of one or more tech centers with the groups.</summary>
    /// <param name="set">The texts.</param>
    /// <param name="labels">The clusters of each part's texts.</param>
    public static QualityScore Of(QualitySet set, IReadOnlyList<int[]> labels)
    {
        List<int> found = [], truth = [];
        int clustersBefore = 0, groupsBefore = 0;
        foreach ((QualityPart part, int[] own) in set.Parts.Zip(labels))
        {
            found.AddRange(own.Select(label => label < 0 ? -1 : label + clustersBefore));
            truth.AddRange(part.Truth.Select(group => group < 0 ? -1 : group + groupsBefore));
            clustersBefore += own.Max() + 1;
            groupsBefore += part.Truth.Max() + 1;
        }

        int[] clustered = [.. Enumerable.Range(0, found.Count).Where(i => found[i] >= 0)];
        int[] known = [.. clustered.Where(i => truth[i] >= 0)];
        (int Group, int Size, int All)[] leaders = [.. clustered.GroupBy(i => found[i]).Select(cluster =>
        {
            (int group, int size) = cluster.CountBy(i => truth[i]).OrderByDescending(g => g.Value).ThenBy(g => g.Key).First();
            return (group, size, cluster.Count());
        })];
        double count = Math.Max(1, leaders.Length);
        return new QualityScore(
            leaders.Length,
            1 - ((double)clustered.Length / found.Count),
            PartitionAgreement.AdjustedRandIndex([.. known.Select(i => truth[i])], [.. known.Select(i => found[i])]),
            PartitionAgreement.NormalizedMutualInformation([.. truth], [.. found]),
            leaders.Sum(l => l.Size) / (double)Math.Max(1, clustered.Length),
            (leaders.Length - leaders.Select(l => l.Group).Distinct().Count()) / count,
            leaders.Count(l => l.Size < Largest * l.All) / count);
    }

    /// <summary>A row of a table: mean and standard deviation over runs.</summary>
    public static string Line(string name, IReadOnlyList<QualityScore> runs)
    {
        return $"| {name} | {Cell(r => r.Clusters, "0", 1)} | {Cell(r => r.Noise, "0.0", 100)} % | {Cell(r => r.AdjustedRand, "0.000", 1)} | {Cell(r => r.MutualInformation, "0.000", 1)} | {Cell(r => r.Purity, "0.000", 1)} | {Cell(r => r.Surplus, "0.0", 100)} % | {Cell(r => r.Mixed, "0.0", 100)} % |";

        string Cell(Func<QualityScore, double> value, string format, double scale)
        {
            double mean = runs.Average(value);
            double spread = runs.Count < 2 ? 0 : Math.Sqrt(runs.Sum(r => Math.Pow(value(r) - mean, 2)) / (runs.Count - 1));
            return $"{(scale * mean).ToString(format, CultureInfo.InvariantCulture)} ± {(scale * spread).ToString(format, CultureInfo.InvariantCulture)}";
        }
    }
}
