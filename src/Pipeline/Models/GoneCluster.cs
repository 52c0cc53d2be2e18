namespace Pipeline.Models;

/// <summary>A cluster of the version before that this version does not have any more.</summary>
/// <param name="Id">Its id, which is never used again.</param>
/// <param name="Label">Its name.</param>
/// <param name="PreviousSize">Its size in the version before.</param>
/// <param name="MergedInto">The cluster that took most of its incidents; null where they scattered or aged out.</param>
public sealed record GoneCluster(int Id, string Label, int PreviousSize, int? MergedInto);
