namespace Pipeline.Monitoring;

/// <summary>One tech center's data and model.</summary>
/// <param name="Name">The tech center.</param>
/// <param name="Incidents">Source incidents.</param>
/// <param name="Preprocessed">Incidents that are masked and embedded.</param>
/// <param name="Predicted">Incidents with a prediction.</param>
/// <param name="Unclustered">Predicted incidents that belong to no cluster.</param>
/// <param name="NewestIncident">The newest incident's date in UTC; null where none has a date.</param>
/// <param name="NewestPrediction">When the newest prediction was made, in UTC; null where there is none.</param>
/// <param name="Version">The newest model version; null where there is none, or it cannot be read.</param>
/// <param name="Versions">How many published versions can be read.</param>
/// <param name="ModelAgeDays">Days since the newest version was published; null where there is none, or it cannot be read.</param>
/// <param name="Clusters">Clusters of the newest version.</param>
/// <param name="Problem">Which versions cannot be read, and why; null where all can.</param>
public sealed record TechCenterStatus(
    string Name,
    long Incidents,
    long Preprocessed,
    long Predicted,
    long Unclustered,
    DateTimeOffset? NewestIncident,
    DateTimeOffset? NewestPrediction,
    string? Version,
    int Versions,
    double? ModelAgeDays,
    int Clusters,
    string? Problem);
