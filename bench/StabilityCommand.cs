using System.CommandLine;
using System.Globalization;
using Pipeline.Adapters.Local;

namespace Pipeline.Bench;

/// <summary><c>stability FOLDER</c>: how much the clusters of the first tickets hang on the seed and on a few rows more.</summary>
internal static class StabilityCommand
{
    public static Command Create()
    {
        Argument<DirectoryInfo> folder = new("FOLDER") { Description = "The folder with support_tickets.csv." };
        Option<string> kind = new("--kind") { Description = "The embedder: Lexical, Static or Hybrid.", DefaultValueFactory = _ => "Hybrid" };
        Option<int> from = new("--from") { Description = "The fewest rows.", DefaultValueFactory = _ => 200 };
        Option<int> to = new("--to") { Description = "The most rows.", DefaultValueFactory = _ => 1_000 };
        Option<int> step = new("--step") { Description = "Rows between two sizes.", DefaultValueFactory = _ => 20 };
        Option<int> seeds = new("--seeds") { Description = "Seeds, from 1 on.", DefaultValueFactory = _ => 10 };
        Command command = new("stability", "The noise share and the number of clusters over sizes and seeds, and the mean adjusted Rand index between the seeds' clusters.") { folder, kind, from, to, step, seeds };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using LocalEmbedder embedder = EmbedderCommand.Make(parsed.GetRequiredValue(kind));
            QualitySet set = await QualitySet.EmbedAsync(EmbedderSet.Read("support_tickets", parsed.GetRequiredValue(folder).FullName), embedder, cancellationToken);
            List<StabilityRow> rows = [];
            for (int count = parsed.GetValue(from); count <= parsed.GetValue(to); count += parsed.GetValue(step))
            {
                rows.Add(StabilityRow.Measure(set.Parts[0].First(count), parsed.GetValue(seeds), cancellationToken));
                Console.WriteLine(rows[^1].Line);
            }

            Console.WriteLine(Summary(rows));
        });
        return command;
    }

    private static string Summary(List<StabilityRow> rows)
    {
        double between = rows.Zip(rows.Skip(1), (one, next) => Math.Abs(one.Noise.Average() - next.Noise.Average())).DefaultIfEmpty(0).Max();
        int[] all = [.. rows.SelectMany(r => r.Clusters).Order()];
        return string.Create(CultureInfo.InvariantCulture, $"noise {rows.Average(r => r.Noise.Average()):P1}; spread over seeds at most {rows.Max(r => r.Spread):P1}, mean {rows.Average(r => r.Spread):P1}; between neighbouring sizes at most {between:P1}; fewest clusters over the size's median {rows.Min(r => r.LeastPart):0.00}; ARI between seeds mean {rows.Average(r => r.Agreement):0.000}, least {rows.Min(r => r.Agreement):0.000}; clusters {all[0]} to {all[^1]}");
    }
}
