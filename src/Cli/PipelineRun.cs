using System.Diagnostics;
using System.Globalization;
using Pipeline.Classification;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Demo;
using Pipeline.Incidents;
using Pipeline.Intake;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Reporting;
using Pipeline.Training;

namespace Pipeline.Cli;

/// <summary>The whole way in one go: incidents in, preprocess, train, predict, report.</summary>
internal sealed class PipelineRun(LocalPipeline pipeline, CommandHost host, TrainingOptions options)
{
    private readonly TrainedState _trained = new(pipeline, options);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly List<TrainingRecord> _trainings = [];
    private readonly List<string> _remarks = [];

    /// <summary>Runs a file of incidents through the pipeline.</summary>
    public async Task<int> FileAsync(SourceFile file, IntakeOptions intakeOptions, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        (IntakeResult intake, RunResult result) = await ConsoleProgress.RunAsync(async progress =>
        {
            IntakeResult imported = await ImportIncidents.ImportAsync(file, intakeOptions, pipeline.Incidents, pipeline.Folder.Rejects, new ImportProgress(progress), cancellationToken: cancellationToken);
            Remark(imported, intakeOptions);
            return (imported, await ClusterAsync(imported.Accepted, imported.Rejected, versions: null, progress, cancellationToken));
        });
        if (outputs.Assignments is not null)
        {
            await AssignmentsFile.WriteAsync(outputs.Assignments, intake.Numbers, pipeline, outputs.RawCsv, cancellationToken);
        }

        return await FinishAsync($"Problem clusters of {Path.GetFileName(file.Name)}", result, outputs, cancellationToken);
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

    private void Remark(IntakeResult imported, IntakeOptions intakeOptions)
    {
        if (imported.Source is not null)
        {
            _remarks.Add($"The file was read as an export of {imported.Source}.");
        }

        _remarks.AddRange(imported.Remarks);
        if (imported.Cut > 0)
        {
            _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Texts longer than {intakeOptions.MaxTextLength} characters were cut to that length: {imported.Cut} incidents."));
        }
    }

    private async Task<RunResult> ClusterAsync(int incidents, int rejected, TrainingRequest[]? versions, IProgress<PipelineProgress> progress, CancellationToken cancellationToken)
    {
        PreprocessOutcome preprocessed = await pipeline.Preprocess.RunAsync(limit: null, progress, cancellationToken);
        if (preprocessed.DeadLetters > 0)
        {
            _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"Nothing is left of the text of {preprocessed.DeadLetters} incidents after cleaning. They are kept aside and belong to no cluster."));
        }

        string token = await pipeline.Preprocess.WatermarkAsync(cancellationToken);
        foreach (TrainingRequest version in versions ?? await _trained.NeededAsync(cancellationToken))
        {
            _trainings.Add(await pipeline.Train.RunAsync(await pipeline.Planner.PlanAsync(version with { Token = token }, cancellationToken), progress, cancellationToken));
        }

        IReadOnlyList<PredictionOutcome> predictions = await pipeline.Predict.RunAsync(techCenter: null, progress, cancellationToken);
        RunTechCenter[] centers = await CentersAsync(predictions, cancellationToken);
        return new RunResult(incidents, rejected, preprocessed.Embedded, 0, centers, predictions.Sum(p => p.Predicted));
    }

    /// <summary>What was trained now, and of the other tech centers what was trained before.</summary>
    private async Task<RunTechCenter[]> CentersAsync(IReadOnlyList<PredictionOutcome> predictions, CancellationToken cancellationToken)
    {
        ILookup<string, TrainingOutcome> trained = _trainings.SelectMany(t => t.TechCenters).ToLookup(t => t.TechCenter, StringComparer.Ordinal);
        List<RunTechCenter> centers = [];
        foreach (PredictionOutcome predicted in predictions.OrderBy(p => p.TechCenter, StringComparer.Ordinal))
        {
            centers.Add(trained[predicted.TechCenter].LastOrDefault() is TrainingOutcome t
                ? new RunTechCenter(
                    t.TechCenter, t.Incidents, t.Clusters, t.Status == TrainingStatus.Published ? t.Unclustered : t.Incidents, t.Domains, t.Version, Math.Round(trained[t.TechCenter].Sum(o => o.Seconds), 3), t.Detail ?? predicted.Detail)
                {
                    Failed = t.Status == TrainingStatus.Failed || predicted.Failed,
                }
                : await KnownAsync(predicted, cancellationToken));
        }

        return [.. centers];
    }

    private async Task<RunTechCenter> KnownAsync(PredictionOutcome predicted, CancellationToken cancellationToken)
    {
        SoundVersion<ModelClusters>? version = predicted.Failed ? null : await pipeline.Models.LoadNewestAsync(predicted.TechCenter, pipeline.Models.ReadClustersAsync, cancellationToken);
        ModelManifest? model = version?.Manifest;
        int domains = version?.Loaded.Domains.Count ?? 0;
        return new RunTechCenter(predicted.TechCenter, model?.Incidents ?? 0, model?.Clusters ?? 0, model?.Unclustered ?? 0, domains, model?.Version, 0, predicted.Detail) { Failed = predicted.Failed };
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

        if (!timed.Failed)
        {
            await _trained.SaveAsync(cancellationToken);
        }

        return timed.Failed ? ExitCode.Failed : ExitCode.Done;
    }
}
