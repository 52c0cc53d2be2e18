using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;
using Pipeline.Classification;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Demo;
using Pipeline.Datasets;
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
    public async Task<int> FileAsync(SourceFile file, IntakeOptions intakeOptions, Dataset dataset, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        CommandHost.Tell($"Reading '{file.Name}', then masking and embedding what is new, training where something has changed, and predicting.");
        (IntakeResult intake, RunResult result) = await ConsoleProgress.RunAsync(async progress =>
        {
            MakeReady();
            IntakeResult imported = await ImportIncidents.ImportAsync(file, intakeOptions, pipeline.Incidents, pipeline.Folder.Rejects, new ImportProgress(progress), log: pipeline.Ingestions, erased: pipeline.ErasedNumbers, dataset: dataset, cancellationToken: cancellationToken);
            Remark(imported, intakeOptions);
            return (imported, await ClusterAsync(imported.Accepted, imported.Rejected, versions: null, progress, cancellationToken));
        });
        if (outputs.Assignments is not null)
        {
            await AssignmentsFile.WriteAsync(outputs.Assignments, intake.Numbers, pipeline, outputs.RawCsv, cancellationToken);
        }

        return await FinishAsync($"Problems of {Path.GetFileName(file.Name)}", result, outputs, cancellationToken);
    }

    /// <summary>Runs the invented incidents of the demo company through the pipeline, with two model versions half a year apart.</summary>
    public async Task<int> DemoAsync(int count, int seed, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        CommandHost.Tell($"Making {ConsoleText.Count(count, "incident")} of a made-up company, then training on them twice, half a year apart.");
        TrainingRequest[] versions = [new(2025, 4), new(2026, 2)];
        RunResult result = await ConsoleProgress.RunAsync(async progress =>
        {
            MakeReady();
            string export = Path.Combine(pipeline.Folder.Path, DemoFile.Name);
            await AtomicFile.WriteAsync(export, stream => DemoFile.WriteAsync(stream, DemoIncidents.Generate(count, seed)));
            using SourceFile file = SourceFile.Open(export);
            IntakeResult imported = await ImportIncidents.ImportAsync(file, new IntakeOptions(), pipeline.Incidents, pipeline.Folder.Rejects, new ImportProgress(progress), log: pipeline.Ingestions, erased: pipeline.ErasedNumbers, cancellationToken: cancellationToken);
            return await ClusterAsync(imported.Accepted, imported.Rejected, versions, progress, cancellationToken);
        });
        return await FinishAsync("Problems of a made-up company", result, outputs, cancellationToken);
    }

    /// <summary>Runs the made-up household survey through the pipeline, and holds what is found against what the rows were made as.</summary>
    public async Task<int> SurveyAsync(int count, int seed, RunOutputs outputs, CancellationToken cancellationToken)
    {
        CommandHost.Tell($"Data folder: {pipeline.Folder.Path}");
        CommandHost.Tell($"Making {ConsoleText.Count(count, "household")} of a made-up survey, then importing, training and predicting.");
        string path = Path.Combine(pipeline.Folder.Path, "households.csv");
        SurveyRow[] rows = [.. DemoSurvey.Generate(count, seed)];
        await AtomicFile.WriteAsync(path, stream => DemoSurvey.WriteAsync(rows, stream));
        using SourceFile file = SourceFile.Open(path);
        Dataset survey = await pipeline.Datasets.FindAsync(Dataset.Survey, cancellationToken);
        RunResult result = await ConsoleProgress.RunAsync(async progress =>
        {
            IntakeResult imported = await ImportIncidents.ImportAsync(file, new IntakeOptions(), pipeline.Incidents, pipeline.Folder.Rejects, new ImportProgress(progress), log: pipeline.Ingestions, erased: pipeline.ErasedNumbers, dataset: survey, cancellationToken: cancellationToken);
            return await ClusterAsync(imported.Accepted, imported.Rejected, versions: null, progress, cancellationToken);
        });
        double agreement = await RecordGroups.AgreementAsync(pipeline, survey, rows, cancellationToken);
        CommandHost.Tell(string.Create(CultureInfo.InvariantCulture, $"Agreement of the groups found with those that the rows were made as: adjusted Rand index {agreement:0.000}"));
        return await FinishAsync("Groups of a made-up household survey", result with { Agreement = Math.Round(agreement, 4) }, outputs, cancellationToken);
    }

    // Compiling what texts are masked by takes as long as reading thousands of rows: it is done meanwhile. Where it cannot be made, preprocessing says so.
    private void MakeReady() => _ = Task.Run(() => pipeline.Preprocess);

    private void Remark(IntakeResult imported, IntakeOptions intakeOptions)
    {
        if (imported.Source is not null)
        {
            _remarks.Add($"The file was read as an export of {imported.Source}.");
        }

        _remarks.AddRange(imported.Remarks);
        if (imported.Cut > 0)
        {
            _remarks.Add($"Texts longer than {ConsoleText.Count(intakeOptions.MaxTextLength, "character")} were cut to that length: those of {ConsoleText.Count(imported.Cut, "incident")}.");
        }
    }

    private async Task<RunResult> ClusterAsync(int incidents, int rejected, TrainingRequest[]? versions, IProgress<PipelineProgress> progress, CancellationToken cancellationToken)
    {
        PreprocessOutcome preprocessed = await pipeline.Preprocess.RunAsync(limit: null, progress, cancellationToken);
        if (preprocessed.DeadLetters > 0)
        {
            _remarks.Add($"Nothing is left of the text of {ConsoleText.Count(preprocessed.DeadLetters, "incident")} after cleaning. What has no text is kept aside and belongs to no cluster.");
        }

        string token = await pipeline.Preprocess.WatermarkAsync(cancellationToken);
        foreach (TrainingRequest version in versions ?? await _trained.NeededAsync(cancellationToken))
        {
            TrainingRecord training = await pipeline.Train.RunAsync(await pipeline.Planner.PlanAsync(version with { Token = token }, cancellationToken), progress, cancellationToken: cancellationToken);
            _trainings.Add(training);
            foreach (TrainingOutcome trained in training.TechCenters)
            {
                await pipeline.Note.AfterTrainingAsync(trained, cancellationToken);
            }

            _remarks.AddRange(training.TechCenters.Where(c => c.Stage is ModelStage.Candidate or ModelStage.Canary).Select(c => $"{c.TechCenter}: {c.Detail}"));
        }

        await RemarkWindowAsync(cancellationToken);
        DateTimeOffset begunAt = pipeline.Clock.GetUtcNow();
        IReadOnlyList<PredictionOutcome> predictions = await pipeline.Predict.RunAsync(techCenter: null, progress, cancellationToken: cancellationToken);
        await pipeline.Note.AfterPredictionAsync(predictions, begunAt, cancellationToken);
        await ForecastCommand.RefreshAsync(pipeline, predictions, cancellationToken);
        RunTechCenter[] centers = await CentersAsync(predictions, cancellationToken);
        return new RunResult(incidents, rejected, preprocessed.Embedded, 0, centers, predictions.Sum(p => p.Predicted));
    }

    // Tables of trainings count the window's incidents: where that is not all, the user is told, so that the numbers agree.
    private async Task RemarkWindowAsync(CancellationToken cancellationToken)
    {
        if (_trainings is [.., TrainingRecord newest])
        {
            HashSet<string> trained = [.. newest.TechCenters.Where(c => c.Status != TrainingStatus.Failed).Select(c => c.TechCenter)];
            long known = (await pipeline.TechCenters.ReadStatisticsAsync(cancellationToken)).Where(s => trained.Contains(s.TechCenter)).Sum(s => s.Preprocessed);
            long learned = newest.TechCenters.Where(c => trained.Contains(c.TechCenter)).Sum(c => (long)c.Incidents);
            if (learned < known)
            {
                TrainingWindow window = pipeline.Planner.Window(newest.Year, newest.Quarter);
                _remarks.Add(string.Create(CultureInfo.InvariantCulture, $"{ConsoleText.Number(known - learned)} of {ConsoleText.Count(known, "incident")} {(known - learned == 1 ? "is" : "are")} not from the window that was trained on, {window.From:yyyy-MM-dd} to {window.Until.AddDays(-1):yyyy-MM-dd}, and {(known - learned == 1 ? "was" : "were")} not learned from."));
            }
        }
    }

    /// <summary>What was trained now, and of the other tech centers what was trained before.</summary>
    private async Task<RunTechCenter[]> CentersAsync(IReadOnlyList<PredictionOutcome> predictions, CancellationToken cancellationToken)
    {
        ILookup<string, TrainingOutcome> trained = _trainings.SelectMany(t => t.TechCenters).ToLookup(t => t.TechCenter, StringComparer.Ordinal);
        List<RunTechCenter> centers = [];
        foreach (PredictionOutcome predicted in predictions.OrderBy(p => p.TechCenter, StringComparer.Ordinal))
        {
            centers.Add(trained[predicted.TechCenter].LastOrDefault() is { Stage: null or ModelStage.Production } t
                ? new RunTechCenter(
                    t.TechCenter, t.Incidents, t.Problems, t.Clusters, t.Status == TrainingStatus.Published ? t.Unclustered : t.Incidents, t.Domains, t.Version, Math.Round(trained[t.TechCenter].Sum(o => o.Seconds), 3), t.Detail ?? predicted.Detail)
                {
                    Failed = t.Status == TrainingStatus.Failed || predicted.Failed,
                }
                : await KnownAsync(predicted, trained[predicted.TechCenter].LastOrDefault(), cancellationToken));
        }

        return [.. centers];
    }

    private async Task<RunTechCenter> KnownAsync(PredictionOutcome predicted, TrainingOutcome? candidate, CancellationToken cancellationToken)
    {
        SoundVersion<ModelClusters>? version = predicted.Failed ? null : await pipeline.Models.LoadServingAsync(predicted.TechCenter, pipeline.Models.ReadCorrectedAsync, cancellationToken);
        ModelManifest? model = version?.Manifest;
        int domains = version?.Loaded.Domains.Count ?? 0;
        return new RunTechCenter(predicted.TechCenter, model?.Incidents ?? 0, model?.ProblemCount ?? 0, model?.Clusters ?? 0, model?.Unclustered ?? 0, domains, model?.Version, candidate?.Seconds ?? 0, candidate?.Detail ?? predicted.Detail) { Failed = predicted.Failed };
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
        timed = timed with { Groups = await RecordGroups.ReadAsync(pipeline, timed.TechCenters.Select(c => c.Name), cancellationToken) };
        host.Show(timed, console =>
        {
            RunSummary.Write(console, report);
            RecordGroups.Write(console, timed.Groups);
        });
        CommandHost.Tell($"{ConsoleText.Count(timed.Incidents, "incident")}{(timed.Rejected > 0 ? $" and {ConsoleText.Count(timed.Rejected, "rejected row")}" : "")}, {ConsoleText.Count(timed.Embedded, "text")} embedded, {ConsoleText.Count(timed.Predictions, "prediction")} in {ConsoleText.Duration(_clock.Elapsed)}");
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

/// <summary>The files that a run writes besides its data folder.</summary>
/// <param name="Assignments">Each incident's problem and cluster as CSV; null for none.</param>
/// <param name="Report">A copy of the HTML report; null for none.</param>
/// <param name="RawCsv">Whether CSV is written for a machine; see <see cref="CsvWriter"/>.</param>
internal sealed record RunOutputs(string? Assignments = null, string? Report = null, bool RawCsv = false)
{
    /// <summary>Makes the files' folders and tries to write there, so that no long run ends with a result that has no place.</summary>
    /// <exception cref="CommandException">A file cannot be written; the message names its option.</exception>
    public void Check()
    {
        foreach ((string? path, string option) in new[] { (Assignments, "--assignments"), (Report, "--report") })
        {
            if (path is not null)
            {
                AtomicFile.Check(path, option);
            }
        }
    }
}

/// <summary>What a run did, as <c>--json</c> prints it.</summary>
/// <param name="Incidents">Accepted incidents.</param>
/// <param name="Rejected">Refused rows; they are in the rejects file.</param>
/// <param name="Embedded">Texts that were embedded: equal texts are embedded once.</param>
/// <param name="Seconds">Wall-clock seconds of the whole run.</param>
/// <param name="TechCenters">One entry per tech center.</param>
/// <param name="Predictions">Predictions made.</param>
internal sealed record RunResult(int Incidents, int Rejected, long Embedded, double Seconds, IReadOnlyList<RunTechCenter> TechCenters, int Predictions)
{
    /// <summary>Of records, the groups that were found and what sets each apart; left out where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<RecordGroup>? Groups { get; init; }

    /// <summary>The adjusted Rand index of the groups found with those that are known; left out where none are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Agreement { get; init; }

    /// <summary>Whether a tech center failed.</summary>
    [JsonIgnore]
    public bool Failed => TechCenters.Any(c => c.Failed);
}

/// <summary>One tech center of a run.</summary>
/// <param name="Name">The tech center.</param>
/// <param name="Incidents">Incidents in the newest training's window.</param>
/// <param name="Problems">Problems found.</param>
/// <param name="Clusters">Clusters found: the problems' variants.</param>
/// <param name="Unclustered">Incidents of the window that belong to no cluster.</param>
/// <param name="Domains">Domains found.</param>
/// <param name="Version">The published version; null where none was.</param>
/// <param name="TrainSeconds">Wall-clock seconds of its trainings.</param>
/// <param name="Detail">Why no version was published; left out where one was.</param>
internal sealed record RunTechCenter(string Name, int Incidents, int Problems, int Clusters, int Unclustered, int Domains, string? Version, double TrainSeconds, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail)
{
    /// <summary>Whether its training or prediction failed.</summary>
    [JsonIgnore]
    public bool Failed { get; init; }
}
