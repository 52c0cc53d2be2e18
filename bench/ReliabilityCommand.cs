using System.CommandLine;
using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.Models;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>reliability FOLDER</c>: keeps every fifth text out of a training, and holds the confidence of its answer against whether it is right.</summary>
internal static class ReliabilityCommand
{
    private const int HeldOutOf = 5;

    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder with banking77_train.csv and corefx_issues.csv." };
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on; each keeps other texts out.", DefaultValueFactory = _ => 6 };
        Option<string[]> sets = new("--sets") { Description = "The sets to measure.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["banking77_train", "corefx_issues", "support_tickets", "demo"] };
        Option<string> kind = new("--kind") { Description = "The embedder: Lexical, Static or Hybrid.", DefaultValueFactory = _ => "Hybrid" };
        Command command = new("reliability", "Confidence and rate of right answers in ten bins, and the mean distance of the two (expected calibration error).") { folder, seeds, sets, kind };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using LocalEmbedder embedder = EmbedderCommand.Make(parsed.GetRequiredValue(kind));
            foreach (string name in parsed.GetRequiredValue(sets))
            {
                QualitySet set = await QualitySet.EmbedAsync(EmbedderSet.Read(name, parsed.GetRequiredValue(folder).FullName), embedder, cancellationToken);
                Reliability[] runs = [.. Enumerable.Range(1, parsed.GetValue(seeds)).Select(seed => new Reliability([.. set.Parts.SelectMany(part => Answers(part, seed, cancellationToken))]))];
                Print(name, runs);
            }
        });
        return command;
    }

    private static void Print(string name, Reliability[] runs)
    {
        Reliability all = new([.. runs.SelectMany(run => run.Answers)]);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: calibration error of a training's answers {runs.Average(r => r.Error):0.000}, at most {runs.Max(r => r.Error):0.000}, by chance alone {runs.Average(r => r.ErrorOfChance()):0.000}; of all answers together {all.Error:0.000}"));
        foreach (string line in all.Lines)
        {
            Console.WriteLine(line);
        }
    }

    // Right is the problem that a training with the text gives it; the problems of the two trainings are matched by the texts that they share.
    private static IEnumerable<ReliabilityAnswer> Answers(QualityPart part, int seed, CancellationToken cancellationToken)
    {
        Dictionary<string, int> draws = new(StringComparer.Ordinal);
        Random random = new(seed);
        foreach (string text in part.Texts)
        {
            draws.TryAdd(text, random.Next(HeldOutOf));
        }

        int[] kept = [.. Enumerable.Range(0, part.Count).Where(i => draws[part.Texts[i]] != 0)];
        int[] held = [.. Enumerable.Range(0, part.Count).Where(i => draws[part.Texts[i]] == 0)];
        if (held.Length == 0)
        {
            return [];
        }

        TrainingParameters parameters = new TrainingOptions { Seed = seed }.Resolve(part.Count);
        QualityPart rest = part.Rows(kept);
        ClusteredIncidents whole = IncidentClustering.Cluster(part.Embeddings, part.Dimensions, part.Texts, parameters, maxDegreeOfParallelism: null, cancellationToken: cancellationToken);
        ClusteredIncidents trained = IncidentClustering.Cluster(rest.Embeddings, part.Dimensions, rest.Texts, parameters, maxDegreeOfParallelism: null, cancellationToken: cancellationToken);
        int[] reference = Problems(whole);
        int[] own = Problems(trained);
        Dictionary<int, int> matched = Enumerable.Range(0, kept.Length).GroupBy(i => own[i]).ToDictionary(g => g.Key, g => g.CountBy(i => reference[kept[i]]).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key);
        Dictionary<int, int> leaders = Enumerable.Range(0, kept.Length).GroupBy(i => own[i]).ToDictionary(g => g.Key, g => g.CountBy(i => part.Truth[kept[i]]).OrderByDescending(c => c.Value).ThenBy(c => c.Key).First().Key);
        ClusterAssignment[] answers = trained.Geometry.Classify(part.Rows(held).Embeddings, cancellationToken);
        return held.Select((row, i) =>
        {
            int problem = answers[i].ClusterId < 0 ? -1 : trained.Problems[answers[i].ClusterId];
            return new ReliabilityAnswer(answers[i].Confidence, matched[problem] == reference[row], problem >= 0, problem >= 0 && leaders[problem] == part.Truth[row]);
        });
    }

    private static int[] Problems(ClusteredIncidents clustered) => Array.ConvertAll(clustered.Labels, label => label < 0 ? -1 : clustered.Problems[label]);
}
