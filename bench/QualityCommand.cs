using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CsvHelper;
using Pipeline.Classification;
using Pipeline.Clustering;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>quality FILE.csv</c>: runs the whole pipeline on labelled texts and holds its clusters against the labels.</summary>
internal static class QualityCommand
{
    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.csv") { Description = "A CSV file with a text column and a column with the true group." };
        Option<string[]> texts = new("--text-columns") { Description = "The text columns.", DefaultValueFactory = _ => ["text"], AllowMultipleArgumentsPerToken = true };
        Option<string> label = new("--label-column") { Description = "The column with the true group.", DefaultValueFactory = _ => "category" };
        Option<int?> minClusterSize = new("--min-cluster-size") { Description = "The smallest cluster. Default: that of the pipeline." };
        Option<int?> seed = new("--seed") { Description = "Seeds every random choice. Default: that of the pipeline." };
        Option<bool> direct = new("--direct") { Description = "Cluster the reduced vectors without the rest of the pipeline, by UMAP and HDBSCAN and by the clustering of embeddings; the time is that of this step." };
        Option<bool> json = new("--json") { Description = "Print one JSON object." };
        Command command = new("quality", "Adjusted Rand index over the clustered texts, normalised mutual information over all (noise as one group), and the noise share.") { file, texts, label, minClusterSize, seed, direct, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetRequiredValue(file).FullName;
            CsvIntakeOptions intake = new() { TextColumns = parsed.GetRequiredValue(texts), CreatedColumn = "none", TechCenterColumn = "none" };
            PipelineSettings settings = PipelineSettings.Load().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed));
            string[] truth = ReadColumn(path, parsed.GetRequiredValue(label));
            IReadOnlyList<(string Way, QualityResult Result)> results = parsed.GetValue(direct)
                ? await MeasureDirectAsync(path, intake, truth, settings, cancellationToken)
                : [("pipeline", await MeasureAsync(path, intake, truth, settings, cancellationToken))];
            foreach ((string way, QualityResult result) in results)
            {
                Console.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(result, PipelineJson.Compact)
                    : string.Create(CultureInfo.InvariantCulture, $"{way}: {result.Texts} texts, {result.Clusters} clusters, noise {result.NoiseShare:P1}, ARI {result.AdjustedRand:0.000}, NMI {result.NormalizedMutualInformation:0.000}, {result.Seconds:0.00} s"));
            }
        });
        return command;
    }

    private static async Task<QualityResult> MeasureAsync(string path, CsvIntakeOptions intake, string[] truth, PipelineSettings settings, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-quality-").FullName;
        try
        {
            System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            IReadOnlyList<string> numbers = await PreprocessAsync(pipeline, path, intake, cancellationToken);
            TrainingPlan plan = await pipeline.Planner.PlanAsync(new TrainingRequest(), cancellationToken);
            await pipeline.Train.CloseAsync(await pipeline.Train.RunAsync(plan, cancellationToken: cancellationToken), cancellationToken);
            await pipeline.Predict.RunAsync(cancellationToken: cancellationToken);
            double seconds = clock.Elapsed.TotalSeconds;

            Dictionary<string, int> clusters = new(StringComparer.Ordinal);
            await foreach (PredictedIncident row in pipeline.Predictions.ReadPredictedAsync(cancellationToken: cancellationToken))
            {
                clusters.Add(row.Prediction.IncidentId, row.Prediction.ClusterId);
            }

            return Compare([.. numbers.Select(n => clusters[n])], truth, seconds);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<(string Way, QualityResult Result)>> MeasureDirectAsync(string path, CsvIntakeOptions intake, string[] truth, PipelineSettings settings, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-quality-").FullName;
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            IReadOnlyList<string> numbers = await PreprocessAsync(pipeline, path, intake, cancellationToken);
            (float[] vectors, int dimensions, TrainingParameters parameters) = await QualityComparison.ReduceAsync(pipeline, numbers, settings, cancellationToken);
            return [.. QualityComparison.Run(vectors, dimensions, parameters, cancellationToken).Select(found => (found.Way, Compare(found.Labels, truth, found.Seconds)))];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Imports and preprocesses the texts.</summary>
    /// <returns>Their numbers, in the order of the file.</returns>
    private static async Task<IReadOnlyList<string>> PreprocessAsync(LocalPipeline pipeline, string path, CsvIntakeOptions intake, CancellationToken cancellationToken)
    {
        IntakeResult imported = await CsvIntake.ImportAsync(path, intake, pipeline.Incidents, rejectsPath: null, progress: null, cancellationToken);
        if (imported.Rejected > 0)
        {
            throw new InvalidDataException($"{imported.Rejected} rows were rejected: labels and texts would not match.");
        }

        await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
        return imported.Numbers;
    }

    private static QualityResult Compare(int[] found, string[] truth, double seconds)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] groups = [.. truth.Select(t => numbers.TryGetValue(t, out int number) ? number : numbers[t] = numbers.Count)];
        int[] clustered = [.. Enumerable.Range(0, found.Length).Where(i => found[i] >= 0)];
        return new QualityResult(
            found.Length,
            found.Where(c => c >= 0).Distinct().Count(),
            1 - ((double)clustered.Length / found.Length),
            PartitionAgreement.AdjustedRandIndex([.. clustered.Select(i => groups[i])], [.. clustered.Select(i => found[i])]),
            PartitionAgreement.NormalizedMutualInformation(groups, found),
            Math.Round(seconds, 3));
    }

    private static string[] ReadColumn(string path, string column)
    {
        using StreamReader text = new(path);
        using CsvReader csv = new(text, CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        List<string> values = [];
        while (csv.Read())
        {
            values.Add(csv.GetField(column)!);
        }

        return [.. values];
    }
}
