using System.Diagnostics;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary>Trains a scene's company and lets the incidents after it come in, three days at a time, by the pipeline's own steps.</summary>
internal static class EmergingRun
{
    // An event is judged by the items of its cluster soon after it was told, before others join it.
    private static readonly TimeSpan Looks = TimeSpan.FromDays(3);

    /// <param name="scene">The company.</param>
    /// <param name="settings">The settings.</param>
    /// <param name="trained">A folder in which the trained company is kept, and taken from where it is there; null to train it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static async Task<EmergingResult> MeasureAsync(EmergingScene scene, PipelineSettings settings, string? trained, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        string folder = Directory.CreateTempSubdirectory("pipeline-emerging-").FullName;
        try
        {
            if (trained is null || !Directory.Exists(trained))
            {
                await TrainAsync(scene, settings, folder, cancellationToken);
                if (trained is not null)
                {
                    Copy(folder, trained);
                }
            }
            else
            {
                Copy(trained, folder);
            }

            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            await pipeline.Predict.RunAsync(cancellationToken: cancellationToken);
            EmergingWatch watch = new(pipeline.BrowseStreams, scene);
            await watch.SkipAsync(cancellationToken);
            foreach (IGrouping<long, Incident> batch in scene.After.GroupBy(i => i.CreatedOn!.Value.UtcTicks / Looks.Ticks))
            {
                await pipeline.Incidents.UpsertIncidentsAsync([.. batch], cancellationToken);
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

    private static async Task TrainAsync(EmergingScene scene, PipelineSettings settings, string folder, CancellationToken cancellationToken)
    {
        await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
        await pipeline.Incidents.UpsertIncidentsAsync([.. scene.Training], cancellationToken);
        await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
        TrainingPlan plan = await pipeline.Planner.PlanAsync(new TrainingRequest(), cancellationToken);
        await pipeline.Train.CloseAsync(await pipeline.Train.RunAsync(plan, cancellationToken: cancellationToken), cancellationToken);
    }

    private static void Copy(string from, string to)
    {
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy, overwrite: true);
        }
    }
}
