using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Incidents;
using Pipeline.LocalHost;

namespace Pipeline.Cli.Commands;

/// <summary><c>run</c>: a CSV export in, named clusters out.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Option<string?> incidents = CommandOptions.Text("--incidents", "The CSV export to read.", "FILE.csv");
        incidents.Required = true;
        Option<string?> data = CommandOptions.Data($"The data folder; runs on the same folder accumulate. Default: a folder of its own for this content and these columns, below {CommandOptions.DefaultDataFolder}.");
        Option<string?> number = CommandOptions.Text("--number-column", "The column with the incident's number. Default: 'number'; without one, numbers are derived from the rows.", "C");
        Option<string?> created = CommandOptions.Text("--created-column", "The column with the opening date; 'none' where there is none. Default: 'opened_at' or 'sys_created_on'.", "C");
        Option<string[]> texts = CommandOptions.List("--text-columns", "The columns with the text, separated by commas. Default: 'short_description' and 'description'.");
        Option<string?> techCenter = CommandOptions.Text("--tech-center-column", "The column with the tech center; 'none' puts all rows in one. Default: 'assignment_group'.", "C");
        Option<int?> minClusterSize = CommandOptions.MinClusterSize();
        Option<int?> seed = CommandOptions.Seed();
        Option<string?> assignments = CommandOptions.Text("--assignments", "Also write each incident's cluster to this CSV file, in the input's order.", "OUT.csv");
        Option<string?> report = CommandOptions.Report();
        Option<int?> threads = CommandOptions.Threads();
        Option<bool> json = CommandOptions.Json();

        Command command = new("run", "Cluster the incidents of a CSV file: import, preprocess, train, predict, report.")
        {
            incidents, data, number, created, texts, techCenter, minClusterSize, seed, assignments, report, threads, json,
        };
        command.SetAction((parsed, cancellationToken) => CommandHost.RunAsync(parsed.GetValue(json), async console =>
        {
            string file = parsed.GetValue(incidents)!;
            CsvIntakeOptions intake = new()
            {
                NumberColumn = parsed.GetValue(number),
                CreatedColumn = parsed.GetValue(created),
                TextColumns = CommandOptions.Split(parsed.GetValue(texts) ?? []),
                TechCenterColumn = parsed.GetValue(techCenter),
            };
            PipelineSettings settings = PipelineSettings.Load().With(parsed.GetValue(minClusterSize), parsed.GetValue(seed), parsed.GetValue(threads));
            RunOutputs outputs = new(parsed.GetValue(assignments), parsed.GetValue(report));
            outputs.Check();
            await using FileStream content = CsvFile.Open(file);
            string folder = parsed.GetValue(data) ?? await OwnFolderAsync(content, intake, cancellationToken);
            await using LocalPipeline pipeline = await LocalPipeline.OpenAsync(folder, settings, cancellationToken);
            PipelineRun run = new(pipeline, console);
            return await run.CsvAsync(file, intake, outputs, cancellationToken);
        }));
        return command;
    }

    // The same content and columns find their folder again, so an interrupted run resumes; anything else never mixes with it.
    private static async Task<string> OwnFolderAsync(FileStream content, CsvIntakeOptions intake, CancellationToken cancellationToken)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(await SHA256.HashDataAsync(content, cancellationToken));
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', intake.NumberColumn, intake.CreatedColumn, string.Join(',', intake.TextColumns ?? []), intake.TechCenterColumn)));
        string name = new([.. Path.GetFileNameWithoutExtension(content.Name).Select(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' ? c : '-')]);
        return Path.Combine(CommandOptions.DefaultDataFolder, $"{name}-{Convert.ToHexStringLower(hash.GetHashAndReset())[..8]}");
    }
}
