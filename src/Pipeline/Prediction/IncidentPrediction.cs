namespace Pipeline.Prediction;

/// <summary>The cluster that a model version gave one incident.</summary>
public sealed record IncidentPrediction
{
    /// <summary>The cluster id of an incident that belongs to no cluster.</summary>
    public const int Unclustered = -1;

    /// <summary>The name that stands for the cluster and the domain of such an incident.</summary>
    public const string UnclusteredName = "unclustered";

    /// <summary>The incident's number.</summary>
    public required string IncidentId { get; init; }

    /// <summary>The tech center whose model answered.</summary>
    public required string TechCenter { get; init; }

    /// <summary>The cluster's id, stable across versions; <see cref="Unclustered"/> for noise.</summary>
    public required int ClusterId { get; init; }

    /// <summary>The cluster's name; <c>unclustered</c> for noise.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>The id of the domain that the cluster belongs to; <see cref="Unclustered"/> for noise.</summary>
    public required int DomainId { get; init; }

    /// <summary>The domain's name; <c>unclustered</c> for noise.</summary>
    public required string DomainName { get; init; }

    /// <summary>How strongly the incident belongs to the cluster, 0 to 1; 0 for noise.</summary>
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
