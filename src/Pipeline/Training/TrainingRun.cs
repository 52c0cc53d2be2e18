namespace Pipeline.Training;

/// <summary>One training of a year and quarter over a set of tech centers, journalled so that a killed run resumes where it was.</summary>
/// <param name="Id">The run's number, rising.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="Request">What was asked for (centers and parameters) as text: a restart resumes only the run that asked for the same.</param>
/// <param name="Finished">The outcome of every center that is done, by tech center, as JSON.</param>
public sealed record TrainingRun(long Id, int Year, int Quarter, string Request, IReadOnlyDictionary<string, string> Finished);
