using Pipeline.Models;
using Pipeline.Preprocessing;

namespace Pipeline.Classification;

/// <summary>The table of predictions. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface IPredictions
{
    /// <summary>
    /// Up to <paramref name="limit"/> preprocessed incidents of a tech center and embedder whose prediction is missing, of an older text,
    /// without a problem, or neither by <paramref name="modelVersion"/> nor by <paramref name="trialVersion"/>, where one is on trial: the oldest first, those without a date before them, ties in
    /// ordinal order of number.
    /// </summary>
    /// <param name="techCenter">The tech center.</param>
    /// <param name="embedder">The embedder.</param>
    /// <param name="modelVersion">The version that serves.</param>
    /// <param name="trialVersion">The version on trial; null where there is none.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="after">
    /// The last incident that was read before: what comes up to it may be left out, and so may dated incidents where it has no date, so that what has its prediction is not looked through
    /// with each batch. None found does not mean that none waits then: ask without it, as at first.
    /// </param>
    /// <param name="cancellationToken">Stops the reading.</param>
    Task<IReadOnlyList<PreprocessedIncident>> ReadUnpredictedAsync(
        string techCenter, string embedder, string modelVersion, string? trialVersion, int limit, PreprocessedIncident? after = null, CancellationToken cancellationToken = default);

    /// <summary>Stores predictions by incident, replacing older ones. One whose content hash or tech center is not the incident's present one is left out.</summary>
    Task SavePredictionsAsync(IReadOnlyList<IncidentPrediction> predictions, CancellationToken cancellationToken = default);

    /// <summary>
    /// All predictions joined with the incident's date and summary, in ordinal order of tech center and number. One without a problem was made before there were any:
    /// its cluster stands in.
    /// </summary>
    IAsyncEnumerable<PredictedIncident> ReadPredictedAsync(string? techCenter = null, CancellationToken cancellationToken = default);

    /// <summary>What <see cref="ReadPredictedAsync"/> gives of a tech center, without what is only shown of a single incident, in no order. A warehouse that can read less than everything for that does.</summary>
    IAsyncEnumerable<PredictedDate> ReadPredictedDatesAsync(string techCenter, CancellationToken cancellationToken = default) =>
        ReadPredictedAsync(techCenter, cancellationToken).Select(row => new PredictedDate(row.Prediction.ProblemId, row.Prediction.ClusterId, row.CreatedOn));
}

/// <summary>When an incident was opened that was given a problem.</summary>
/// <param name="ProblemId">The problem.</param>
/// <param name="ClusterId">The variant of it.</param>
/// <param name="CreatedOn">The incident's date in UTC; null where it has none.</param>
public readonly record struct PredictedDate(int ProblemId, int ClusterId, DateTimeOffset? CreatedOn);

/// <summary>The problem, and the variant of it, that a model version gave one incident.</summary>
public sealed record IncidentPrediction
{
    /// <summary>The problem and cluster id of an incident that belongs to no cluster.</summary>
    public const int Unclustered = ClusterAssignment.Unclustered;

    /// <summary>The name that stands for the problem, the cluster and the domain of such an incident.</summary>
    public const string UnclusteredName = "unclustered";

    /// <summary>The incident's number.</summary>
    public required string IncidentId { get; init; }

    /// <summary>The tech center whose model answered.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The problem's id, stable across versions; <see cref="Unclustered"/> for noise.</summary>
    public required int ProblemId { get; init; }

    /// <summary>The problem's name; <c>unclustered</c> for noise.</summary>
    public required string ProblemLabel { get; init; }

    /// <summary>The id of the cluster, the variant of the problem, stable across versions; <see cref="Unclustered"/> for noise.</summary>
    public required int ClusterId { get; init; }

    /// <summary>The cluster's name; <c>unclustered</c> for noise.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>The id of the domain that the problem belongs to; <see cref="Unclustered"/> for noise.</summary>
    public required int DomainId { get; init; }

    /// <summary>The domain's name; <c>unclustered</c> for noise.</summary>
    public required string DomainName { get; init; }

    /// <summary>The probability that the incident is of the problem, or of none for noise, 0 to 1; 0 for noise in versions of a single layout.</summary>
    public required double Confidence { get; init; }

    /// <summary>When the prediction was made, in UTC.</summary>
    public required DateTimeOffset PredictedAt { get; init; }

    /// <summary>The model version that answered, such as <c>network/2026_q2</c>.</summary>
    public required string ModelVersion { get; init; }

    /// <summary>The version's folder in the object store.</summary>
    public required string ModelPath { get; init; }

    /// <summary>The hash of the text that was predicted: a prediction of an older text is stale.</summary>
    public required string ContentHash { get; init; }
}

/// <summary>A prediction with what a reader needs to see of its incident.</summary>
/// <param name="Prediction">The prediction.</param>
/// <param name="CreatedOn">When the incident was opened, in UTC; null where the source has no dates.</param>
/// <param name="Summary">The masked text.</param>
public sealed record PredictedIncident(IncidentPrediction Prediction, DateTimeOffset? CreatedOn, string Summary);
