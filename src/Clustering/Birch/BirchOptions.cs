namespace Pipeline.Clustering;

/// <summary>The parameters of <see cref="Birch"/>. Names and meanings are those of the paper and of scikit-learn, decay and expiry added.</summary>
public sealed record BirchOptions
{
    private const int MostBranches = 10_000;

    /// <summary>
    /// The largest radius of a subcluster, in the unit of the points: the root of the mean squared distance of its points from their
    /// mean. A point that would lift its nearest subcluster above it starts one of its own. Finite, at least 0; 0 joins equal points only.
    /// </summary>
    public double Threshold { get; init; } = 0.5;

    /// <summary>
    /// How far from a subcluster's mean a point may lie to join it, as a multiple of the threshold in force. The radius alone lets a large, tight subcluster take in
    /// points from anywhere, since each changes it little. Finite, above 0; null for no such limit, as in the paper and in scikit-learn.
    /// </summary>
    public double? DistanceFactor { get; init; }

    /// <summary>The most entries of a node of the tree. 2 to 10,000; a split compares all entries of a node.</summary>
    public int BranchingFactor { get; init; } = 50;

    /// <summary>
    /// The time in which a weight falls to half, in the unit of the times that the caller gives. Finite, above 0; null for no decay.
    /// </summary>
    public double? HalfLife { get; init; }

    /// <summary>
    /// Subclusters that weigh less expire. Finite, at least 0; above 0 only together with <see cref="HalfLife"/>, since nothing becomes lighter without.
    /// </summary>
    public double MinimumWeight { get; init; }

    /// <summary>
    /// The most subclusters that are kept: where there would be more, the threshold rises and the tree is built anew. At least 1; null for no limit.
    /// </summary>
    public int? MaximumSubclusters { get; init; }

    /// <summary>
    /// Whether the lightest subclusters expire where there would be too many, a tenth of them at once, in place of a higher threshold. In many dimensions all subclusters are about
    /// equally far apart, so that a threshold that joins some soon joins all.
    /// </summary>
    public bool DropsLightest { get; init; }

    /// <summary>Throws where a parameter is out of its range.</summary>
    /// <exception cref="ArgumentException">A parameter is out of range; the message names it, its value and its range.</exception>
    public void Validate()
    {
        ParameterRange.Require(double.IsFinite(Threshold) && Threshold >= 0, nameof(Threshold), Threshold, "finite and 0 or more");
        ParameterRange.Require(DistanceFactor is null || (double.IsFinite(DistanceFactor.Value) && DistanceFactor > 0), nameof(DistanceFactor), DistanceFactor, "null, or finite and above 0");
        ParameterRange.Require(BranchingFactor is >= 2 and <= MostBranches, nameof(BranchingFactor), BranchingFactor, $"2 to {MostBranches}");
        ParameterRange.Require(HalfLife is null || (double.IsFinite(HalfLife.Value) && HalfLife > 0), nameof(HalfLife), HalfLife, "null, or finite and above 0");
        ParameterRange.Require(double.IsFinite(MinimumWeight) && MinimumWeight >= 0, nameof(MinimumWeight), MinimumWeight, "finite and 0 or more");
        ParameterRange.Require(MinimumWeight == 0 || HalfLife is not null, nameof(MinimumWeight), MinimumWeight, $"0 where {nameof(HalfLife)} is null");
        ParameterRange.Require(MaximumSubclusters is null or >= 1, nameof(MaximumSubclusters), MaximumSubclusters, "null or 1 or more");
    }
}
