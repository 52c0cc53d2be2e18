namespace Pipeline.Clustering;

/// <summary>All that a <see cref="Birch"/> knows.</summary>
/// <param name="Options">The parameters.</param>
/// <param name="Clock">The decay of weights.</param>
/// <param name="Tree">The clustering features.</param>
/// <param name="NextId">The id of the next subcluster.</param>
/// <param name="Inserted">How many points have been inserted.</param>
internal sealed record BirchState(BirchOptions Options, DecayClock Clock, BirchTree Tree, long NextId, long Inserted);
