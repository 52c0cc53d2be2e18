namespace Pipeline.Incidents;

/// <summary>The tech centers, and what the warehouse holds of each. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface ITechCenters
{
    /// <summary>The tech centers that have preprocessed incidents, in ordinal order.</summary>
    Task<IReadOnlyList<string>> ListTechCentersAsync(CancellationToken cancellationToken = default);

    /// <summary>Counts and newest dates per tech center, in ordinal order.</summary>
    Task<IReadOnlyList<TechCenterStatistics>> ReadStatisticsAsync(CancellationToken cancellationToken = default);
}

/// <summary>What the warehouse holds of one tech center.</summary>
/// <param name="TechCenter">The tech center's name.</param>
/// <param name="Incidents">Source incidents.</param>
/// <param name="Preprocessed">Incidents that are masked and embedded.</param>
/// <param name="Predicted">Incidents with a prediction.</param>
/// <param name="Unclustered">Predicted incidents that belong to no cluster.</param>
/// <param name="NewestIncident">The newest incident's creation date in UTC; null where no incident has a date.</param>
/// <param name="NewestPrediction">When the newest prediction was made, in UTC; null where there is none.</param>
/// <param name="OldestIncident">The oldest incident's creation date in UTC; null where no incident has a date.</param>
public sealed record TechCenterStatistics(string TechCenter, long Incidents, long Preprocessed, long Predicted, long Unclustered, DateTimeOffset? NewestIncident, DateTimeOffset? NewestPrediction, DateTimeOffset? OldestIncident = null);
