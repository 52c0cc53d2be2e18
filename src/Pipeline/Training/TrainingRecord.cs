namespace Pipeline.Training;

/// <summary>The result of an orchestrated training, as it is kept in the warehouse.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end.</param>
/// <param name="TechCenters">How each tech center ended, in ordinal order.</param>
public sealed record TrainingRecord(long RunId, int Year, int Quarter, IReadOnlyList<TrainedTechCenter> TechCenters);
