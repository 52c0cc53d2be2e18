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
    private const int Bins = 10;

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
                double[] errors = [.. Enumerable.Range(1, parsed.GetValue(seeds)).Select(seed => Error([.. set.Parts.SelectMany(part => Answers(part, seed, cancellationToken))], print: seed == 1))];
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: calibration error {errors.Average():0.000}, at most {errors.Max():0.000}"));
            }
        });
        return command;
    }

    // Right is the problem that a training with the text gives it; the problems of the two trainings are matched by the texts that they share.
    private static IEnumerable<(double Confidence, bool Right)> Answers(QualityPart part, int seed, CancellationToken cancellationToken)
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
        ClusterAssignment[] answers = trained.Geometry.Classify(part.Rows(held).Embeddings, cancellationToken);
        return held.Select((row, i) => (answers[i].Confidence, (answers[i].ClusterId < 0 ? -1 : matched[trained.Problems[answers[i].ClusterId]]) == reference[row]));
    }

    private static int[] Problems(ClusteredIncidents clustered) => Array.ConvertAll(clustered.Labels, label => label < 0 ? -1 : clustered.Problems[label]);

    private static double Error((double Confidence, bool Right)[] answers, bool print)
    {
        double error = 0;
        foreach (IGrouping<int, (double Confidence, bool Right)> bin in answers.GroupBy(a => Math.Min(Bins - 1, (int)(Bins * a.Confidence))).OrderBy(g => g.Key))
        {
            double confidence = bin.Average(a => a.Confidence), rate = bin.Average(a => a.Right ? 1.0 : 0);
            error += Math.Abs(confidence - rate) * bin.Count() / answers.Length;
            if (print)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {bin.Key / 10.0:0.0} to {(bin.Key + 1) / 10.0:0.0} | {bin.Count()} | {confidence:0.000} | {rate:0.000} |"));
            }
        }

        return error;
    }
}
