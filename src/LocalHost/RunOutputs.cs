namespace Pipeline.LocalHost;

/// <summary>The files that a run writes besides its data folder.</summary>
/// <param name="Assignments">Each incident's cluster as CSV; null for none.</param>
/// <param name="Report">A copy of the HTML report; null for none.</param>
internal sealed record RunOutputs(string? Assignments = null, string? Report = null);
