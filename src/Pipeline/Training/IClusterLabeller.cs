namespace Pipeline.Training;

/// <summary>Names clusters and domains for people.</summary>
public interface IClusterLabeller
{
    /// <summary>A short name, and perhaps a domain, for each group, in order. Names may repeat; the caller makes them unique.</summary>
    /// <param name="groups">What there is to see of each group.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    Task<IReadOnlyList<GroupLabel>> LabelAsync(IReadOnlyList<ClusterDescription> groups, CancellationToken cancellationToken = default);
}
