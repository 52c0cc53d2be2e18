using System.Globalization;
using Pipeline.Clustering;
using Pipeline.Requests;

namespace Pipeline.Streams;

/// <summary>How a stream clusters, what it keeps, and what it tells. A change holds from the next item on.</summary>
public sealed record StreamConfig
{
    /// <summary>
    /// How alike the items of a cluster are: an item joins one when its cosine with the mean of a tight cluster is at least this, and the mean cosine of the cluster's items with one another stays
    /// at or above it. 0 to 1.
    /// </summary>
    public double SimilarityThreshold { get; init; } = 0.8;

    /// <summary>The most entries of a node of the clustering features' tree, 2 to 1,000.</summary>
    public int BranchingFactor { get; init; } = 50;

    /// <summary>The time in which an item's weight falls to half, in hours, 0.01 to 100,000.</summary>
    public double HalfLifeHours { get; init; } = 24;

    /// <summary>Items older than this are dropped, and clusters to which nothing has come for so long are not shown any more; hours, 0.01 to 100,000.</summary>
    public double ExpiryHours { get; init; } = 24;

    /// <summary>The most clusters, 1 to 100,000: where there would be more, the lightest tenth is dropped.</summary>
    public int MaximumClusters { get; init; } = 5_000;

    /// <summary>The most items that are kept, 1 to 1,000,000: the oldest make room.</summary>
    public int MaximumItems { get; init; } = 100_000;

    /// <summary>A snapshot is made when so many items have come since the last, 1 to 1,000,000.</summary>
    public int SnapshotItems { get; init; } = 1_000;

    /// <summary>Between two snapshots that the number of items asks for lie so many seconds at least, 0 to 3,600: it bounds the writing where thousands of items come in a second.</summary>
    public int SnapshotSeconds { get; init; } = 10;

    /// <summary>The newest snapshots that are kept, 1 to 1,000; of older ones the last of each day is.</summary>
    public int KeptSnapshots { get; init; } = 24;

    /// <summary>For how many days the last snapshot of a day is kept, 0 to 3,650. The log is kept from the oldest snapshot on.</summary>
    public int KeptDays { get; init; } = 7;

    /// <summary>The fewest items of a cluster that can be an emerging problem, 3 to 100,000; 0 tells of none.</summary>
    public int EmergingItems { get; init; } = 10;

    /// <summary>
    /// How often a year, at most, chance alone may make an emerging problem of a cluster or a storm of a known problem, 0.001 to 10,000, where arrivals are as the models say. docs/streams.md says what is tested.
    /// </summary>
    public double FalseAlarmsPerYear { get; init; } = 1;

    /// <summary>The parameters of the clustering. Times are hours.</summary>
    internal BirchOptions Birch => new()
    {
        // For unit vectors the squared radius is 1 minus the mean cosine of all pairs.
        Threshold = Math.Sqrt(1 - SimilarityThreshold),

        // The squared distance of unit vectors of this cosine is twice that.
        DistanceFactor = Math.Sqrt(2),
        BranchingFactor = BranchingFactor,
        HalfLife = HalfLifeHours,
        MinimumWeight = Math.Max(1e-100, Math.Pow(2, -ExpiryHours / HalfLifeHours)),
        MaximumSubclusters = MaximumClusters,
        DropsLightest = true,
    };

    /// <summary>Checks every range.</summary>
    /// <exception cref="RequestException">A value is out of its range; the errors name each such field, its value and its range.</exception>
    public void Validate()
    {
        Dictionary<string, string[]> errors = new(StringComparer.Ordinal);
        Require(SimilarityThreshold, 0, 1, "similarityThreshold");
        Require(BranchingFactor, 2, 1_000, "branchingFactor");
        Require(HalfLifeHours, 0.01, 100_000, "halfLifeHours");
        Require(ExpiryHours, 0.01, 100_000, "expiryHours");
        Require(MaximumClusters, 1, 100_000, "maximumClusters");
        Require(MaximumItems, 1, 1_000_000, "maximumItems");
        Require(SnapshotItems, 1, 1_000_000, "snapshotItems");
        Require(SnapshotSeconds, 0, 3_600, "snapshotSeconds");
        Require(KeptSnapshots, 1, 1_000, "keptSnapshots");
        Require(KeptDays, 0, 3_650, "keptDays");
        Require(FalseAlarmsPerYear, 0.001, 10_000, "falseAlarmsPerYear");
        if (EmergingItems != 0)
        {
            Require(EmergingItems, 3, 100_000, "emergingItems");
        }

        if (errors.Count > 0)
        {
            throw new RequestException(RequestProblem.Invalid, $"The configuration is not valid, and nothing has changed. {string.Join(' ', errors.Select(e => e.Value[0]))}", errors);
        }

        void Require(double value, double lowest, double highest, string field)
        {
            if (!(value >= lowest && value <= highest))
            {
                errors[field] = [string.Create(CultureInfo.InvariantCulture, $"{field} is {value}; it must be {lowest} to {highest}.")];
            }
        }
    }
}

/// <summary>A configuration that was in force, and who brought it.</summary>
/// <param name="Version">1 for the first.</param>
/// <param name="At">Since when, in UTC.</param>
/// <param name="By">Who changed it.</param>
/// <param name="Config">The configuration.</param>
public sealed record StreamConfigVersion(int Version, DateTimeOffset At, string By, StreamConfig Config);
