using System.Text.Json;
using Pipeline.Requests;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// The training use case: trains the asked tech centers one after the other. Each finished center is journalled, so that a killed run,
/// started again with the same request, goes on with the unfinished ones and publishes none twice.
/// </summary>
public sealed class TrainModels(IWarehouse warehouse, TechCenterTrainer trainer, TrainingOptions options, TimeProvider clock)
{
    private readonly TrainingPlanner _planner = new(warehouse, options, clock);

    /// <summary>Runs or resumes a training, and closes it: the next training of the quarter makes a new revision.</summary>
    /// <inheritdoc cref="RunOpenAsync"/>
    public async Task<TrainingSummary> RunAsync(TrainingRequest request, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        TrainingSummary summary = await RunOpenAsync(request, progress, cancellationToken);
        await CloseAsync(summary, cancellationToken);
        return summary;
    }

    /// <summary>Closes a run that <see cref="RunOpenAsync"/> left open.</summary>
    public Task CloseAsync(TrainingSummary summary, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(summary);
        return warehouse.CloseTrainingRunAsync(summary.Run, cancellationToken);
    }

    /// <summary>
    /// Runs or resumes a training and leaves it open: started again with the same request it trains nothing twice, until it is closed.
    /// For callers to whom the training is one step of more that a crash may interrupt.
    /// </summary>
    /// <param name="request">What to train.</param>
    /// <param name="progress">Told after each tech center.</param>
    /// <param name="cancellationToken">Stops between steps; the run can be resumed.</param>
    /// <exception cref="RequestException">The request cannot be planned; see <see cref="TrainingPlanner.PlanAsync"/>.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written; the run can be resumed.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written; the run can be resumed.</exception>
    public async Task<TrainingSummary> RunOpenAsync(TrainingRequest request, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainingPlan plan = await _planner.PlanAsync(request, cancellationToken);
        (int year, int quarter) = (plan.Year, plan.Quarter);
        TrainingWindow window = _planner.Window(plan);
        IReadOnlyList<string> centers = plan.TechCenters ?? await warehouse.ListTechCentersAsync(cancellationToken);
        TrainingRun run = await warehouse.OpenTrainingRunAsync(year, quarter, _planner.Fingerprint(plan, request.Token), cancellationToken);

        List<TrainingOutcome> outcomes = [];
        int resumed = 0;
        foreach (string center in centers)
        {
            progress?.Report(new PipelineProgress("Training", outcomes.Count, centers.Count, center));
            if (run.Finished.TryGetValue(center, out string? finished))
            {
                resumed++;
                outcomes.Add(JsonSerializer.Deserialize<TrainingOutcome>(finished, PipelineJson.Compact)!);
                continue;
            }

            TrainingOutcome outcome = await trainer.TrainAsync(center, year, quarter, window, run.Id, cancellationToken);
            await warehouse.FinishTrainingCenterAsync(run.Id, center, JsonSerializer.Serialize(outcome, PipelineJson.Compact), cancellationToken);
            outcomes.Add(outcome);
        }

        progress?.Report(new PipelineProgress("Training", centers.Count, centers.Count));
        return new TrainingSummary(run.Id, year, quarter, resumed, outcomes);
    }
}
