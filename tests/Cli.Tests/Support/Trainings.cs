using Pipeline.LocalHost;
using Pipeline.Training;

namespace Pipeline.Cli.Tests.Support;

internal static class Trainings
{
    /// <summary>A whole training, as the command line drives it.</summary>
    public static async Task<TrainingRecord> TrainAsync(this LocalPipeline pipeline, TrainingRequest request)
    {
        TrainingRecord record = await pipeline.Train.RunAsync(await pipeline.Planner.PlanAsync(request));
        await pipeline.Train.CloseAsync(record);
        return record;
    }
}
