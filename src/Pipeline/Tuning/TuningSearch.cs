using System.Globalization;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Tuning;

/// <summary>What a tuning tries: every combination of some values, or a number of them drawn at random.</summary>
public sealed record TuningSearch
{
    /// <summary>The most trials of one tuning.</summary>
    public const int Most = 500;

    /// <summary>The algorithms; all where none is named.</summary>
    public IReadOnlyList<ClusteringAlgorithm> Algorithms { get; init; } = Enum.GetValues<ClusteringAlgorithm>();

    /// <summary>The smallest clusters, each at least 2; half, once and twice that of the settings where none is named.</summary>
    public IReadOnlyList<int> MinClusterSizes { get; init; } = [];

    /// <summary>The neighbours of a core distance, each at least 1; that of the settings where none is named.</summary>
    public IReadOnlyList<int> MinSamples { get; init; } = [];

    /// <summary>The neighbours of the graph, 2 to 200; those of the settings and twice as many where none is named.</summary>
    public IReadOnlyList<int> Neighbors { get; init; } = [];

    /// <summary>The dimensions of the principal component analysis, 2 to 1,024; those of the settings where none is named.</summary>
    public IReadOnlyList<int> Dimensions { get; init; } = [];

    /// <summary>How many combinations are drawn, 1 to 500; null for all.</summary>
    public int? Random { get; init; }

    /// <summary>Fixes what is drawn.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>The combinations, of which the first is what holds now.</summary>
    /// <param name="options">What holds now.</param>
    /// <param name="dataset">The data set of the tech center.</param>
    /// <param name="incidents">The incidents of the window.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range, or there are too many combinations.</exception>
    public IReadOnlyList<TunedParameters> Combine(TrainingOptions options, Datasets.Dataset dataset, int incidents)
    {
        ArgumentNullException.ThrowIfNull(options);
        TrainingParameters now = WindowIncidents.Resolve(options, dataset, incidents);
        int[] sizes = MinClusterSizes.Count > 0 ? [.. MinClusterSizes] : [.. new[] { Math.Max(2, now.MinClusterSize / 2), now.MinClusterSize, 2 * now.MinClusterSize }.Distinct()];
        int[] neighbors = Neighbors.Count > 0 ? [.. Neighbors] : [now.Neighbors, Math.Min(200, 2 * now.Neighbors)];
        List<TunedParameters> all =
        [
            .. from algorithm in Algorithms
               from size in sizes
               from samples in MinSamples.Count > 0 ? MinSamples.Select(s => (int?)s) : [null]
               from near in neighbors
               from dimensions in Dimensions.Count > 0 ? Dimensions.Select(d => (int?)d) : [null]
               select new TunedParameters(algorithm, size, samples, near, dimensions),
        ];
        foreach (TunedParameters each in all)
        {
            each.Over(options).Validate();
        }

        if (Random is int drawn)
        {
            SettingRange.Require(drawn, 1, Most, "--random");
            TunedParameters[] shuffled = [.. all];
            new Random(Seed).Shuffle(shuffled);
            all = [.. shuffled.Take(drawn)];
        }

        // What resolves to the same is tried once.
        TunedParameters[] different = [.. all.Prepend(new TunedParameters()).DistinctBy(p => WindowIncidents.Resolve(p.Over(options), dataset, incidents))];
        return different.Length - 1 <= Most ? different
            : throw new ArgumentOutOfRangeException(nameof(dataset), string.Create(CultureInfo.InvariantCulture, $"There are {different.Length - 1} combinations; {Most} may be tried. Name fewer values, or draw some with --random."));
    }
}
