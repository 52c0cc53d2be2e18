using Microsoft.Azure.Functions.Worker;
using Microsoft.DurableTask;
using Pipeline.Training;

namespace Pipeline.Functions;

/// <summary>
/// The durable training: opens a run, trains its tech centers a few at a time, and closes it. Every step may be repeated after a crash without doing anything twice.
/// Only names and versions travel between the steps.
/// </summary>
public sealed class TrainOrchestration(TrainingSteps steps)
{
    /// <summary>The orchestrator's name.</summary>
    public const string Orchestrator = "TrainOrchestrator";

    private const string Open = "TrainOpen";
    private const string Train = "TrainTechCenter";
    private const string Close = "TrainClose";

    private static readonly TaskOptions Patient = TaskOptions.FromRetryPolicy(new RetryPolicy(maxNumberOfAttempts: 5, firstRetryInterval: TimeSpan.FromSeconds(5), backoffCoefficient: 2));

    /// <summary>Runs a training to its end. A tech center that fails for good is recorded with the reason, and the others go on.</summary>
    [Function(Orchestrator)]
    public static async Task<TrainingRecord> RunAsync([OrchestrationTrigger] TaskOrchestrationContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        OpenedTraining training = await context.CallActivityAsync<OpenedTraining>(Open, context.GetInput<TrainingPlan>(), Patient);
        List<TrainedTechCenter> done = [.. training.Finished];
        Queue<string> waiting = new(training.TechCenters.Except(done.Select(c => c.TechCenter), StringComparer.Ordinal));
        List<Task<TrainedTechCenter>> running = [];
        GoOn();
        while (running.Count > 0)
        {
            Task<TrainedTechCenter> ended = await Task.WhenAny(running);
            running.Remove(ended);
            done.Add(await ended);
            GoOn();
        }

        TrainingRecord record = new(training.RunId, training.Year, training.Quarter, [.. done.OrderBy(c => c.TechCenter, StringComparer.Ordinal)]);
        await context.CallActivityAsync(Close, record, Patient);
        return record;

        void GoOn()
        {
            while (running.Count < training.FanOut.TechCentersAtOnce && waiting.TryDequeue(out string? next))
            {
                running.Add(TrainAsync(context, training, next));
            }

            context.SetCustomStatus(TrainingProgress.Of(done, training.TechCenters.Count));
        }
    }

    /// <summary>Opens a training run, or takes up the interrupted one.</summary>
    [Function(Open)]
    public Task<OpenedTraining> OpenAsync([ActivityTrigger] TrainingPlan plan, CancellationToken cancellationToken) => steps.OpenAsync(plan, cancellationToken);

    /// <summary>Trains one tech center.</summary>
    [Function(Train)]
    public Task<TrainedTechCenter> TrainAsync([ActivityTrigger] TechCenterTraining training, CancellationToken cancellationToken) => steps.TrainAsync(training, cancellationToken);

    /// <summary>Keeps the result and closes the run.</summary>
    [Function(Close)]
    public Task CloseAsync([ActivityTrigger] TrainingRecord record, CancellationToken cancellationToken) => steps.CloseAsync(record, cancellationToken);

    private static async Task<TrainedTechCenter> TrainAsync(TaskOrchestrationContext context, OpenedTraining training, string techCenter)
    {
        TimeSpan firstRetry = TimeSpan.FromSeconds(training.FanOut.FirstRetrySeconds);
        TaskOptions options = TaskOptions.FromRetryPolicy(new RetryPolicy(training.FanOut.Attempts, firstRetry, backoffCoefficient: 2));
        try
        {
            return await context.CallActivityAsync<TrainedTechCenter>(Train, new TechCenterTraining(training.RunId, training.Year, training.Quarter, techCenter), options);
        }
        catch (TaskFailedException e)
        {
            return new TrainedTechCenter(techCenter, TrainingStatus.Failed, Detail: e.FailureDetails.ErrorMessage);
        }
    }
}
