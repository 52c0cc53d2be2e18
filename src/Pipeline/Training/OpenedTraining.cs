namespace Pipeline.Training;

/// <summary>A training that has begun.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenters">Every tech center of the training, in ordinal order.</param>
/// <param name="Finished">Those that an interrupted run of the same plan had finished already.</param>
/// <param name="FanOut">How the others are spread and repeated. Part of the training, so that a changed setting does not change one under way.</param>
public sealed record OpenedTraining(long RunId, int Year, int Quarter, IReadOnlyList<string> TechCenters, IReadOnlyList<TrainedTechCenter> Finished, TrainingFanOutOptions FanOut);
