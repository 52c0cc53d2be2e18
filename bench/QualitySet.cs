using System.Globalization;
using CsvHelper;
using Pipeline.Incidents;
using Pipeline.LocalHost;
using Pipeline.LocalHost.Demo;
using Pipeline.Prediction;
using Pipeline.Preprocessing;
using Pipeline.Storage;

namespace Pipeline.Bench;

/// <summary>Labelled texts as a training sees them: one part for each tech center.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Parts">Its tech centers.</param>
internal sealed record QualitySet(string Name, IReadOnlyList<QualityPart> Parts)
{
    /// <summary>Preprocesses the texts of a CSV file.</summary>
    /// <param name="name">The set's name.</param>
    /// <param name="path">The file.</param>
    /// <param name="textColumns">The columns with the texts.</param>
    /// <param name="labelColumn">The column with the true group.</param>
    /// <param name="settings">The embedder and the masking.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static Task<QualitySet> FromCsvAsync(string name, string path, string[] textColumns, string labelColumn, PipelineSettings settings, CancellationToken cancellationToken) =>
        FromPipelineAsync(name, settings, async pipeline =>
        {
            CsvIntakeOptions intake = new() { TextColumns = textColumns, CreatedColumn = "none", TechCenterColumn = "none" };
            IntakeResult imported = await CsvIntake.ImportAsync(path, intake, pipeline.Warehouse, rejectsPath: null, progress: null, cancellationToken);
            string[] labels = ReadColumn(path, labelColumn);
            return imported.Rejected > 0
                ? throw new InvalidDataException($"{imported.Rejected} rows of {path} were rejected: labels and texts would not match.")
                : [.. imported.Numbers.Zip(labels, (number, label) => (number, (string?)label))];
        }, cancellationToken);

    /// <summary>Preprocesses the demo's incidents, whose true group is the problem that they were made from.</summary>
    public static Task<QualitySet> DemoAsync(int count, PipelineSettings settings, CancellationToken cancellationToken) =>
        FromPipelineAsync("demo", settings, async pipeline =>
        {
            (Incident Incident, string? Problem)[] rows = [.. DemoIncidents.GenerateWithProblems(count).Select(row => (row.Incident, row.Problem?.Name))];
            foreach ((Incident Incident, string?)[] batch in rows.Chunk(2_000))
            {
                await pipeline.Warehouse.UpsertIncidentsAsync([.. batch.Select(row => row.Incident)], cancellationToken);
            }

            return [.. rows.Select(row => (row.Incident.Number, row.Problem))];
        }, cancellationToken);

    private static async Task<QualitySet> FromPipelineAsync(
        string name, PipelineSettings settings, Func<LocalPipeline, Task<(string Number, string? Truth)[]>> import, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("pipeline-quality-").FullName;
        try
        {
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            (string Number, string? Truth)[] rows = await import(pipeline);
            await pipeline.Preprocess.RunAsync(cancellationToken: cancellationToken);
            Dictionary<string, PreprocessedIncident> found = new(StringComparer.Ordinal);
            foreach (TechCenterStatistics center in await pipeline.Warehouse.ReadStatisticsAsync(cancellationToken))
            {
                await foreach (PreprocessedIncident row in pipeline.Warehouse.ReadWindowAsync(
                    center.TechCenter, pipeline.Preprocess.Embedder, DateTimeOffset.MinValue, DateTimeOffset.MaxValue, cancellationToken))
                {
                    found.Add(row.Number, row);
                }
            }

            return new QualitySet(name, [.. rows.Where(row => found.ContainsKey(row.Number)).GroupBy(row => found[row.Number].TechCenter, StringComparer.Ordinal)
                .Select(center => Part(center.Key, [.. center], found))]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static QualityPart Part(string name, (string Number, string? Truth)[] rows, Dictionary<string, PreprocessedIncident> found)
    {
        Dictionary<string, int> numbers = new(StringComparer.Ordinal);
        int[] truth = [.. rows.Select(row => row.Truth is null ? -1 : numbers.TryGetValue(row.Truth, out int number) ? number : numbers[row.Truth] = numbers.Count)];
        PreprocessedIncident[] texts = [.. rows.Select(row => found[row.Number])];
        return new QualityPart(name, EmbeddingMatrix.Of([.. texts.Select(t => t.Embedding)]), texts[0].Embedding.Length, [.. texts.Select(t => t.ContentHash)], [.. texts.Select(t => t.Summary)], truth);
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
