using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Adapters.Local;
using Pipeline.Cli.Demo;
using Pipeline.Drift;
using Pipeline.Incidents;
using Pipeline.Models;
using Pipeline.Preprocessing;
using Pipeline.Training;

namespace Pipeline.Bench;

/// <summary><c>drift</c>: the drift of incidents that are like those of the training, and of others, on the demo company, over seeds.</summary>
internal static class DriftCommand
{
    public static Command Create()
    {
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on.", DefaultValueFactory = _ => 20 };
        Option<int> count = new("--incidents") { Description = "Incidents of the demo company.", DefaultValueFactory = _ => 20_000 };
        Option<string?> center = new("--center") { Description = "The tech center. Default: in turn with the seed." };
        Command command = new("drift", "Trains on a random 70 % of a tech center's incidents and measures the drift of the other 30 % as they are, with half of them from another tech center, and all from another.") { seeds, count, center };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            Console.WriteLine("| seed | tech center | texts | unshifted | half shifted | shifted | parts unshifted | parts shifted |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|");
            List<double> same = [], half = [], other = [];
            foreach (int seed in Enumerable.Range(1, parsed.GetValue(seeds)))
            {
                (string name, ExaminedText[] reference, ExaminedText[] rest, ExaminedText[] strangers) = await ExamineAsync(seed, parsed.GetValue(count), parsed.GetValue(center), cancellationToken);
                ExaminedText[] mixed = [.. rest.Take(rest.Length / 2), .. strangers.Take(rest.Length / 2)];
                DriftParts[] parts = [DriftScore.Compare(reference, rest), DriftScore.Compare(reference, mixed), DriftScore.Compare(reference, strangers)];
                double[] scores = [.. parts.Select(DriftScore.Of)];
                same.Add(scores[0]);
                half.Add(scores[1]);
                other.Add(scores[2]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {seed} | {name} | {reference.Length}, {rest.Length}, {strangers.Length} | {scores[0]:0.00} | {scores[1]:0.00} | {scores[2]:0.00} | {Tell(parts[0])} | {Tell(parts[2])} |"));
            }

            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| all | | | {Tell(same)} | {Tell(half)} | {Tell(other)} | | |"));
        });
        return command;
    }

    private static string Tell(DriftParts parts) => string.Create(CultureInfo.InvariantCulture, $"{parts.Components:0.00}, {parts.Confidence:0.00}, {parts.Likeness:0.00}, {parts.StabilityIndex:0.00}");

    private static string Tell(List<double> values)
    {
        double mean = values.Average();
        return string.Create(CultureInfo.InvariantCulture, $"{mean:0.00} ± {Math.Sqrt(values.Average(v => (v - mean) * (v - mean))):0.00}, {values.Min():0.00} to {values.Max():0.00}");
    }

    private static async Task<(string Name, ExaminedText[] Reference, ExaminedText[] Fresh, ExaminedText[] Strangers)> ExamineAsync(int seed, int count, string? asked, CancellationToken cancellationToken)
    {
        Incident[] all = [.. DemoIncidents.Generate(count, seed)];
        string[] names = [.. all.CountBy(i => i.TechCenter, StringComparer.Ordinal).OrderByDescending(c => c.Value).Select(c => c.Key)];
        string name = asked ?? names[seed % names.Length], stranger = names[(Array.IndexOf(names, name) + 1) % names.Length];
        SummaryBuilder summaries = new(new Masker(MaskingRules.Default));
        using HybridEmbedder embedder = new();
        Random random = new(seed);
        (string Hash, ReadOnlyMemory<float> Vector)[] own = await EmbedAsync(name);
        (string Hash, ReadOnlyMemory<float> Vector)[] foreign = await EmbedAsync(stranger);
        random.Shuffle(own);
        int trained = own.Length * 7 / 10;
        TrainingParameters parameters = new TrainingOptions { Seed = seed }.Resolve(trained);
        MemberGeometry members = IncidentClustering.Cluster(
            EmbeddingMatrix.Of([.. own[..trained].Select(t => t.Vector)]), own[0].Vector.Length, [.. own[..trained].Select(t => t.Hash)], parameters, maxDegreeOfParallelism: null, cancellationToken: cancellationToken).Geometry;
        return (name, Examine(own[..trained], isMember: true), Examine(own[trained..], isMember: false), Examine(foreign, isMember: false));

        async Task<(string, ReadOnlyMemory<float>)[]> EmbedAsync(string center)
        {
            string[] texts = [.. all.Where(i => string.Equals(i.TechCenter, center, StringComparison.Ordinal)).Select(i => summaries.Build(i.Texts)).Where(t => t.Length > 0).Distinct(StringComparer.Ordinal)];
            return [.. texts.Zip(await embedder.GenerateAsync(texts, cancellationToken: cancellationToken), (text, e) => (Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))), e.Vector))];
        }

        ExaminedText[] Examine(IReadOnlyList<(string Hash, ReadOnlyMemory<float> Vector)> texts, bool isMember)
        {
            (string Hash, ReadOnlyMemory<float> Vector)[] sample = [.. texts.OrderBy(t => t.Hash, StringComparer.Ordinal).Take(new DriftOptions().Sample)];
            return members.Examine(EmbeddingMatrix.Of([.. sample.Select(s => s.Vector)]), [.. sample.Select(_ => isMember)], DriftScore.Components);
        }
    }
}
