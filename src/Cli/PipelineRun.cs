using System.Diagnostics;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Preprocessing;
using Pipeline.Reporting;
using Pipeline.Training;

namespace Pipeline.Cli;

/// <summary>The whole way in one go: incidents in, preprocess, train, predict, report.</summary>
internal sealed class PipelineRun(LocalPipeline pipeline, CommandHost host)
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<TrainingRecord> _trainings = [];
    private readonly List<string> _remarks = [];

    /// <summary>Runs a CSV export through the pipeline.</summary>
    public async Task<int> CsvAsync(string file, CsvIntakeOptions options, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        (IntakeResult intake, RunResult result) = await ConsoleProgress.RunAsync(async progress =>
        {
            IntakeResult imported = await CsvIntake.ImportAsync(file, options, pipeline.Incidents, pipeline.Folder.Rejects, new ImportProgress(progress), cancellationToken);
            Judge(file, imported, options);
            return (imported, await ClusterAsync(imported.Accepted, imported.Rejected, [new TrainingRequest()], progress, cancellationToken));
        });
        if (outputs.Assignments is not null)
        {
            await AssignmentsFile.WriteAsync(outputs.Assignments, intake.Numbers, pipeline, cancellationToken);
        }

        return await FinishAsync($"Problem clusters of {Path.GetFileName(file)}", result, outputs, cancellationToken);
    }

    /// <summary>Runs the invented incidents of the demo company through the pipeline, with two model versions half a year apart.</summary>
    public async Task<int> DemoAsync(int count, int seed, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        TrainingRequest[] versions = [new(2025, 4), new(2026, 2)];
        RunResult result = await ConsoleProgress.RunAsync(async progress =>
        {
            foreach (Incident[] batch in DemoIncidents.Generate(count, seed).Chunk(2_000))
            {
                await pipeline.Incidents.UpsertIncidentsAsync(batch, cancellationToken);
            }

            return await ClusterAsync(count, 0, versions, progress, cancellationToken);
        });
        return await FinishAsync("Problem clusters of a made-up company", result, outputs, cancellationToken);
    }

    private void Judge(string file, IntakeResult imported, CsvIntakeOptions options)
    {
        if (imported.Accepted == 0)
        {
            throw new CommandException($"None of the {imported.Rejected} rows of '{file}' can be used. The reason of each is in '{pipeline.Folder.Rejects}'; correct the rows or name other columns, and run the command again.", ExitCode.Failed);
        }

        if (imported.Cut > 0)
        {
            _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Texts longer than {options.MaxTextLength} characters were cut to that length: {imported.Cut} incidents."));
        }
    }

    private async Task<RunResult> ClusterAsync(int incidents, int rejected, TrainingRequest[] versions, IProgress<PipelineProgress> progress, CancellationToken cancellationToken)
    {
        PreprocessOutcome preprocessed = await pipeline.Preprocess.RunAsync(limit: null, progress, cancellationToken);
        if (preprocessed.DeadLetters > 0)
        {
            _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Nothing is left of the text of {preprocessed.DeadLetters} incidents after cleaning. They are kept aside and belong to no cluster."));
        }

        string token = await pipeline.Preprocess.WatermarkAsync(cancellationToken);
        foreach (TrainingRequest version in versions)
        {
            _trainings.Add(await pipeline.Train.RunAsync(await pipeline.Planner.PlanAsync(version with { Token = token }, cancellationToken), progress, cancellationToken));
        }

        IReadOnlyList<PredictionOutcome> predictions = await pipeline.Predict.RunAsync(techCenter: null, progress, cancellationToken);
        Dictionary<string, PredictionOutcome> predicted = predictions.ToDictionary(p => p.TechCenter, StringComparer.Ordinal);
        ILookup<string, double> seconds = _trainings.SelectMany(t => t.TechCenters).ToLookup(t => t.TechCenter, t => t.Seconds, StringComparer.Ordinal);
        RunTechCenter[] centers =
        [
            .. _trainings[^1].TechCenters.Select(t => new RunTechCenter(
                t.TechCenter, t.Incidents, t.Clusters, t.Status == TrainingStatus.Published ? t.Unclustered : t.Incidents, t.Domains, t.Version, Math.Round(seconds[t.TechCenter].Sum(), 3), t.Detail ?? predicted[t.TechCenter].Detail)
            {
                Failed = t.Status == TrainingStatus.Failed || predicted[t.TechCenter].Failed,
            }),
        ];
        return new RunResult(incidents, rejected, preprocessed.Embedded, 0, centers, predictions.Sum(p => p.Predicted));
    }

    private async Task<int> FinishAsync(string title, RunResult result, RunOutputs outputs, CancellationToken cancellationToken)
    {
        Dictionary<string, string> notes = result.TechCenters.Where(c => c.Detail is not null).ToDictionary(c => c.Name, c => c.Detail!, StringComparer.Ordinal);
        ReportData report = await pipeline.Report.BuildAsync(title, notes, cancellationToken);
        foreach (string path in new[] { pipeline.Folder.Report, outputs.Report }.OfType<string>())
        {
            await AtomicFile.WriteAsync(path, stream => HtmlReport.WriteAsync(report, stream, cancellationToken));
        }

        RunResult timed = result with { Seconds = Math.Round(_clock.Elapsed.TotalSeconds, 3) };
        host.Show(timed, console => RunSummary.Write(console, report));
        CommandHost.Tell(string.Create(CultureInfo.InvariantCulture, $"{timed.Incidents} incidents ({timed.Rejected} rejected), {timed.Embedded} texts embedded, {timed.Predictions} predictions in {timed.Seconds:0.0} s"));
        _remarks.ForEach(CommandHost.Tell);
        if (timed.Rejected > 0)
        {
            CommandHost.Tell($"Rejected rows: {pipeline.Folder.Rejects}");
        }

        if (outputs.Assignments is not null)
        {
            CommandHost.Tell($"Assignments: {Path.GetFullPath(outputs.Assignments)}");
        }

        CommandHost.Tell($"Report: {Path.GetFullPath(outputs.Report ?? pipeline.Folder.Report)}");

        // Closed last: killed before, the same command resumes these trainings instead of making revisions of them.
        foreach (TrainingRecord training in _trainings)
        {
            await pipeline.Train.CloseAsync(training, cancellationToken);
        }

        return timed.Failed ? ExitCode.Failed : ExitCode.Done;
    }

    /// <summary>Shows an import as a stage of the run.</summary>
    private sealed class ImportProgress(IProgress<PipelineProgress> target) : IProgress<IntakeProgress>
    {
        public void Report(IntakeProgress value) => target.Report(new PipelineProgress("Importing", (long)(100 * value.Share), 100));
    }
}
