namespace Pipeline.Reporting;

/// <summary>Everything the report shows; holds masked text only.</summary>
/// <param name="Title">The report's heading.</param>
/// <param name="GeneratedAt">When the report was made, in UTC.</param>
/// <param name="TechCenters">One entry per tech center, the largest first.</param>
public sealed record ReportData(string Title, DateTimeOffset GeneratedAt, IReadOnlyList<ReportTechCenter> TechCenters);
