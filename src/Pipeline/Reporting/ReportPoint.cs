namespace Pipeline.Reporting;

/// <summary>One incident on the cluster map.</summary>
/// <param name="X">Horizontal position, in the layout's own units.</param>
/// <param name="Y">Vertical position, in the layout's own units.</param>
/// <param name="ClusterId">The cluster's id, -1 for unclustered.</param>
/// <param name="Number">The incident's number.</param>
/// <param name="CreatedOn">When it was opened, in UTC; null where the source has no dates.</param>
/// <param name="Text">The start of its masked text.</param>
public sealed record ReportPoint(float X, float Y, int ClusterId, string Number, DateTimeOffset? CreatedOn, string Text);
