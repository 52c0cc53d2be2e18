using System.Diagnostics.CodeAnalysis;
using Pipeline.Adapters.Local;
using Pipeline.Datasets;
using Pipeline.Forecasting;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Monitoring;

namespace Pipeline.Cli.Commands;

/// <summary>
/// The checks that read all that is stored, and so are for a command and not for a host that is asked every minute: every page of the SQLite files, every row of the warehouse,
/// the checksums of every model version, and the values of every version of forecasts.
/// </summary>
internal sealed class StoredDataChecks(LocalPipeline pipeline, IProgress<PipelineProgress> progress)
{
    private const int Page = 10_000;
    private const string Stage = "Reading all rows";

    /// <summary>Makes one check after the other; a failed check does not stop the ones after it.</summary>
    public async Task<IReadOnlyList<Check>> RunAsync(CancellationToken cancellationToken)
    {
        List<Check> checks = [];
        foreach (string path in pipeline.Folder.Databases.Where(File.Exists))
        {
            checks.Add(await TryAsync($"pages of {Path.GetFileName(path)}", () => PagesAsync(path, cancellationToken)));
        }

        // Rows of a warehouse elsewhere cost money and time to read, and whoever keeps them checks them.
        if (pipeline.Incidents is SqliteWarehouse)
        {
            checks.Add(await TryAsync("rows of the warehouse", () => RowsAsync(cancellationToken)));
        }

        checks.Add(await TryAsync("all model versions", () => ModelsAsync(cancellationToken)));
        checks.Add(await TryAsync("all versions of forecasts", () => ForecastsAsync(cancellationToken)));
        checks.Add(await TryAsync("models and incidents", async () => await FindStrangersAsync(pipeline, cancellationToken) is string problem ? throw new ModelException(problem) : "belong together"));
        return checks;
    }

    /// <summary>Says that no model is of a tech center of the warehouse, as where the warehouse is another folder's; null where that is not so.</summary>
    public static async Task<string?> FindStrangersAsync(LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> models = await ModelledAsync(pipeline, cancellationToken);
        HashSet<string> known = [.. (await pipeline.TechCenters.ReadStatisticsAsync(cancellationToken)).Select(s => s.TechCenter)];
        return models.Count == 0 || models.Any(known.Contains)
            ? null
            : $"There are models of {ConsoleText.List(models)}, and the warehouse holds incidents of none of them: it is empty or that of another data folder. Put back the warehouse that belongs to the models, or name another folder with --data.";
    }

    // Where no manifest of a tech center can be read, its name is not known; that the model is damaged is said by the check of the model.
    private static async Task<IReadOnlyList<string>> ModelledAsync(LocalPipeline pipeline, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.Models.ListTechCentersAsync(cancellationToken);
        }
        catch (ModelException)
        {
            return [];
        }
    }

    private static async Task<string> PagesAsync(string path, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> findings = await SqliteFile.FindDamageAsync(path, cancellationToken);
        return findings.Count == 0
            ? "all read, none damaged"
            : throw new Storage.WarehouseException($"'{path}' is damaged. Restore it from a backup. (SQLite: {string.Join("; ", findings.Select(ConsoleText.Line))})");
    }

    private async Task<string> RowsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<TechCenterStatistics> centers = await pipeline.TechCenters.ReadStatisticsAsync(cancellationToken);
        long total = centers.Sum(c => c.Incidents + c.Preprocessed + c.Predicted);
        long read = 0;
        for (long sequence = 0; await pipeline.Incidents.ReadChangesAsync(sequence, Page, cancellationToken) is { Count: > 0 } changes; sequence = changes[^1].Sequence)
        {
            Report(changes.Count);
        }

        IReadOnlyList<Dataset> datasets = await pipeline.Datasets.ListAsync(cancellationToken);
        foreach (TechCenterStatistics center in centers)
        {
            string embedder = DatasetCatalog.OwnerOf(center.TechCenter, datasets).EmbedderOr(pipeline.Preprocess.Embedder);
            await foreach (Preprocessing.PreprocessedIncident row in pipeline.Preprocessed.ReadWindowAsync(center.TechCenter, embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken))
            {
                Report(1);
            }
        }

        await foreach (Classification.PredictedIncident row in pipeline.Predictions.ReadPredictedAsync(cancellationToken: cancellationToken))
        {
            Report(1);
        }

        progress.Report(new PipelineProgress(Stage, total, total, Unit: "row"));
        return $"{ConsoleText.Number(read)} read, none damaged";

        void Report(int rows)
        {
            read += rows;
            if (read < total && (rows > 1 || read % 1_000 == 0))
            {
                progress.Report(new PipelineProgress(Stage, Math.Min(read, total), total, Unit: "row"));
            }
        }
    }

    private async Task<string> ModelsAsync(CancellationToken cancellationToken)
    {
        HashSet<string> centers = [.. (await pipeline.TechCenters.ReadStatisticsAsync(cancellationToken)).Select(s => s.TechCenter), .. await ModelledAsync(pipeline, cancellationToken)];
        List<string> problems = [];
        int sound = 0;
        foreach (string center in centers.Order(StringComparer.Ordinal))
        {
            foreach (ListedVersion version in await pipeline.Models.ListWithDamagedAsync(center, cancellationToken))
            {
                string? problem = version.Problem ?? await ProblemOfAsync(version.Manifest!, cancellationToken);
                problems.AddRange(problem is null ? [] : [problem]);
                sound += problem is null ? 1 : 0;
            }
        }

        return problems.Count == 0 ? $"{ConsoleText.Number(sound)} read, checksums right" : throw new ModelException(string.Join(' ', problems));
    }

    private async Task<string> ForecastsAsync(CancellationToken cancellationToken)
    {
        ForecastFiles files = await pipeline.ManageForecasts.CheckAsync(cancellationToken);
        return files.Damaged.Count == 0 ? $"{ConsoleText.Count(files.Sound, "file")} read, none damaged" : throw new ModelException(string.Join(' ', files.Damaged.Select(d => ConsoleText.Line(d.Problem))));
    }

    private async Task<string?> ProblemOfAsync(ModelManifest manifest, CancellationToken cancellationToken)
    {
        try
        {
            await pipeline.Models.ReadAsync(manifest, cancellationToken);
            return null;
        }
        catch (ModelException e)
        {
            return e.Message;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Whatever a check throws is the check's result.")]
    private static async Task<Check> TryAsync(string name, Func<Task<string>> check)
    {
        try
        {
            return new Check(name, Passed: true, await check());
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new Check(name, Passed: false, e.Message);
        }
    }
}
