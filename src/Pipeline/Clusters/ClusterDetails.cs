namespace Pipeline.Clusters;

/// <summary>One problem cluster in full.</summary>
/// <param name="Version">The newest version that has it.</param>
/// <param name="Current">Whether that is the tech center's newest version; otherwise the cluster is gone.</param>
/// <param name="Summary">What a list shows of it.</param>
/// <param name="Keywords">The words that tell it from the others, the strongest first.</param>
/// <param name="Persistence">Its persistence in the condensed tree; higher is more stable.</param>
/// <param name="Examples">Typical incidents: masked text.</param>
/// <param name="WeeklyCounts">Its incidents per week, over all weeks of its tech center.</param>
/// <param name="Lineage">Its story over the versions, the oldest first.</param>
public sealed record ClusterDetails(
    string Version,
    bool Current,
    ClusterSummary Summary,
    IReadOnlyList<string> Keywords,
    double Persistence,
    IReadOnlyList<string> Examples,
    IReadOnlyList<WeeklyCount> WeeklyCounts,
    IReadOnlyList<ClusterEvent> Lineage);
