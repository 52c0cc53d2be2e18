using System.Text.Json;
using Pipeline.Storage;

namespace Pipeline.Training;

/// <summary>
/// The training use case: trains the asked tech centers one after the other. Each finished center is journalled, so that a killed run,
/// started again with the same request, goes on with the unfinished ones and publishes none twice.
/// </summary>
public sealed class TrainModels(IWarehouse warehouse, TechCenterTrainer trainer, TrainingOptions options, TimeProvider clock)
{
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
    /// <exception cref="ArgumentException">The year, quarter or a tech center is not there, or only one of year and quarter was given.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written; the run can be resumed.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written; the run can be resumed.</exception>
    public async Task<TrainingSummary> RunOpenAsync(TrainingRequest request, IProgress<PipelineProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (int year, int quarter) = await QuarterAsync(request, cancellationToken);
        TrainingWindow window = TrainingWindow.Ending(year, quarter, options.WindowMonths);
        IReadOnlyList<string> centers = await TechCentersAsync(request, cancellationToken);
        TrainingRun run = await warehouse.OpenTrainingRunAsync(year, quarter, Fingerprint(request), cancellationToken);

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

    private async Task<(int Year, int Quarter)> QuarterAsync(TrainingRequest request, CancellationToken cancellationToken)
    {
        if (request.Year is int year && request.Quarter is int quarter)
        {
            return (year, quarter);
        }

        if (request.Year is not null || request.Quarter is not null)
        {
            throw new ArgumentException("Give both the year and the quarter, or neither for the quarter of the newest incident.", nameof(request));
        }

        IReadOnlyList<TechCenterStatistics> statistics = await warehouse.ReadStatisticsAsync(cancellationToken);
        return TrainingWindow.QuarterOf(statistics.Max(s => s.NewestIncident) ?? clock.GetUtcNow());
    }

    private async Task<IReadOnlyList<string>> TechCentersAsync(TrainingRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> known = await warehouse.ListTechCentersAsync(cancellationToken);
        if (request.TechCenters is null)
        {
            return known;
        }

        string? unknown = request.TechCenters.FirstOrDefault(asked => !known.Contains(asked, StringComparer.Ordinal));
        return unknown is null
            ? [.. request.TechCenters.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]
            : throw new ArgumentException($"The tech center '{unknown}' has no preprocessed incidents. Known: {string.Join(", ", known.Select(k => $"'{k}'"))}.", nameof(request));
    }

    private string Fingerprint(TrainingRequest request) =>
        JsonSerializer.Serialize(
            new { techCenters = request.TechCenters?.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), request.Token, options = options with { MaxDegreeOfParallelism = null } },
            PipelineJson.Compact);
}
