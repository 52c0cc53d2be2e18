using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Incidents;
using Pipeline.Storage;
using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>
/// The training use case, in steps: open a run, train its tech centers, close it. Every step has the same effect however often it is repeated, so that an
/// orchestration may run each more than once and several tech centers at a time; <see cref="RunAsync"/> runs them all in this process.
/// A killed training, begun again from the same plan, goes on with the unfinished tech centers and publishes none twice.
/// </summary>
public sealed class TrainingSteps(ITrainingJournal journal, ITechCenters techCenters, ISettingsTable settings, TechCenterTrainer trainer, TrainingPlanner planner, TrainingFanOutOptions fanOut, TrainingOptions? options = null)
{
    // Tech centers are trained side by side while they have no more incidents than this together: what two large ones take in memory is not there on a small machine, and one keeps all cores busy.
    private const long MostSideBySide = 50_000;

    /// <summary>The warehouse setting that holds the newest <see cref="TrainingRecord"/>.</summary>
    public const string LastTrainingSetting = "last-training";

    /// <summary>
    /// Runs or resumes a training in this process and leaves it open: begun again from the same plan it trains nothing twice, until <see cref="CloseAsync"/>.
    /// A tech center that fails is recorded with the reason, and the others go on. Small ones are trained side by side, up to <see cref="TrainingFanOutOptions.TechCentersAtOnce"/> and no
    /// more than there are threads; what comes out does not depend on it.
    /// </summary>
    /// <param name="plan">What to train.</param>
    /// <param name="progress">Told before each tech center.</param>
    /// <param name="parameters">Goes by these in place of what was found for a tech center; null for what was found.</param>
    /// <param name="cancellationToken">Stops between steps; the run can be resumed.</param>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written; the run can be resumed.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written; the run can be resumed.</exception>
    public async Task<TrainingRecord> RunAsync(TrainingPlan plan, IProgress<PipelineProgress>? progress = null, TunedParameters? parameters = null, CancellationToken cancellationToken = default)
    {
        OpenedTraining training = await OpenAsync(plan, cancellationToken);
        Dictionary<string, TrainingOutcome> outcomes = training.Finished.ToDictionary(o => o.TechCenter, StringComparer.Ordinal);
        Queue<string> waiting = new(training.TechCenters.Where(c => !outcomes.ContainsKey(c)));
        Dictionary<string, long> sizes = waiting.Count < 2 ? [] : (await techCenters.ReadStatisticsAsync(cancellationToken)).ToDictionary(s => s.TechCenter, s => s.Preprocessed, StringComparer.Ordinal);
        int most = Math.Min(fanOut.TechCentersAtOnce, options?.MaxDegreeOfParallelism ?? Environment.ProcessorCount);
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Dictionary<Task<TrainingOutcome>, string> running = [];
        try
        {
            while (waiting.Count + running.Count > 0)
            {
                while (waiting.TryPeek(out string? next) && (running.Count == 0 || (running.Count < most && running.Values.Append(next).Sum(c => sizes.GetValueOrDefault(c)) <= MostSideBySide)))
                {
                    progress?.Report(new PipelineProgress("Training", outcomes.Count, training.TechCenters.Count, next, "tech center"));
                    TechCenterTraining asked = new(training.RunId, training.Year, training.Quarter, waiting.Dequeue());
                    running.Add(Task.Run(() => TryAsync(asked, parameters, stop.Token), CancellationToken.None), next);
                }

                Task<TrainingOutcome> ended = await Task.WhenAny(running.Keys);
                running.Remove(ended, out string? center);
                outcomes.Add(center!, await ended);
            }
        }
        catch
        {
            // The others stop at their next step, and nothing of the training goes on behind its caller.
            await stop.CancelAsync();
            await ((Task)Task.WhenAll(running.Keys)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        progress?.Report(new PipelineProgress("Training", training.TechCenters.Count, training.TechCenters.Count, Unit: "tech center"));
        return training.Ended(outcomes.Values);
    }

    /// <summary>Begins a training, or takes up the interrupted one of the same plan.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    public async Task<OpenedTraining> OpenAsync(TrainingPlan plan, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        IReadOnlyList<string> centers = plan.TechCenters ?? await techCenters.ListTechCentersAsync(cancellationToken);
        TrainingRun run = await journal.OpenTrainingRunAsync(plan.Year, plan.Quarter, planner.Fingerprint(plan), cancellationToken);
        IEnumerable<string> finished = centers.Where(run.Finished.ContainsKey);
        return new OpenedTraining(run.Id, plan.Year, plan.Quarter, centers, [.. finished.Select(center => JsonSerializer.Deserialize<TrainingOutcome>(run.Finished[center], PipelineJson.Compact)!)], fanOut);
    }

    /// <summary>Trains one tech center and journals it.</summary>
    /// <exception cref="TrainingFailedException">The training failed; it may be tried again.</exception>
    /// <exception cref="WarehouseException">The warehouse cannot be read or written.</exception>
    /// <exception cref="ObjectStoreException">The object store cannot be read or written.</exception>
    public async Task<TrainingOutcome> TrainAsync(TechCenterTraining training, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(training);
        TrainingOutcome outcome = await TryAsync(training, parameters: null, cancellationToken);
        return outcome.Status == TrainingStatus.Failed ? throw new TrainingFailedException(outcome.Detail ?? "No reason was given.") : outcome;
    }

    /// <summary>Journals the tech centers that failed for good, keeps the record, and closes the run: the same plan is a new run from then on.</summary>
    /// <exception cref="WarehouseException">The warehouse cannot be written.</exception>
    public async Task CloseAsync(TrainingRecord record, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        foreach (TrainingOutcome failed in record.TechCenters.Where(c => c.Status == TrainingStatus.Failed))
        {
            await JournalAsync(record.RunId, failed, cancellationToken);
        }

        await settings.SetSettingAsync(LastTrainingSetting, JsonSerializer.Serialize(record, PipelineJson.Compact), cancellationToken);
        await journal.CloseTrainingRunAsync(record.RunId, cancellationToken);
    }

    // A failure is not journalled before the training is closed: whoever resumes it tries the tech center again.
    private async Task<TrainingOutcome> TryAsync(TechCenterTraining training, TunedParameters? parameters, CancellationToken cancellationToken)
    {
        TrainingOutcome outcome = await trainer.TrainAsync(training.TechCenter, training.Year, training.Quarter, planner.Window(training.Year, training.Quarter), training.RunId, parameters, cancellationToken);
        if (outcome.Status != TrainingStatus.Failed)
        {
            await JournalAsync(training.RunId, outcome, cancellationToken);
        }

        return outcome;
    }

    private Task JournalAsync(long runId, TrainingOutcome outcome, CancellationToken cancellationToken) =>
        journal.FinishTrainingCenterAsync(runId, outcome.TechCenter, JsonSerializer.Serialize(outcome, PipelineJson.Compact), cancellationToken);
}

/// <summary>A training that has begun.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenters">Every tech center of the training, in ordinal order.</param>
/// <param name="Finished">Those that an interrupted run of the same plan had finished already.</param>
/// <param name="FanOut">How the others are spread and repeated. Part of the training, so that a changed setting does not change one under way.</param>
public sealed record OpenedTraining(long RunId, int Year, int Quarter, IReadOnlyList<string> TechCenters, IReadOnlyList<TrainingOutcome> Finished, TrainingFanOutOptions FanOut)
{
    /// <summary>The training's record.</summary>
    /// <param name="outcomes">How its tech centers ended, in any order.</param>
    public TrainingRecord Ended(IEnumerable<TrainingOutcome> outcomes) => new(RunId, Year, Quarter, Finished.Count, [.. outcomes.OrderBy(o => o.TechCenter, StringComparer.Ordinal)]);
}

/// <summary>Asks for the training of one tech center as part of a run.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end, 1 to 4.</param>
/// <param name="TechCenter">The tech center.</param>
/// <param name="TraceParent">What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</param>
public sealed record TechCenterTraining(long RunId, int Year, int Quarter, string TechCenter, string? TraceParent = null) : ITraced;

/// <summary>The result of a training, as it is kept in the warehouse.</summary>
/// <param name="RunId">The training run in the journal.</param>
/// <param name="Year">The calendar year of the window's end.</param>
/// <param name="Quarter">The quarter of the window's end.</param>
/// <param name="Resumed">How many tech centers an interrupted run of the same plan had finished already.</param>
/// <param name="TechCenters">How each tech center ended, in ordinal order.</param>
public sealed record TrainingRecord(long RunId, int Year, int Quarter, int Resumed, IReadOnlyList<TrainingOutcome> TechCenters) : ITraced
{
    /// <summary>What asked for the training, as a W3C <c>traceparent</c>; null where it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TraceParent { get; init; }
}

/// <summary>The training of a tech center failed. The message is the reason.</summary>
public sealed class TrainingFailedException : Exception
{
    /// <summary>Makes the exception without a reason.</summary>
    public TrainingFailedException()
    {
    }

    /// <summary>Makes the exception with its reason.</summary>
    public TrainingFailedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with its reason and cause.</summary>
    public TrainingFailedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
