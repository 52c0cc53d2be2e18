namespace Pipeline.Training;

/// <summary>The result of a training run.</summary>
/// <param name="Run">The training run's number.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end.</param>
/// <param name="Resumed">How many tech centers an interrupted run of the same request had finished already.</param>
/// <param name="TechCenters">One outcome per tech center, in ordinal order.</param>
public sealed record TrainingSummary(long Run, int Year, int Quarter, int Resumed, IReadOnlyList<TrainingOutcome> TechCenters);
