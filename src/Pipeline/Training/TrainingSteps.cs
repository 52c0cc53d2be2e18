using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// A training in steps for an orchestration that may run each of them more than once and several tech centers at a time:
/// every step has the same effect however often it is repeated.
/// </summary>
public sealed class TrainingSteps(IWarehouse warehouse, TechCenterTrainer trainer, TrainingPlanner planner, TrainingFanOutOptions fanOut)
{
    /// <summary>The warehouse setting that holds the newest <see cref="TrainingRecord"/>.</summary>
    public const string LastTrainingSetting = "last-training";

    /// <summary>Begins a training, or takes up the interrupted one of the same plan.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<OpenedTraining> OpenAsync(TrainingPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IReadOnlyList<string> centers = plan.TechCenters ?? await warehouse.ListTechCentersAsync(cancellationToken);
        TrainingRun run = await warehouse.OpenTrainingRunAsync(plan.Year, plan.Quarter, planner.Fingerprint(plan), cancellationToken);
        IEnumerable<TrainingOutcome> finished = centers.Where(run.Finished.ContainsKey).Select(center => JsonSerializer.Deserialize<TrainingOutcome>(run.Finished[center], PipelineJson.Compact)!);
        return new OpenedTraining(run.Id, plan.Year, plan.Quarter, centers, [.. finished.Select(Named)], fanOut);
    }

    /// <summary>Trains one tech center and journals it.</summary>
    /// <exception cref="TrainingFailedException">The training failed; it may be tried again.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrainedTechCenter> TrainAsync(TechCenterTraining training, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        TrainingWindow window = planner.Window(new TrainingPlan(training.Year, training.Quarter, null));
        TrainingOutcome outcome = await trainer.TrainAsync(training.TechCenter, training.Year, training.Quarter, window, training.RunId, cancellationToken);
        if (outcome.Status == TrainingStatus.Failed)
        {
            throw new TrainingFailedException(outcome.Detail ?? "No reason was given.");
        }

        await JournalAsync(training.RunId, outcome, cancellationToken);
        return Named(outcome);
    }

    /// <summary>Journals the tech centers that failed for good, keeps the record, and closes the run: the same plan is a new run from then on.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public async Task CloseAsync(TrainingRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (TrainedTechCenter failed in record.TechCenters.Where(c => c.Status == TrainingStatus.Failed))
        {
            await JournalAsync(record.RunId, new TrainingOutcome { TechCenter = failed.TechCenter, Status = failed.Status, Incidents = 0, Detail = failed.Detail }, cancellationToken);
        }

        await warehouse.SetSettingAsync(LastTrainingSetting, JsonSerializer.Serialize(record, PipelineJson.Compact), cancellationToken);
        await warehouse.CloseTrainingRunAsync(record.RunId, cancellationToken);
    }

    private Task JournalAsync(long runId, TrainingOutcome outcome, CancellationToken cancellationToken) =>
        warehouse.FinishTrainingCenterAsync(runId, outcome.TechCenter, JsonSerializer.Serialize(outcome, PipelineJson.Compact), cancellationToken);

    private static TrainedTechCenter Named(TrainingOutcome outcome) => new(outcome.TechCenter, outcome.Status, outcome.Version, outcome.Detail);
}
