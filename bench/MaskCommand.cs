using System.CommandLine;
using System.Globalization;
using CsvHelper;
using Pipeline.Preprocessing;

namespace Pipeline.Bench;

/// <summary><c>mask</c>: summaries of the texts of CSV files, and what of the time masking takes.</summary>
internal static class MaskCommand
{
    private const int Rounds = 3;

    public static Command Create()
    {
        Argument<FileInfo[]> files = new("FILE.csv") { Description = "Files with a header." };
        Option<string> columns = new("--text-columns") { Description = "The text columns, those that a file has.", DefaultValueFactory = _ => "short_description,title,description,text" };
        Option<int> rows = new("--rows") { Description = "Rows; those of the files are repeated until there are as many.", DefaultValueFactory = _ => 20_000 };
        Command command = new("mask", $"Processor time of masking and summarising on one thread, the best of {Rounds} rounds after one that compiles the code.") { files, columns, rows };
        command.SetAction(parsed =>
        {
            string?[][] read = [.. parsed.GetRequiredValue(files).SelectMany(file => Read(file, parsed.GetRequiredValue(columns).Split(',')))];
            string?[][] texts = [.. Enumerable.Range(0, parsed.GetValue(rows)).Select(i => read[i % read.Length])];
            Masker masker = new(MaskingRules.Default);
            SummaryBuilder summaries = new(masker);
            double summarising = Best(texts, row => summaries.Build(row));
            double masking = Best(texts, row => Array.ForEach(row, text => masker.Mask(text ?? string.Empty)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{texts.Length} rows of {texts.Average(row => row.Sum(text => text?.Length ?? 0)):0} characters: processor {summarising:0.00} s with cleaning and summarising, {masking:0.00} s masking alone"));
        });
        return command;
    }

    private static double Best(string?[][] rows, Action<string?[]> work) =>
        Enumerable.Range(0, Rounds + 1).Select(_ => Stopclock.Time(() => Once(rows, work)).Took.CpuSeconds).Skip(1).Min();

    private static int Once(string?[][] rows, Action<string?[]> work)
    {
        Array.ForEach(rows, work);
        return rows.Length;
    }

    private static List<string?[]> Read(FileInfo file, string[] columns)
    {
        using StreamReader reader = new(file.FullName);
        using CsvReader csv = new(reader, CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        string[] present = [.. columns.Where(csv.HeaderRecord!.Contains)];
        List<string?[]> rows = [];
        while (csv.Read())
            rows.Add([.. present.Select(column => csv.GetField(column))]);

        return rows;
    }
}
