using Pipeline.Classification;
using Pipeline.Cli.Demo;
using Pipeline.Clustering;
using Pipeline.Datasets;
using Pipeline.LocalHost;
using Pipeline.Models;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>The groups of records that a run has found, with what sets each apart from all other rows.</summary>
internal static class RecordGroups
{
    private const int Shown = 6;

    /// <summary>The groups of the newest models of tech centers; null where none of them is of records.</summary>
    public static async Task<IReadOnlyList<RecordGroup>?> ReadAsync(LocalPipeline pipeline, IEnumerable<string> techCenters, CancellationToken cancellationToken)
    {
        IReadOnlyList<Dataset> datasets = await pipeline.Datasets.ListAsync(cancellationToken);
        List<RecordGroup> groups = [];
        foreach (string center in techCenters.Where(center => DatasetCatalog.OwnerOf(center, datasets).Kind == DatasetKind.Records))
        {
            if (await NewestAsync(pipeline, center, cancellationToken) is { Problems: var problems })
            {
                groups.AddRange(problems.Select(problem => new RecordGroup(center, problem.Id, problem.Label, problem.Size, problem.Traits ?? [])));
            }
        }

        return groups.Count == 0 ? null : groups;
    }

    /// <summary>Prints them; nothing where there are none.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<RecordGroup>? groups)
    {
        if (groups is null)
        {
            return;
        }

        ConsoleTable table = new("Group of", "#Rows", "What sets it apart");
        foreach (RecordGroup group in groups)
        {
            table.Add(ConsoleText.Name(group.TechCenter), ConsoleText.Number(group.Size), string.Join("; ", group.Traits.Take(Shown).Select(trait => trait.WithFigures)));
        }

        table.Write(console);
    }

    /// <summary>The adjusted Rand index of the groups that rows were predicted into with those that they were made as, -1 to 1.</summary>
    public static async Task<double> AgreementAsync(LocalPipeline pipeline, Dataset survey, IReadOnlyList<SurveyRow> rows, CancellationToken cancellationToken)
    {
        Dictionary<int, int> problems = (await NewestAsync(pipeline, survey.Name, cancellationToken))?.Clusters.ToDictionary(cluster => cluster.Id, cluster => cluster.ProblemId ?? cluster.Id) ?? [];
        Dictionary<string, int> found = new(StringComparer.Ordinal);
        await foreach (PredictedIncident predicted in pipeline.Predictions.ReadPredictedAsync(survey.Name, cancellationToken))
        {
            found[predicted.Prediction.IncidentId] = problems.GetValueOrDefault(predicted.Prediction.ClusterId, -1);
        }

        return PartitionAgreement.AdjustedRandIndex([.. rows.Select(row => row.Group)], [.. rows.Select(row => found.GetValueOrDefault(survey.NumberOf(row.Answers[0]), -1))]);
    }

    private static async Task<ModelClusters?> NewestAsync(LocalPipeline pipeline, string techCenter, CancellationToken cancellationToken)
    {
        try
        {
            return (await pipeline.Models.LoadServingAsync(techCenter, pipeline.Models.ReadCorrectedAsync, cancellationToken))?.Loaded;
        }
        catch (ModelException)
        {
            // The run has said that the model is damaged.
            return null;
        }
    }
}

/// <summary>A group of records.</summary>
/// <param name="TechCenter">The data set, or the part of it, whose model found the group.</param>
/// <param name="Id">Its id, kept by later versions.</param>
/// <param name="Label">Its name.</param>
/// <param name="Size">The rows of the training that belong to it.</param>
/// <param name="Traits">What sets it apart from all other rows, the strongest first.</param>
internal sealed record RecordGroup(string TechCenter, int Id, string Label, int Size, IReadOnlyList<ClusterTrait> Traits);
