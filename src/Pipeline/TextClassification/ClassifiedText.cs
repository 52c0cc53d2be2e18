namespace Pipeline.TextClassification;

/// <summary>Where one text belongs, and why.</summary>
public sealed record ClassifiedText
{
    /// <summary>The text as the model sees it: cleaned and masked. Empty where nothing was left of it.</summary>
    public required string Summary { get; init; }

    /// <summary>The cluster's id; -1 where the text belongs to none.</summary>
    public required int ClusterId { get; init; }

    /// <summary>The cluster's name; <c>unclustered</c> where the text belongs to none.</summary>
    public required string ClusterLabel { get; init; }

    /// <summary>The domain's id; -1 where the text belongs to no cluster.</summary>
    public required int DomainId { get; init; }

    /// <summary>The domain's name; <c>unclustered</c> where the text belongs to no cluster.</summary>
    public required string DomainName { get; init; }

    /// <summary>How strongly the text belongs to the cluster, 0 to 1; 0 where it belongs to none.</summary>
    public required double Confidence { get; init; }

    /// <summary>The most similar typical incidents of any cluster, the most similar first.</summary>
    public required IReadOnlyList<NearestExample> Nearest { get; init; }

    /// <summary>The words of the text that speak for the cluster; empty where it belongs to none.</summary>
    public required IReadOnlyList<string> Words { get; init; }
}
