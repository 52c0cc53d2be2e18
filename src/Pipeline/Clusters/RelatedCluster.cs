namespace Pipeline.Clusters;

/// <summary>A cluster that another came from or went into.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Label">Its name in the version that knew it last; null where no version does any more.</param>
public sealed record RelatedCluster(int Id, string? Label);
