namespace Pipeline.Training;

/// <summary>An earlier cluster that does not continue.</summary>
/// <param name="Id">Its id, never used again.</param>
/// <param name="MergedInto">The cluster that took at least half of its incidents; null where they scattered.</param>
public sealed record LineageGone(int Id, int? MergedInto);
