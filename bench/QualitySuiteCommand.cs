using System.CommandLine;
using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>quality-suite FOLDER</c>: the clusters and the problems of every labelled set over several seeds.</summary>
internal static class QualitySuiteCommand
{
    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder with banking77_train.csv, corefx_issues.csv and support_tickets.csv." };
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on.", DefaultValueFactory = _ => 6 };
        Option<string[]> sets = new("--sets") { Description = "The sets to measure. Default: all that are there.", AllowMultipleArgumentsPerToken = true };
        Option<string> kind = new("--kind") { Description = "The embedder: Lexical, Static or Hybrid.", DefaultValueFactory = _ => "Hybrid" };
        Option<bool> half = new("--half") { Description = "Round the vectors to half precision (IEEE 754, 16 bits) first." };
        Command command = new("quality-suite", "Clusters, noise, adjusted Rand index, normalised mutual information, purity, surplus and mixed clusters: mean and standard deviation.") { folder, seeds, sets, kind, half };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Console.WriteLine(QualityScore.Header);
            string path = parsed.GetRequiredValue(folder).FullName;
            string[] names = parsed.GetValue(sets) is { Length: > 0 } asked ? asked : [.. EmbedderSet.Files.Where(name => File.Exists(Path.Combine(path, name + ".csv"))), .. EmbedderSet.Own];
            using LocalEmbedder embedder = EmbedderCommand.Make(parsed.GetRequiredValue(kind));
            foreach (string name in names)
            {
                QualitySet set = await QualitySet.EmbedAsync(EmbedderSet.Read(name, path), embedder, cancellationToken);
                Measure(parsed.GetValue(half) ? set.Halved() : set, parsed.GetValue(seeds), cancellationToken);
            }
        });
        return command;
    }

    private static void Measure(QualitySet set, int seeds, CancellationToken cancellationToken)
    {
        List<QualityScore> clusters = [], problems = [];
        double stability = 0;
        for (int seed = 1; seed <= seeds; seed++)
        {
            ClusteredIncidents[] found = [.. set.Parts.Select(part => IncidentClustering.Cluster(
                part.Embeddings, part.Dimensions, part.Texts, new TrainingOptions { Seed = seed }.Resolve(part.Count), maxDegreeOfParallelism: null, cancellationToken: cancellationToken))];
            clusters.Add(QualityScore.Of(set, [.. found.Select(f => f.Labels)]));
            problems.Add(QualityScore.Of(set, [.. found.Select(f => Array.ConvertAll(f.Labels, label => label < 0 ? -1 : f.Problems[label]))]));
            stability += found.Average(f => f.Stability) / seeds;
        }

        Console.WriteLine(QualityScore.Line($"{set.Name}, clusters", clusters));
        Console.WriteLine(QualityScore.Line($"{set.Name}, problems", problems));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{set.Name}: the trainings report a stability of {stability:0.000}"));
    }
}
