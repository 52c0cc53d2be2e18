using Pipeline.Telemetry;

namespace Pipeline.Training;

/// <summary>Measures how trainings end.</summary>
internal static class TrainingMeasures
{
    /// <summary>Records a training's duration and, where a version was published, what it is like. A failed one is counted as an error.</summary>
    public static void Record(TrainingOutcome outcome)
    {
        KeyValuePair<string, object?> center = PipelineMetrics.TechCenter(outcome.TechCenter);
        PipelineMetrics.TrainingDuration.Record(outcome.Seconds, center, new("status", outcome.Status.ToString()));
        if (outcome.Status == TrainingStatus.Failed)
        {
            PipelineMetrics.Fail(PipelineOperation.Train, outcome.TechCenter);
        }

        if (outcome.Status == TrainingStatus.Published)
        {
            PipelineMetrics.TrainingClusters.Record(outcome.Clusters, center);
            PipelineMetrics.NoiseShare.Record((double)outcome.Unclustered / Math.Max(1, outcome.Incidents), center);
        }

        if (outcome.Quality is double quality && double.IsFinite(quality))
        {
            PipelineMetrics.TrainingQuality.Record(quality, center);
        }
    }
}
