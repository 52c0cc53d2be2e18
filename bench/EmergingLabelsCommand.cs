using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Pipeline.LocalHost;

namespace Pipeline.Bench;

/// <summary><c>emerging-labels FILE.csv</c>: leaves one label after the other out of a training on real texts, lets everything come in, and counts what is told.</summary>
internal static class EmergingLabelsCommand
{
    public static Command Create()
    {
        Argument<FileInfo> file = new("FILE.csv") { Description = "A CSV file with a text column and a column with the true group." };
        Option<string[]> texts = new("--text-columns") { Description = "The text columns.", DefaultValueFactory = _ => ["text"], AllowMultipleArgumentsPerToken = true };
        Option<string> label = new("--label-column") { Description = "The column with the true group.", DefaultValueFactory = _ => "category" };
        Option<int> labels = new("--labels") { Description = "How many labels are left out, one after the other: chosen at random among those with 40 texts or more.", DefaultValueFactory = _ => 5 };
        Option<int> seed = new("--seed") { Description = "Seeds the choice and the order.", DefaultValueFactory = _ => 42 };
        Option<double?> similarity = new("--similarity") { Description = "How alike the incidents of a cluster are, unrelated ones being 0. Default: that of the setting." };
        Option<double?> sure = new("--sure") { Description = "The confidence from which an answer is surely of its problem. Default: that of the setting." };
        Command command = new("emerging-labels", "Precision and recall of what is told where a label of real texts is left out of the training.") { file, texts, label, labels, seed, similarity, sure };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            PipelineSettings settings = EmergingCommand.Settings(parsed.GetValue(similarity), parsed.GetValue(sure));
            (string Text, string Label)[] rows = Read(parsed.GetRequiredValue(file).FullName, parsed.GetRequiredValue(texts), parsed.GetRequiredValue(label));
            string[] candidates = [.. rows.CountBy(r => r.Label).Where(c => c.Value >= 40 && c.Value <= rows.Length / 10).Select(c => c.Key).Order(StringComparer.Ordinal)];
            new Random(parsed.GetValue(seed)).Shuffle(candidates);
            Console.WriteLine("| label left out | texts | told at its | told of it | told of other groups | seconds |");
            Console.WriteLine("|---|---|---|---|---|---|");
            List<EmergingResult> results = [];
            foreach (string hidden in candidates.Take(parsed.GetValue(labels)))
            {
                EmergingResult result = await EmergingRun.MeasureAsync(EmergingScene.Make(rows, hidden, parsed.GetValue(seed), EmergingCommand.End), settings, trained: null, cancellationToken);
                results.Add(result);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {hidden} | {rows.Count(r => string.Equals(r.Label, hidden, StringComparison.Ordinal))} | {(result.ToldAt is int at ? $"{at}th" : "never")} | {result.Right} | {result.FalseAlarms + result.OthersBegun} | {result.Seconds:0} |"));
            }

            int right = results.Sum(r => r.Right), wrong = results.Sum(r => r.FalseAlarms + r.OthersBegun);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Recall {results.Count(r => r.ToldAt is not null)} of {results.Count}, precision {right} of {right + wrong}."));
        });
        return command;
    }

    private static (string Text, string Label)[] Read(string path, string[] texts, string label)
    {
        using CsvReader csv = new(new StreamReader(path), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        List<(string Text, string Label)> rows = [];
        while (csv.Read())
        {
            rows.Add((string.Join('\n', texts.Select(t => csv.GetField(t))), csv.GetField(label)!));
        }

        return [.. rows];
    }
}
