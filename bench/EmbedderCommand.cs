using System.CommandLine;
using System.Globalization;
using Pipeline.Adapters.Local;
using Pipeline.Adapters.Onnx;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary><c>embedders [FOLDER]</c>: clusters labelled texts as a training does, with several embedders and seeds.</summary>
internal static class EmbedderCommand
{
    public static Command Create()
    {
        Argument<DirectoryInfo?> folder = new("FOLDER") { Description = "The folder with banking77_train.csv, corefx_issues.csv and support_tickets.csv.", Arity = ArgumentArity.ZeroOrOne };
        Option<string[]> sets = new("--sets") { Description = "The sets to measure. Default: all that are there.", AllowMultipleArgumentsPerToken = true };
        Option<string[]> kinds = new("--kinds") { Description = "The embedders: Lexical, Static, Hybrid, Hybrid:SHARE of the words, Onnx.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => ["Lexical", "Static", "Hybrid"] };
        Option<int[]> seeds = new("--seeds") { Description = "The seeds.", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [42, 7, 11, 1, 2, 3] };
        Option<string?> model = new("--model") { Description = "The folder of the model of the kind Onnx." };
        Command command = new("embedders", "Agreement of clusters with true groups for each embedder: mean and standard deviation over the seeds.") { folder, sets, kinds, seeds, model };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            string path = parsed.GetValue(folder)?.FullName ?? ".";
            string[] names = parsed.GetValue(sets) is { Length: > 0 } asked ? asked : [.. EmbedderSet.Own, .. EmbedderSet.Files.Where(name => File.Exists(Path.Combine(path, name + ".csv")))];
            PipelineSettings settings = PipelineSettings.Load();
            Console.WriteLine("| set | embedder | ARI | NMI | noise | clusters | same group among 5 nearest | background likeness | embedding, processor s |");
            Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
            foreach (EmbedderSet set in names.Select(name => EmbedderSet.Read(name, path)))
            {
                foreach (string kind in parsed.GetRequiredValue(kinds))
                {
                    using LocalEmbedder embedder = Make(kind, parsed.GetValue(model));
                    EmbedderMeasurement measured = await EmbedderMeasurement.RunAsync(embedder, set, settings.Training, parsed.GetRequiredValue(seeds), cancellationToken);
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {set.Name} | {kind} | {Spread(measured, r => r.AdjustedRand, "0.000")} | {Spread(measured, r => r.NormalizedMutualInformation, "0.000")} | {Spread(measured, r => 100 * r.NoiseShare, "0.0")} % | {Spread(measured, r => r.Clusters, "0")} | {measured.Neighbors:0.000} | {measured.Background.Mean:0.000} ± {measured.Background.Deviation:0.000} | {measured.EmbedSeconds:0.00} |"));
                }
            }
        });
        return command;
    }

    /// <summary>Makes an embedder of a kind.</summary>
    public static LocalEmbedder Make(string kind, string? model = null) => kind.Split(':') switch
    {
        ["Lexical"] => new LexicalEmbedder(),
        ["Static"] => new StaticEmbedder(),
        ["Hybrid"] => new HybridEmbedder(),
        ["Hybrid", var share] => new HybridEmbedder(double.Parse(share, CultureInfo.InvariantCulture)),
        ["Onnx"] => OnnxEmbedder.Load(model ?? throw new ArgumentException("The embedder of the kind 'Onnx' needs --model FOLDER.", nameof(model))),
        _ => throw new ArgumentException($"There is no embedder of the kind '{kind}'.", nameof(kind)),
    };

    private static string Spread(EmbedderMeasurement measured, Func<QualityResult, double> value, string format)
    {
        double[] values = [.. measured.Runs.Select(value)];
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Length - 1));
        return $"{mean.ToString(format, CultureInfo.InvariantCulture)} ± {deviation.ToString(format, CultureInfo.InvariantCulture)}";
    }
}
