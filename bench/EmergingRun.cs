using System.Diagnostics;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary>Trains a scene's company and lets the incidents after it come in, a thousand at a time, by the pipeline's own steps.</summary>
internal static class EmergingRun
{
    public static async Task<EmergingResult> MeasureAsync(EmergingScene scene, PipelineSettings settings, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string folder = Directory.CreateTempSubdirectory("pipeline-emerging-").FullName;
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            await pipeline.Incidents.UpsertIncidentsAsync([.. scene.Training], cancellationToken);
            await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
            TrainingPlan plan = await pipeline.Planner.PlanAsync(new TrainingRequest(), cancellationToken);
            await pipeline.Train.CloseAsync(await pipeline.Train.RunAsync(plan, cancellationToken: cancellationToken), cancellationToken);
            await pipeline.Predict.RunAsync(cancellationToken: cancellationToken);
            EmergingWatch watch = new(pipeline.BrowseStreams, scene);
            await watch.SkipAsync(cancellationToken);
            foreach (Incident[] batch in scene.After.Chunk(1_000))
            {
                await pipeline.Incidents.UpsertIncidentsAsync(batch, cancellationToken);
                await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
                await pipeline.Predict.RunAsync(cancellationToken: cancellationToken);
                await watch.LookAsync(cancellationToken);
            }

            return watch.Result(scene.After.Count - scene.HiddenTimes.Length, clock.Elapsed.TotalSeconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
