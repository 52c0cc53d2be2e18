namespace Pipeline.Training;

/// <summary>The journal of training runs. A port of the warehouse (<see cref="Storage.IWarehouse"/>).</summary>
public interface ITrainingJournal
{
    /// <summary>The unfinished training run of this year, quarter and request if there is one, otherwise a new one.</summary>
    Task<TrainingRun> OpenTrainingRunAsync(int year, int quarter, string request, CancellationToken cancellationToken = default);

    /// <summary>Records a center of a training run as done. Recording it again changes nothing.</summary>
    Task FinishTrainingCenterAsync(long runId, string techCenter, string outcomeJson, CancellationToken cancellationToken = default);

    /// <summary>Closes a training run: the next training of the same quarter is a new run.</summary>
    Task CloseTrainingRunAsync(long runId, CancellationToken cancellationToken = default);
}

/// <summary>One training of a year and quarter over a set of tech centers, journalled so that a killed run resumes where it was.</summary>
/// <param name="Id">The run's number, rising.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="Request">What was asked for (centers and parameters) as text: a restart resumes only the run that asked for the same.</param>
/// <param name="Finished">The outcome of every center that is done, by tech center, as JSON.</param>
public sealed record TrainingRun(long Id, int Year, int Quarter, string Request, IReadOnlyDictionary<string, string> Finished);
