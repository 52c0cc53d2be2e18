using Pipeline.Intake;

namespace Pipeline.Cli;

/// <summary>Shows an import as a stage of a command.</summary>
internal sealed class ImportProgress(IProgress<PipelineProgress> target) : IProgress<IntakeProgress>
{
    public void Report(IntakeProgress value) => target.Report(new PipelineProgress("Importing", (long)(100 * value.Share), 100));
}
