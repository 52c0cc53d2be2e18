using Microsoft.DurableTask.Client;

namespace Pipeline.Triggers;

/// <summary>How far the trainings and predictions are that orchestrations do, as their custom status tells it on either host.</summary>
internal static class RunningWork
{
    /// <summary>What a training is called.</summary>
    public const string Training = "Training";

    /// <summary>What a prediction is called.</summary>
    public const string Prediction = "Prediction";

    /// <summary>Those that are under way and have told how far they are, in no certain order.</summary>
    public static async Task<IReadOnlyList<PipelineProgress>> ListAsync(DurableTaskClient client, CancellationToken cancellationToken)
    {
        List<PipelineProgress> work = [];
        OrchestrationQuery running = new(Statuses: [OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Pending], FetchInputsAndOutputs: true);
        await foreach (OrchestrationMetadata instance in client.GetAllInstancesAsync(running).WithCancellation(cancellationToken))
        {
            if (instance.SerializedCustomStatus is not null && Of(instance) is PipelineProgress progress)
            {
                work.Add(progress);
            }
        }

        return work;
    }

    private static PipelineProgress? Of(OrchestrationMetadata instance) => instance.Name switch
    {
        TrainOrchestration.Orchestrator when instance.ReadCustomStatusAs<TrainingProgress>() is { } training => new PipelineProgress(Training, training.Done, training.Total, instance.InstanceId),
        PredictOrchestration.Orchestrator when instance.ReadCustomStatusAs<PredictProgress>() is { } prediction => new PipelineProgress(Prediction, prediction.Done, prediction.Total, instance.InstanceId),
        _ => null,
    };
}
