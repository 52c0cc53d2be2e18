using System.CommandLine;
using System.Globalization;
using Pipeline.LocalHost;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>quality-suite FOLDER</c>: the clusters of every labelled set over several seeds.</summary>
internal static class QualitySuiteCommand
{
    private const int DemoIncidents = 20_000;

    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder of banking77_train.csv, corefx_issues.csv and support_tickets.csv; those that are not there are left out." };
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on.", DefaultValueFactory = _ => 6 };
        Option<string> only = new("--only") { Description = "Only sets whose name holds this: banking77, corefx, tickets or demo.", DefaultValueFactory = _ => "" };
        Command command = new("quality-suite", "Clusters, noise, adjusted Rand index, normalised mutual information, purity, surplus and mixed clusters: mean and standard deviation.") { folder, seeds, only };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Console.WriteLine(QualityScore.Header);
            await foreach (QualitySet set in SetsAsync(parsed.GetRequiredValue(folder).FullName, parsed.GetValue(only)!, cancellationToken))
            {
                Measure(set, parsed.GetValue(seeds), cancellationToken);
            }
        });
        return command;
    }

    private static void Measure(QualitySet set, int seeds, CancellationToken cancellationToken)
    {
        List<QualityScore> scores = [];
        double stability = 0;
        for (int seed = 1; seed <= seeds; seed++)
        {
            ClusteredIncidents[] found = [.. set.Parts.Select(part => IncidentClustering.Cluster(
                part.Embeddings, part.Dimensions, part.Hashes, new TrainingOptions { Seed = seed }.Resolve(part.Count), maxDegreeOfParallelism: null, cancellationToken: cancellationToken))];
            scores.Add(QualityScore.Of(set, [.. found.Select(f => f.Labels)]));
            stability += found.Average(f => f.Stability) / seeds;
        }

        Console.WriteLine(QualityScore.Line(set.Name, scores));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Name}: the trainings report a stability of {stability:0.000}"));
    }

    private static async IAsyncEnumerable<QualitySet> SetsAsync(string folder, string only, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        PipelineSettings settings = PipelineSettings.Load();
        (string Name, string File, string[] Texts, string Label)[] files =
        [
            ("banking77", "banking77_train.csv", ["text"], "category"),
            ("corefx titles", "corefx_issues.csv", ["title"], "area"),
            ("tickets", "support_tickets.csv", ["short_description", "description"], "assignment_group"),
        ];
        foreach ((string name, string file, string[] texts, string label) in files)
        {
            string path = Path.Combine(folder, file);
            if (name.Contains(only, StringComparison.OrdinalIgnoreCase) && File.Exists(path))
            {
                yield return await QualitySet.FromCsvAsync(name, path, texts, label, settings, cancellationToken);
            }
        }

        if ("demo".Contains(only, StringComparison.OrdinalIgnoreCase))
        {
            yield return await QualitySet.DemoAsync(DemoIncidents, settings, cancellationToken);
        }
    }
}
